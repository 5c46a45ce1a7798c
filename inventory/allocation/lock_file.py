"""The lock file: what was allocated, kept under version control beside the inventory."""

import os
import tempfile
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.allocation.allocate import LOCK_FILE, Lock, natural
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.paused_collector import paused_collector
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.yaml_source import Document, read_document

__all__ = [
    "LOCK_FILE",
    "lock_differs",
    "lock_of",
    "lock_text",
    "read_lock",
    "replace_file",
    "write_lock",
]

_HEADER = (
    "# What egovnet allocated. Written by egovnet, kept under version control; to renumber one\n"
    "# thing, remove its line. Numbers under `retired` are not used again while they stand here.\n"
)

_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read_lock(directory: Path) -> Lock:
    """The lock of the inventory in `directory`; an empty one where there is no file yet.

    Raises:
        InventoryError: the file is not what egovnet writes.
    """
    path = directory / LOCK_FILE
    if not os.path.lexists(path):  # a link to nowhere is unreadable
        return Lock()
    with paused_collector():
        return lock_of(read_document(path))


def lock_of(document: Document) -> Lock:
    """The lock that a parsed lock file holds.

    Raises:
        InventoryError: the document is not what egovnet writes.
    """
    data = document.data or {}
    problems: list[Problem] = []
    sections: dict[str, dict[str, dict[str, str | int]]] = {"pools": {}, "retired": {}}
    if not isinstance(data, dict):
        data, problems = {}, [Problem(document.path, 1, "", "not a mapping", "restore the file")]
    for section, pools in data.items():
        if section not in sections or not isinstance(pools, dict | None):
            problems.append(
                Problem(
                    document.path,
                    document.line((section,)),
                    str(section),
                    "is not a mapping called pools or retired",
                    "restore the file from version control",
                )
            )
            continue
        for pool, values in (pools or {}).items():
            if not isinstance(values, dict) or not all(
                # those in use are read by their pools, which say what does not fit
                type(value) is int
                or (isinstance(value, str) and (section == "pools" or _is_address(value)))
                for value in values.values()
            ):
                problems.append(
                    Problem(
                        document.path,
                        document.line((section, pool)),
                        f"{section}.{pool}",
                        "is not a mapping of names to values",
                        "restore the file from version control",
                    )
                )
                continue
            sections[section][str(pool)] = {str(k): v for k, v in values.items()}
    if problems:
        raise InventoryError(problems)
    return Lock(sections["pools"], sections["retired"], document.path, document)


def _is_address(value: str) -> bool:
    """Whether egovnet writes such a text: an address, or a link's prefix."""
    try:
        written = ip_network(value)
    except ValueError:
        return False
    # exactly so: `ipaddress` takes zones with anything in them, masks, and other spellings
    return value in (str(written), str(written.network_address))


def lock_text(lock: Lock) -> str:
    """The file's text: sorted, so that a merge conflict is where two people intended two things."""

    def ordered(pools: dict[str, dict[str, str | int]]) -> dict[str, dict[str, str | int]]:
        return {
            pool: {name: pools[pool][name] for name in sorted(pools[pool], key=natural)}
            for pool in sorted(pools, key=natural)
            if pools[pool]
        }

    data: dict[str, Any] = {"pools": ordered(lock.pools)}
    if retired := ordered(lock.retired):
        data["retired"] = retired
    return _HEADER + yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def write_lock(directory: Path, lock: Lock) -> bool:
    """Write the lock file if its text changes; returns whether it did. Atomic: old or new.

    Raises:
        InventoryError: the directory cannot be written.
    """
    path = directory / LOCK_FILE
    try:
        if not lock_differs(directory, lock):
            return False
        replace_file(path, lock_text(lock).encode())
    except OSError as error:
        raise InventoryError(
            [Problem(str(path), 0, "", f"cannot be written: {error.strerror}", "check rights")]
        ) from error
    return True


def lock_differs(directory: Path, lock: Lock) -> bool:
    """Whether the lock file is not there, or says otherwise.

    Raises:
        OSError: it cannot be read.
    """
    path = directory / LOCK_FILE
    return not os.path.lexists(path) or read_regular(path) != lock_text(lock).encode()


def replace_file(path: Path, content: bytes) -> None:
    """Old or new, never half: a file beside it, on the disk, then renamed over it."""
    handle = tempfile.NamedTemporaryFile(  # noqa: SIM115 -- closed and removed below
        dir=path.parent, prefix=f".{path.name}.", delete=False
    )
    beside = Path(handle.name)
    try:
        with handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
