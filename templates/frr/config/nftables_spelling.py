"""A ruleset as people write it, in the lines that nft prints: comments, variables, what empties the
table before it is said, statements over several lines.

By nft's grammar (nftables 1.0.6, src/parser_bison.y and src/scanner.l). What is not sure to say the
same stays as it stands, for the reader to report.
"""

import re

from egovnet.templates.frr.config.nftables_values import is_name
from egovnet.templates.frr.packet_filter_words import FILTER_MARK, TABLE

_Line = tuple[int, str]
#: Whether a text has anything that nft does not print.
_WRITTEN = re.compile(
    r"^[ \t]*(?:define|flush|delete|add|policy|comment)\b|[$#]|^[ \t]*table [^{\n]*$"
    r"|[,][ \t]*$|map \{[ \t]*$|(?:addr|port|name) \{[ \t]*$|^[ \t]*(?!type |[ \t])[^\n]*;[ \t]*$"
    r"|^[ \t]*type \w+ hook [^\n]*[^;\n]$",
    re.MULTILINE,
)
_QUOTED = re.compile(r'"[^"]*"')
_COMMENT = re.compile(r'("[^"]*")|#.*')
_VARIABLE = re.compile(r'"[^"]*"|\$([A-Za-z][A-Za-z0-9_/.-]*)')
#: Only numbers, addresses and quoted names: what they stand for is never a word of a rule's own.
_VALUE = r'(?:"[^"]*"|[0-9][0-9a-fA-Fx.:/-]*|[0-9a-fA-F]{1,4}:[0-9a-fA-F.:/-]*)'
_DEFINED = re.compile(
    rf"define ([A-Za-z][A-Za-z0-9_/.-]*) = ({_VALUE}|\{{ ?{_VALUE}(?: ?, ?{_VALUE})* ?,? ?\}})"
)
#: What a value follows, alone or in braces.
_LAST_COMPARED = re.compile(
    r"\b(?:saddr|daddr|sport|dport|iifname|oifname|l4proto) (\{[^{}$]*)?$", re.ASCII
)
_BLOCK = re.compile(r"(?:table|chain|set|map|flowtable|counter|quota|limit|secmark|ct)\b")
_CHAIN = re.compile(r"chain \S+ \{")
_TYPE = re.compile(r"type \w+ hook \w+ priority [^;{}]+")
_POLICY = re.compile(r"policy (?:accept|drop)")
_NOTE = re.compile(r'comment "[^"]{1,128}"')
_NEW = (f"table {TABLE}", f"add table {TABLE}")
_EMPTIES = (f"delete table {TABLE}", f"flush table {TABLE}")


def as_printed(lines: list[str], first: int) -> tuple[list[_Line], list[_Line]]:
    """(lines that are left to read, lines that say nothing of what packets may do), each with its
    number; `first` is that of the first line. Linear."""
    numbered = list(enumerate(lines, first))
    if not _WRITTEN.search("\n".join(line for line in lines if line.strip() != FILTER_MARK)):
        return numbered, []
    spelling = _Spelling()
    for number, line in numbered:
        spelling.take(number, line)
    return spelling.lines + spelling.open_lines, spelling.silent


class _Spelling:
    def __init__(self) -> None:
        self.lines: list[_Line] = []
        self.silent: list[_Line] = []
        #: Of a statement whose braces are open.
        self.open_lines: list[_Line] = []
        self._depth = 0
        self._defined: dict[str, str] = {}
        #: Whether a block was opened, the table is known to be there, and we are in a chain whose
        #: first line has no policy yet.
        self._begun = self._there = False
        self._chain = False

    def take(self, number: int, line: str) -> None:
        text = _COMMENT.sub(lambda match: match[1] or "", line)
        text = " ".join(text.split())
        if not text:
            self.lines.append((number, line if line.lstrip().startswith("#") else ""))
            return
        if not self._begun and self._before(number, text):
            return
        text = self._spelled_out(text)
        if self.open_lines or (self._chain and _open(text) and not _BLOCK.match(text)):
            self._goes_on(number, text)
            return
        if self._chain and self._of_chain(number, text):
            return
        if text.endswith("{"):
            self._begun = True
            self._chain = bool(_CHAIN.fullmatch(text))
        elif text == "}":
            self._chain = False
        elif self._chain and not text.startswith("type "):
            text = text.removesuffix(";").rstrip()
        self.lines.append((number, text))

    def _before(self, number: int, text: str) -> bool:
        """What may stand before the table: all that empties it, and variables."""
        text = text.removesuffix(";").rstrip()
        defined = _DEFINED.fullmatch(text)
        if defined is not None and defined[1] not in self._defined and is_name(defined[1]):
            self._defined[defined[1]] = defined[2]
        elif text in _NEW:
            self._there = True
        elif text == "flush ruleset":
            self._there = False
        elif text in _EMPTIES and self._there:
            # nft refuses the file where there is no table
            self._there = text.startswith("flush")
        else:
            return False
        self.silent.append((number, text))
        return True

    def _of_chain(self, number: int, text: str) -> bool:
        """A chain's comment, and its policy in a line of its own."""
        text = text.removesuffix(";").rstrip()
        if _NOTE.fullmatch(text):
            self.silent.append((number, text))
            return True
        last = self.lines[-1][1] if self.lines else ""
        if _TYPE.fullmatch(text):
            self.lines.append((number, f"{text};"))
            return True
        if _POLICY.fullmatch(text) and last.endswith(";") and _TYPE.fullmatch(last[:-1]):
            self.lines[-1] = (self.lines[-1][0], f"{last} {text};")
            self.silent.append((number, text))
            return True
        head, _, policy = text.partition("; ")
        if _TYPE.fullmatch(head) and _POLICY.fullmatch(policy):
            self.lines.append((number, f"{head}; {policy};"))
            return True
        return False

    def _goes_on(self, number: int, text: str) -> None:
        """A rule whose values are in several lines, as one."""
        self.open_lines.append((number, text))
        self._depth += _open(text)
        if self._depth <= 0:
            (at, _), whole = self.open_lines[0], " ".join(part for _, part in self.open_lines)
            self.silent += self.open_lines[1:]
            self.lines.append((at, whole.replace(", }", " }")))
            self.open_lines, self._depth = [], 0

    def _spelled_out(self, text: str) -> str:
        """Variables replaced by what they are; a set's within a set stays, to be reported."""
        if "$" not in text:
            return text

        def value(match: re.Match[str]) -> str:
            found = self._defined.get(match[1] or "")
            place = _LAST_COMPARED.search(text[: match.start()])
            if found is None or place is None or (place[1] and found.startswith("{")):
                return match[0]
            return found.replace(", }", " }").replace(",}", " }")

        return _VARIABLE.sub(value, text)


def _open(text: str) -> int:
    """How many more braces a line opens than it closes."""
    bare = _QUOTED.sub("", text)
    return bare.count("{") - bare.count("}")
