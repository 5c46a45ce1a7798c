"""Reading a file that a person named: a regular one of a sane size, and nothing else.

A FIFO would wait for ever, a device never end, and a huge file fill the memory before anything
could be said about it. Every file that egovnet reads and did not write itself goes by here.
"""

import errno
import os
import stat
from pathlib import Path

#: Bytes. A nation's sites are some 30 MB in one file, and its lock file as much.
MOST = 128 * 1024 * 1024

_KINDS = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def read_regular(path: Path, most: int = MOST) -> bytes:
    """The bytes of `path`, at most `most` of them.

    Raises:
        OSError: it cannot be read, is no regular file, or is larger; `strerror` says which.
    """
    # looked at before it is opened: to open some devices does something
    _refuse_odd(path.stat(), path, most)
    # and never waited for, where another file has taken its place
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        _refuse_odd(os.fstat(file.fileno()), path, most)
        # files of /proc have no size and may have no end
        content = file.read(most + 1)
    if len(content) > most:
        raise _too_large(path, most)
    return content


def read_regular_text(path: Path, most: int = MOST) -> str:
    """The UTF-8 text of `path`, as `read_regular`.

    Raises:
        OSError: as `read_regular`, and where it is no UTF-8 text.
    """
    try:
        return read_regular(path, most).decode("utf-8")
    except UnicodeDecodeError as error:
        line = bytes(error.object).count(b"\n", 0, error.start) + 1
        words = f"it is not UTF-8 text (line {line})"
        raise OSError(errno.EILSEQ, words, str(path)) from error


def refuse_private_link(path: Path) -> None:
    """Refuse a file of an inventory that is a link out of its repository, to what is its owner's
    alone.

    Whoever may write an inventory chose where the link leads, and not whoever reads it: errors
    quote what stands there, and a private file has keys or credentials.

    Raises:
        OSError: it is one, or leads nowhere.
    """
    folder = path.parent
    root = folder.parent if folder.name == "sites" else folder
    if not (path.is_symlink() or (folder != root and folder.is_symlink())):
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return
    target, within = Path(os.path.realpath(path)), Path(os.path.realpath(root))
    above = (within, *within.parents)
    repository = next((each for each in above if (each / ".git").exists()), within)
    if not target.is_relative_to(repository):
        words = f"it is a link to {target}, which is its owner's alone and not of this repository"
        raise PermissionError(errno.EPERM, words, str(path))


def _refuse_odd(found: os.stat_result, path: Path, most: int) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    for is_kind, name in _KINDS:
        if is_kind(found.st_mode):
            raise OSError(errno.EINVAL, f"it is {name}, not a file", str(path))
    if found.st_size > most:
        raise _too_large(path, most)


def _too_large(path: Path, most: int) -> OSError:
    size = f"{most >> 20} MB" if most >= 1 << 20 else f"{most >> 10} KB"
    return OSError(errno.EFBIG, f"it is larger than {size}", str(path))
