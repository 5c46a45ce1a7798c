"""Files that hold what routers run: for their owner only, whatever made them, and since when.

A journal and an archive have every configuration with its keys. What an older version, a copy or
another program left open is closed as soon as it is seen.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path


def private_directory(path: Path) -> None:
    """Make a directory for its owner only, and what is above it; close one that is there.

    Raises:
        OSError: it cannot be made.
    """
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    close(path)


def private_file(path: Path) -> None:
    """Make an empty file for its owner only where there is none; close one that is there.

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    close(path)


def close(path: Path) -> None:
    """Take every right of others from a file or directory of ours; what is not there is closed.

    What belongs to another user is theirs to open or close, and a link is looked at, not followed.
    Of a path that leads nowhere, who opens it hears why.
    """
    with suppress(OSError):
        found = path.lstat()
        plain = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        if plain and found.st_uid == os.geteuid() and found.st_mode & 0o077:
            path.chmod(stat.S_IMODE(found.st_mode) & 0o700)
