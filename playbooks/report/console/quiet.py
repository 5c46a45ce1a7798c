"""Whether this run shows how far it has come."""

from contextvars import ContextVar

_QUIET: ContextVar[bool] = ContextVar("quiet", default=False)


def be_quiet(*, quiet: bool = True) -> None:
    """From now on no progress is made, or again."""
    _QUIET.set(quiet)


def is_quiet() -> bool:
    """Whether no progress is wanted."""
    return _QUIET.get()
