"""JSON as it is sent and read here: bounded, and with one meaning only."""

import json
from typing import Any

#: Octets of one text: a PE of a nation, with the routes of all its VRFs, is some 10 MB.
MOST = 64 * 1024 * 1024


class WrongJsonError(ValueError):
    """A text that is no JSON of ours; says what is wrong, and quotes nothing of it."""


def written(value: Any) -> bytes:
    """`value` as text: ASCII, keys in order, no blanks; equal values give equal texts.

    Raises:
        ValueError, TypeError: it is no JSON, such as a number that is none.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")


def read(text: bytes) -> Any:
    """The value of a text.

    Raises:
        WrongJsonError: too long or too deep, no JSON, a key twice, or a number that is none.
    """
    if len(text) > MOST:
        raise WrongJsonError(f"is longer than {MOST >> 20} MB")
    try:
        return parse(text.decode("ascii"))
    except RecursionError:
        raise WrongJsonError("is nested too deep") from None
    except WrongJsonError:
        raise
    except ValueError:
        # its words quote the text
        raise WrongJsonError("is no JSON") from None


def parse(text: str) -> Any:
    """The value of a text that somebody keeps, of any length.

    Raises:
        WrongJsonError: a key twice, of which a reader sees the one and a program the other; or a
            number that is none.
        ValueError, RecursionError: it is no JSON.
    """
    return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WrongJsonError("has a key twice")
    return found


def _no_number(_: str) -> Any:
    raise WrongJsonError("has a number that is none")
