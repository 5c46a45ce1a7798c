"""What the owner's inventory needs so that it means what the network runs after a rollback."""

from collections.abc import Iterator
from pathlib import Path

from egovnet.inventory.allocation.allocate import LOCK_FILE, allocate
from egovnet.inventory.allocation.lock_file import replace_file
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.history.merge import MISSING, Data, differences, value_at
from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.sections import DAY_FILE
from egovnet.playbooks.results.rollback import InventoryEdit
from egovnet.playbooks.rollback.undo_intent import Undone


def to_edit(disk: Intent, now: Intent, undone: Undone) -> list[InventoryEdit]:
    """Each place of the inventory on disk that says otherwise than `undone`.

    Only of what the rollback changes: edits that were not applied yet are the owner's business.
    """
    entries = []
    for (section, *rest), _, wanted in differences(now.sections, undone.intent.sections):
        said = value_at(disk.sections, (section, *rest))
        if said != wanted:
            key = rest[0] if rest else ""
            file = disk.file_of(section, key) or undone.intent.file_of(section, key)
            entries.append(_edit(file or f"{section}.yaml", rest, said, wanted))
    for path, said, wanted in _numbers(disk, undone):
        entries.append(_edit(LOCK_FILE, ["pools", *path], said, wanted))
    return sorted(entries, key=lambda edit: (edit.file == LOCK_FILE, edit.file))


def _numbers(disk: Intent, undone: Undone) -> Iterator[tuple[tuple[str, ...], Data, Data]]:
    """Numbers that the files, edited, would not get from the lock file on disk."""
    wanted = undone.allocation.lock.pools
    try:
        found = allocate(undone.network, disk.lock).lock.pools
    except InventoryError:
        found = disk.lock.pools
    for path, _, number in differences(found, wanted):
        if number is not MISSING:
            yield path, value_at(disk.lock.pools, path), number


def _edit(file: str, path: list[str], said: Data, wanted: Data) -> InventoryEdit:
    return InventoryEdit(
        file,
        ".".join(path),
        None if said is MISSING else said,
        None if wanted is MISSING else wanted,
    )


def touched(now: Intent, undone: Undone) -> list[str]:
    """Files that say something else after the rollback; the lock file is not among these."""
    after = undone.intent.files
    return sorted(
        path
        for path in {*now.files, *after} - {LOCK_FILE, DAY_FILE}
        if now.files.get(path) != after.get(path)
    )


def hindrance(directory: Path, before: Intent, now: Intent, undone: Undone) -> str:
    """Why the touched files cannot be given back as they were before the change; "" if they can.

    They can when nobody edited them since they were applied and no later change is in them.
    """
    for path in touched(now, undone):
        if _on_disk(directory / path) != _octets(now, path):
            return f"{path} is not what was applied last"
        if undone.intent.files.get(path) != before.files.get(path):
            return f"{path} holds later changes too"
    return ""


def put_back(directory: Path, now: Intent, undone: Undone) -> list[str]:
    """Write the touched files as they were, and the lock file if it is the one that was applied.

    Returns their paths. Each is old or new, never half.

    Raises:
        OSError: a file cannot be written.
    """
    paths = touched(now, undone)
    if _on_disk(directory / LOCK_FILE) == _octets(now, LOCK_FILE):
        paths.append(LOCK_FILE)
    for path in paths:
        content = _octets(undone.intent, path)
        if content is None:
            (directory / path).unlink()
        else:
            (directory / path).parent.mkdir(exist_ok=True)
            replace_file(directory / path, content)
    return paths


def _octets(intent: Intent, path: str) -> bytes | None:
    text = intent.files.get(path)
    return None if text is None else text.encode()


def _on_disk(path: Path) -> bytes | None:
    return read_regular(path) if path.is_file() else None
