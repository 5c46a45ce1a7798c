"""A controller that remembers no journal: a new one, or one whose state was lost with it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Where it remembers the journals that it had.
_KEPT = ("archive", "controllers")


def forget_journals(state: Path) -> None:
    """From now on another journal is as good as the one before."""
    shutil.rmtree(state / _KEPT[0], ignore_errors=True)
    (state / _KEPT[1]).unlink(missing_ok=True)


@contextmanager
def without_memory(state: Path, beside: Path) -> Iterator[None]:
    """Within; what was remembered is kept `beside`, and comes back."""
    there = [name for name in _KEPT if (state / name).exists()]
    for name in there:
        shutil.move(state / name, beside / name)
    try:
        yield
    finally:
        forget_journals(state)
        for name in there:
            shutil.move(beside / name, state / name)
