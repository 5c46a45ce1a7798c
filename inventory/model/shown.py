"""How a value is quoted in a sentence, and how names are listed in one."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from difflib import SequenceMatcher, get_close_matches
from heapq import nlargest

#: Names that a sentence lists; of more, those that are most alike.
_LISTED = 16
#: Characters that are alike at the least, of 1: "regoin" is "region", "colour" is no "owner".
_ALIKE = 0.6
#: Of more names than this, only those of nearly the same length are looked at.
_MANY = 2000


_CREDENTIAL = re.compile(r"(?i)^username$|pass(word|wd|phrase)|secret|token|community|^pkey$")


class _Unsaid(str):
    """Stands for a text that no message says."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "a value"


def is_credential(key: object) -> bool:
    """Whether somebody wrote a secret by this key: no message quotes what stands there."""
    return isinstance(key, str) and _CREDENTIAL.search(key) is not None


def said_at(location: Sequence[object], value: object) -> object:
    """`value` as messages may quote it: not where the key says that it is a secret."""
    key = next((each for each in reversed(location) if isinstance(each, str)), "")
    plain = value is None or isinstance(value, dict | list)
    return value if plain or not is_credential(key) else _Unsaid()


def shown(value: object) -> str:
    """What was written, short enough for one line."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    text = _scalar(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _scalar(value: object) -> str:
    """A value as YAML has it; text in quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, date) else repr(value)


def odd_letters(text: object) -> str:
    """Of a name the first letter that is none of ours and may look like one, such as `, with 'e'
    (CYRILLIC SMALL LETTER IE)`; "" where there is none."""
    odd = next((c for c in str(text) if not c.isascii()), None)
    if odd is None:
        return ""
    return f", with {odd!r} ({unicodedata.name(odd, f'U+{ord(odd):04X}')})"


def nearest(written: object, known: Iterable[str]) -> str | None:
    """The known name that was probably meant; None: there is none like it."""
    if not isinstance(written, str) or not written:
        return None
    names = list(known)
    if len(names) > _MANY:
        names = [name for name in names if abs(len(name) - len(written)) <= 1]
    # in other letters or with other strokes it is the same word
    plain = {_plain(name): name for name in reversed(names)}
    if _plain(written) in plain:
        return plain[_plain(written)]
    near = get_close_matches(_plain(written), plain, n=1, cutoff=_ALIKE)
    return plain[near[0]] if near else None


def did_you_mean(written: object, known: Collection[str]) -> str:
    """`did you mean 'x'? `, with the space after it; "" where nothing is like it."""
    near = nearest(written, known) if len(known) > 1 else None
    return f"did you mean {near!r}? " if near is not None else ""


def listed(known: Collection[str], near: object = "") -> str:
    """Names with commas between; of many, those most like `near` and how many more there are."""
    if len(known) <= _LISTED:
        return ", ".join(known)
    matcher = SequenceMatcher(b=str(near))

    def alike(name: str) -> float:
        matcher.set_seq1(name)
        return matcher.quick_ratio()

    some = nlargest(_LISTED, known, key=alike) if near else list(known)[:_LISTED]
    return f"{', '.join(some)} and {len(known) - _LISTED} more"


def choices(values: Collection[str]) -> str:
    """Values in quotes, with an "or" before the last."""
    *most, last = map(repr, values)
    return f"{', '.join(most)} or {last}" if most else last


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")
