"""A hook's line as the shell takes it apart (dash, as ifupdown2 starts it): commands and words.

Only what is the same whatever the shell knows is taken: blanks, quotes, `$IFACE`, commands behind
each other, and output that goes nowhere. Anything else is Unclear.
"""

import re
from dataclasses import dataclass

from egovnet.templates.frr.config.draft import Unclear

_APART = "a command that a shell takes apart is not evaluated"
#: Words of which the shell changes nothing.
_PLAIN = re.compile(r"[\w./:,=+@-]+", re.ASCII)
_TOKEN = re.compile(
    r"""(?P<blank>[ ]+)
    | (?P<joint>&&|\|\||;)(?=[ ]|$)
    | (?P<nowhere>(?:1?>[ ]?/dev/null|2>[ ]?/dev/null|2>&1|1?>&2)(?=[ ;]|$))
    | (?P<into>>(?=[ ]?/proc/sys/))
    | (?P<word>(?:[\w./:,=+@-] | \$IFACE\b | '[^']*' | "(?:[^"$`\\] | \$IFACE\b)*")+)""",
    re.VERBOSE | re.ASCII,
)
#: Parts of a word.
_PART = re.compile(r"""'[^']*'|"[^"]*"|[^'"]+""")


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line. `joint`: what stands before it, "" for the first."""

    words: tuple[str, ...]
    joint: str = ""


def commands(text: str, interface: str) -> tuple[Command, ...]:
    """The commands of a line; `>` of a word of its own stands before a file below /proc/sys.

    Raises Unclear where a shell may do anything else."""
    if all(map(_PLAIN.fullmatch, text.split())):
        return (Command(tuple(text.split())),)
    found: list[Command] = []
    words: list[str] = []
    joint = ""
    at = 0
    apart = True
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or (match.lastgroup == "word" and not apart):
            raise Unclear(_APART)
        at = match.end()
        apart = match.lastgroup != "word"
        if match.lastgroup == "word":
            words.append(_unquoted(match.group(), interface))
        elif match.lastgroup == "into":
            words.append(">")
        elif match.lastgroup == "joint":
            if not words:
                raise Unclear(_APART)
            found.append(Command(tuple(words), joint))
            words, joint = [], match.group()
    if words:
        found.append(Command(tuple(words), joint))
    if not found or (not words and joint != ";") or not all(one.words for one in found):
        raise Unclear(_APART)
    return tuple(found)


def _unquoted(word: str, interface: str) -> str:
    parts = (part.group() for part in _PART.finditer(word))
    return "".join(
        part[1:-1] if part[0] == "'" else part.strip('"').replace("$IFACE", interface)
        for part in parts
    )
