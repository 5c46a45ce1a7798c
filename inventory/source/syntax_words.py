"""What is wrong with a text that is no YAML, in words of people who write it.

libyaml says where its parser stopped and what it expected; what the writer did is mostly in that
line or in the one above.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import yaml

#: Characters of keyboards for Chinese -> the one of YAML that was meant.
_WIDE = {
    **dict.fromkeys("\uff1a\ufe55", ":"),
    **dict.fromkeys("\uff0c\u3001", ","),
    **dict.fromkeys("\u201c\u201d\u201e\uff02", '"'),
    **dict.fromkeys("\u2018\u2019\uff07", "'"),
    **dict.fromkeys("\uff3b\u3010", "["),
    **dict.fromkeys("\uff3d\u3011", "]"),
    "\uff5b": "{",
    "\uff5d": "}",
    "\uff0d": "-",
    "\uff03": "#",
    "\u3000": " ",
    "\u00a0": " ",
}
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?: |$)", re.MULTILINE)
#: A key with its colon, at the margin of what it is in.
_KEY = re.compile(r"\s*(?:- )*[^\s#][^#]*?:(?:\s|$)")
_QUOTES = "put the text in quotes"
#: Of a text in single quotes, which an apostrophe within a word ends.
_APOSTROPHE = re.compile(r"[\s:\[{,]'[^']*\w'\w")
_DOUBLED = "write it twice: 'Supreme People''s Court'; or take double quotes around the text"
_NO_TAG = "remove it, or put the text in quotes"
_PAIR = "write a key, a colon and a space: key: value"

#: Line (from 1), what was found, what to do.
Words = tuple[int, str, str]


def syntax_words(text: str, error: yaml.MarkedYAMLError) -> Words:
    """What the writer of `text` did that made `error`."""
    return next(_possible(text, error))


def _possible(text: str, error: yaml.MarkedYAMLError) -> Iterator[Words]:
    """What it may have been, the most certain first; never nothing."""
    lines = text.splitlines()
    if conflict := _CONFLICT.search(text):
        remedy = "keep the lines that are right, and remove those that begin with <<<<<<<, ======="
        line = text.count("\n", 0, conflict.start()) + 1
        yield line, "a merge of Git that is not finished", f"{remedy} and >>>>>>>"
    problem, context = error.problem or "", error.context or ""
    at = error.problem_mark.line if error.problem_mark else 0
    column = error.problem_mark.column if error.problem_mark else 0
    begun = error.context_mark.line if error.context_mark else at
    here = _line(lines, at)
    for number in dict.fromkeys((at, begun, _above(lines, at))):
        if wide := next((c for c in _line(lines, number) if c in _WIDE), None):
            found = f"{wide!r} ({unicodedata.name(wide)})"
            yield number + 1, found, f"write {_WIDE[wide]!r}, which is another character"
    if "tab" in problem or here[column : column + 1] == "\t":
        yield at + 1, "a tab", "indent with spaces: YAML takes no tabs there"
    if "did not find expected" in problem and _APOSTROPHE.search(_line(lines, begun)):
        yield begun + 1, "a quote within a text in single quotes", _DOUBLED
    if problem.startswith("did not find expected ',' or"):
        bracket = problem[-2]
        yield begun + 1, f"a bracket that is not closed with {bracket}", _brackets(bracket)
    for table, said, line in ((_BY_PROBLEM, problem, at), (_BY_CONTEXT, context, begun)):
        yield from ((line + 1, *words) for part, words in table.items() if part in said)
    if "cannot start any token" in problem:
        yield at + 1, f"text that begins with {here[column : column + 1]}", _QUOTES
    if "mapping values" in problem:
        yield _colon(lines, at, column)
    if "could not find expected ':'" in problem:
        yield _no_colon(_line(lines, begun), begun)
    yield at + 1, "something that YAML cannot read", f"{_PAIR}; or {_QUOTES}"


_ESCAPE = (
    "a backslash in double quotes, before what it means nothing for",
    "put the text in single quotes, where a backslash is one",
)
_BY_PROBLEM = {
    "escape": _ESCAPE,
    "hexdecimal": _ESCAPE,
    "undefined alias": ("text that begins with *", _QUOTES),
    "constructor for the tag": ("a tag, which begins with !", "remove it, or " + _QUOTES),
    "another document": ("a second document in the file", "remove the line ---"),
    "<document start>": (
        "something behind the end of what the file says",
        "indent it as the lines that it belongs to, or remove it",
    ),
    "did not find expected key": (
        "indented as none of the lines above",
        "indent it as the keys that it stands beside",
    ),
    "unhashable key": (
        "a list or a mapping in braces where a key or a text belongs",
        _QUOTES,
    ),
    "for merging": ("a merge key, <<, without a mapping", "write the keys out"),
    "expected a mapping node": ("a tag, which begins with !, before what it is not", _NO_TAG),
    "expected a sequence node": ("a tag, which begins with !, before what it is not", _NO_TAG),
    "expected a scalar node": ("a tag, which begins with !, before what it is not", _NO_TAG),
    "undefined tag handle": ("a tag, which begins with !", "remove it, or " + _QUOTES),
    "recursive": ("an alias within its own anchor", "write it out"),
    "duplicate anchor": ("an anchor that is given twice", "write it out"),
    "node content": (
        "nothing, or a comma or bracket, where a value belongs",
        "write the value, or put the text in quotes",
    ),
    "mapping keys are not allowed": ("text that begins with ?", _QUOTES),
    "directive": ("a line that begins with %", "remove it, or " + _QUOTES),
    "YAML document": ("a line that begins with %", "remove it"),
    "block sequence entries": (
        "an item of a list where none can be",
        "begin it in a line of its own, below its key",
    ),
    "expected '-' indicator": (
        "indented as none of the lines above",
        "begin each item of the list with -, in one column",
    ),
}

_BY_CONTEXT = {
    "quoted scalar": ("a quote that is not closed", "close it with the same quote"),
    "block scalar": (
        "text behind | or >, which is for text of several lines",
        "begin it in the line below, or " + _QUOTES,
    ),
    "directive": ("a line that begins with %", "remove it, or " + _QUOTES),
    "anchor": ("text that begins with &", _QUOTES),
    "alias": ("text that begins with *", _QUOTES),
    "tag": ("text that begins with !", _QUOTES),
}


def _brackets(bracket: str) -> str:
    return f"write {bracket} where it ends, and commas between what is in it"


def _colon(lines: Sequence[str], at: int, column: int) -> Words:
    """A colon where no key can be."""
    here, before = _line(lines, at), _above(lines, at)
    above = _line(lines, before)
    if _KEY.match(here[:column]):
        return at + 1, "a second colon in a line", f"{_QUOTES}: it has a colon and a space in it"
    if above and not _KEY.match(above + "\n"):
        return _no_colon(above, before)
    return (
        at + 1,
        "indented below a key that has a value",
        "indent it as the keys that it stands beside",
    )


def _no_colon(line: str, number: int) -> Words:
    if re.match(r"\s*[^\s:]+:\S", line):
        return number + 1, "a colon without a space behind it", _PAIR
    return number + 1, "a line without a colon", _PAIR


def _line(lines: Sequence[str], number: int) -> str:
    return lines[number] if 0 <= number < len(lines) else ""


def _above(lines: Sequence[str], at: int) -> int:
    """The nearest line above that says something."""
    for number in range(min(at, len(lines)) - 1, -1, -1):
        if (line := lines[number].strip()) and not line.startswith("#"):
            return number
    return -1
