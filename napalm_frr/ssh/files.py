"""Files that many connections need are read once, and again when they change."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

#: Bytes; a nation's routers are a megabyte. What is larger is no such file.
_MOST = 64 * 1024 * 1024


def version(file: str) -> tuple[int, int, int]:
    """What changes when the file does.

    Raises:
        OSError: it is not there, no regular file (a FIFO would be waited for), or too large.
    """
    found = Path(file).stat()
    if not stat.S_ISREG(found.st_mode) or found.st_size > _MOST:
        raise OSError(errno.EINVAL, "no regular file, or too large", file)
    return found.st_mtime_ns, found.st_size, found.st_ino
