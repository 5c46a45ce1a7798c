"""Write cpio archives in the "newc" format, which the Linux kernel unpacks as its first root, and
read them again.

Several archives may follow each other in one file: the kernel unpacks them in order, which is how
a lab's own data is laid over the appliance that all labs share.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_ALIGNMENT = 4
_TRAILER = "TRAILER!!!"


class CpioWriter:
    """Append entries to ``stream``; everything belongs to root and carries no time stamp.

    Equal trees give equal bytes, so that an archive's hash says what is in it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._offset = 0
        self._inode = 0

    def directory(self, path: str, mode: int = 0o755) -> None:
        """Add a directory; ``path`` is relative to the root, without a leading slash."""
        self._entry(path, stat.S_IFDIR | mode, b"")

    def file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Add a regular file."""
        self._entry(path, stat.S_IFREG | mode, content)

    def symlink(self, path: str, target: str) -> None:
        """Add a symbolic link that points to ``target``."""
        self._entry(path, stat.S_IFLNK | 0o777, target.encode())

    def tree(self, root: Path) -> None:
        """Add all of ``root`` with its modes; devices and sockets are left out."""
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                self.symlink(name, str(path.readlink()))
            elif stat.S_ISDIR(mode):
                self.directory(name, stat.S_IMODE(mode))
            elif stat.S_ISREG(mode):
                self.file(name, path.read_bytes(), stat.S_IMODE(mode))

    def close(self) -> None:
        """Write the trailer; the stream itself stays open."""
        self._entry(_TRAILER, 0, b"", inode=0)

    def _entry(self, path: str, mode: int, content: bytes, *, inode: int | None = None) -> None:
        if inode is None:
            self._inode += 1
            inode = self._inode
        name = path.encode() + b"\0"
        links = 2 if stat.S_ISDIR(mode) else 1
        fields = (inode, mode, 0, 0, links, 0, len(content), 0, 0, 0, 0, len(name), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        self._write(header + name)
        self._write(content)

    def _write(self, data: bytes) -> None:
        padding = -(self._offset + len(data)) % _ALIGNMENT
        self._stream.write(data + b"\0" * padding)
        self._offset += len(data) + padding


_HEADER = 110
_MODE, _SIZE, _NAME_SIZE = 14, 54, 94


def read_entries(stream: BinaryIO) -> Iterator[tuple[str, int, bytes]]:
    """(path, mode, content) of each entry of an archive that `CpioWriter` wrote, in its order."""
    while True:
        header = stream.read(_HEADER)
        mode, size, named = (
            int(header[start : start + 8], 16) for start in (_MODE, _SIZE, _NAME_SIZE)
        )
        padded = named + -(_HEADER + named) % _ALIGNMENT
        path = stream.read(padded)[: named - 1].decode()
        content = stream.read(size + -size % _ALIGNMENT)[:size]
        if path == _TRAILER:
            return
        yield path, mode, content
