"""Writing a file of an inventory: old or new, never half, and whose it was.

A file that a link names is written where it stands, and never outside the inventory.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from egovnet.inventory.errors import InventoryError, Problem


def replace_text(root: Path, path: str, old: str | None, new: str) -> None:
    """Make the text of the file at `path` within the inventory `root` `new`.

    `old` is what it is known to say; None: it is not there. Mode, owner and extended attributes
    stay as they are.

    Raises:
        InventoryError: it says something else by now, leads outside, or cannot be written as whose
            it is. Nothing has changed then.
    """
    shown = root / path
    try:
        target = _within(root, shown)
        with _alone(root):
            if _text_of(target) != old:
                found = "was changed while it was worked on"
                raise InventoryError([Problem(str(shown), 0, "", found, "try again")])
            _replace(target, new.encode())
    except OSError as error:
        found = f"cannot be written: {error.strerror}"
        remedy = "check rights and owner: a file keeps both"
        raise InventoryError([Problem(str(shown), 0, "", found, remedy)]) from error


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One at a time: who reads, compares and replaces would undo what another wrote meanwhile."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _within(root: Path, path: Path) -> Path:
    """What `path` leads to, which has to be within `root`."""
    target = Path(os.path.realpath(path))
    if not target.is_relative_to(os.path.realpath(root)):
        found = f"leads outside the inventory, to {target}"
        raise InventoryError([Problem(str(path), 0, "", found, "edit that file by hand")])
    return target


def _text_of(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        return ""


def _replace(path: Path, content: bytes) -> None:
    before = path.stat() if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if before is None:
                os.fchmod(file.fileno(), 0o644)
            else:
                if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(file.fileno(), before.st_uid, before.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
                _copy_attributes(path, beside)
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _copy_attributes(old: Path, new: Path) -> None:
    """Extended attributes, such as access lists, where the file system has them."""
    with suppress(OSError, AttributeError):
        for name in os.listxattr(old):
            with suppress(OSError):
                os.setxattr(new, name, os.getxattr(old, name))
