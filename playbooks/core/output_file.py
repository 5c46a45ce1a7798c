"""Writing a file where a person said: a new one, or in place of its like, and nothing else.

Who writes as root and renames over a device or a pipe would take it away from everybody. A file
that a person named takes the place of what egovnet wrote before for the same purpose (`Holds`): an
inventory, a private key or a letter of that name is somebody's, and stays.
"""

import errno
import os
import re
import secrets
import stat
from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path

from egovnet.playbooks.core.inventory_around import inventory_around
from egovnet.playbooks.core.selection import UsageError

#: Of files that hold what routers run, and of the directories that are made for them.
PRIVATE, PRIVATE_DIRECTORY = 0o600, 0o700
#: Of files for everybody, such as a collector's metrics; less what the process's mask takes away.
PUBLIC, PUBLIC_DIRECTORY = 0o666, 0o777


#: Bytes of a file that are looked at.
_HEAD = 4096


class Holds(Enum):
    """What a file of a name that a person gave holds, by how such a file begins."""

    PLAN = rb'\{\s*"format": \d'
    #: A zip, whose first entry's name is in its byte 31, or a tar.
    EVIDENCE = rb"(PK\x03\x04.{26})?egovnet-evidence/"
    IMAGE = rb"[0-9a-f]{64}\.json\0"
    ENROLMENT = rb'#!/usr/bin/env python3\n"""Enrolment of a router'
    ANSWER = rb"egovnet enrolment answer"
    CERTIFICATE = rb"[a-z0-9@.-]+-cert-v01@openssh\.com "
    SEALED_KEY = rb"-----BEGIN AGE ENCRYPTED FILE-----\n"
    DRAFT = rb"# Draft entries for applications\.yaml"
    #: A file of egovnet's own, which no person named.
    OWN = rb""


def write_output(
    path: Path, text: str | bytes, holds: Holds, *, mode: int = PRIVATE, what: str = ""
) -> None:
    """Write `text` to `path`: old or new, never half, and on the disk when this returns.

    `what` it is stands in the error, such as "the plan ".

    Raises:
        UsageError: `path` is something other than a regular file, is somebody's, or cannot be
            written.
    """
    check_output(path, holds, what=what)
    write_outputs({path: text}, mode=mode, what=what)


def write_outputs(
    texts: Mapping[Path, str | bytes], *, mode: int = PRIVATE, what: str = ""
) -> None:
    """Write several files; each takes its place only when all are written beside theirs. Their
    names are egovnet's own, in a directory that a person named.

    Raises:
        UsageError: as `write_output`; names the file and the reason.
    """
    for path in texts:
        _refuse_among_sources(path, what)
    beside: dict[Path, Path] = {}
    path = Path()
    try:
        for path, text in texts.items():
            target = _target(path)
            beside[target] = _written(target, text, mode)
        for path, partial in beside.items():
            partial.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: {what}cannot be written: {error.strerror}") from error
    finally:
        for partial in beside.values():
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def _refuse_among_sources(path: Path, what: str) -> None:
    """Refuse a place in an inventory where it would be taken for a part of that.

    Raises:
        UsageError: it would; the next verb would refuse the inventory for it.
    """
    # reading inventories is loaded where one is near
    target = Path(os.path.abspath(path))  # noqa: PTH100 -- of what is not there yet
    root = inventory_around(target.parent)
    if root is None:
        return
    from egovnet.inventory.source.yaml_directory import passed_over  # noqa: PLC0415 -- see above

    if not passed_over(root / target.relative_to(root).parts[0]):
        plan = f" (a plan: {path.stem}.plan)" if what.startswith("the plan") else ""
        beside = os.path.relpath(root.with_name(path.name))
        raise UsageError(
            f"{path}: would stand among the files of the inventory {root.name}, and be taken for "
            f"one of them; name a place outside of it, such as {beside}{plan}"
        )


def check_output(path: Path, holds: Holds, *, what: str = "") -> None:
    """Refuse a place that `write_output` would refuse, before long work is done for it.

    Raises:
        UsageError: it is something other than a regular file, is somebody's, or has no directory.
    """
    _refuse_among_sources(path, what)
    try:
        target = _target(path)
        if not target.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, f"there is no directory {target.parent}")
        if target.exists() and not _is_like(target, holds):
            raise UsageError(
                f"{path}: {what}cannot be written: the file that is there is something else, and "
                "would be lost; name another, or move that away"
            )
    except OSError as error:
        raise UsageError(f"{path}: {what}cannot be written: {error.strerror}") from error


def _is_like(target: Path, holds: Holds) -> bool:
    """Whether a file is empty, or one of egovnet's for this purpose. Raises OSError."""
    with target.open("rb") as file:
        head = file.read(_HEAD)
    return not head or re.match(holds.value, head, re.DOTALL) is not None


def check_directory(path: Path) -> None:
    """Refuse a directory that `make_directory` would refuse, before anything is done.

    Raises:
        UsageError: it would be taken for a part of an inventory, or is no directory.
    """
    _refuse_among_sources(path, "")
    if os.path.lexists(path) and not path.is_dir():
        raise UsageError(f"{path}: cannot be made: it is not a directory")


def make_directory(path: Path, *, mode: int = PRIVATE_DIRECTORY, what: str = "") -> None:
    """Make a directory for files of ours, with what is above it; one that is there stays as it is.

    Raises:
        UsageError: it cannot be made, or is a file.
    """
    _refuse_among_sources(path, "")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise UsageError(f"{path}: cannot be made: {error.strerror}{what}") from error


def _target(path: Path) -> Path:
    """The regular file that `path` is or leads to, or will be. Raises OSError."""
    try:
        found = path.stat()
    except FileNotFoundError:
        if path.is_symlink():
            raise OSError(errno.ELOOP, "it is a link to nowhere") from None
        return path
    if stat.S_ISREG(found.st_mode):
        return path.resolve()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    raise OSError(errno.EINVAL, "it is a device, a pipe or a socket, not a file")


def _written(target: Path, text: str | bytes, mode: int) -> Path:
    """A new file beside `target`, under a name that nobody could foresee, on the disk."""
    # another ending than the file's: a collector of metrics reads *.prom
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}.partial")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(partial, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return partial
