"""Errors on their way: a class's name, the kinds of NAPALM and Python that it is, and words.

No object of an error crosses. The controller makes a class of that name from kinds of the list
below, so that whoever asks what an error is, or shows it, gets what he got of the error itself.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from egovnet.tasks.napalm_errors import napalm_errors
from egovnet.templates.registry import hide_keys

#: Kinds that cross: those of NAPALM's `base.exceptions`, and Python's own for a lost session.
_NAPALM = (
    "ConnectionException",
    "ConnectAuthError",
    "ConnectTimeoutError",
    "ConnectionClosedException",
    "CommandTimeoutException",
    "CommandErrorException",
    "LockError",
    "UnlockError",
    "CommitError",
    "CommitConfirmException",
    "ReplaceConfigException",
    "MergeConfigException",
)
_PYTHON: dict[str, type[Exception]] = {"EOFError": EOFError, "OSError": OSError}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")
#: Letters of an error's words; a device's refusal quotes some lines.
_MOST = 20_000


class RemoteError(RuntimeError):
    """An error that a worker reported."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A task's error as it is sent."""

    #: Its class's name.
    error: str
    #: Those of the list above that it is, the nearest first.
    kinds: tuple[str, ...]
    #: What it says, without keys, and without signs that move a cursor.
    words: str


def failed(error: BaseException) -> Failed:
    """An error as it is sent."""
    known = _kinds()
    kinds = [base.__name__ for base in type(error).__mro__ if known.get(base.__name__) is base]
    words = _printable(hide_keys(str(error)))[:_MOST]
    return Failed(type(error).__name__, tuple(kinds), words)


def remote_error(sent: Failed) -> RemoteError:
    """The error that was sent, as one of this process.

    Raises:
        ValueError: its name is none, or it is of a kind that is not listed.
    """
    if not _NAME.fullmatch(sent.error):
        raise ValueError("an error's name is none")
    if unknown := [kind for kind in sent.kinds if kind not in _kinds()]:
        raise ValueError(f"an error is of {len(unknown)} kinds that are not known")
    return _class(sent.error, sent.kinds)(_printable(sent.words[:_MOST]))


@functools.cache
def _kinds() -> dict[str, type[BaseException]]:
    errors = napalm_errors()
    return {**{name: getattr(errors, name) for name in _NAPALM}, **_PYTHON}


def _class(name: str, kinds: Sequence[str]) -> type[RemoteError]:
    bases = [_kinds()[kind] for kind in dict.fromkeys(kinds)]
    # the nearest say it all
    nearest = [b for b in bases if not any(o is not b and issubclass(o, b) for o in bases)]
    return type(name, (RemoteError, *nearest), {"__module__": __name__})


def _printable(words: str) -> str:
    return "".join(
        c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in words
    )
