"""A lock file that was lost, while the journal knows what the network is numbered by.

Without it everything is allocated anew, from the first number: a plan would renumber the network,
and a route target of one VPN could come to mean another.
"""

import os

from egovnet.inventory.allocation.allocate import Lock
from egovnet.inventory.allocation.lock_file import LOCK_FILE, read_lock, write_lock
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model.shown import listed
from egovnet.playbooks.core.intended import DirectoryInventory
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace

_RESTORE = "egovnet recover --lock"


def require_lock(workspace: Workspace) -> None:
    """Refuse an inventory without numbers where the journal has those that the network runs.

    Raises:
        InventoryError: says how to get them back.
    """
    here = workspace.on_disk
    if workspace.inventory is not here or _has_numbers(here.lock):
        return
    known = _applied(workspace)
    if known is None or not _has_numbers(known):
        return
    path = here.directory / LOCK_FILE
    lost = "holds no number" if os.path.lexists(path) else "is missing"
    count = sum(map(len, known.pools.values()))
    found = f"{lost}, and the network runs by {count} numbers that the journal knows"
    remedy = f"restore it from version control, or write it anew with: {_RESTORE}"
    raise InventoryError([Problem(str(path), 0, "", found, remedy)])


def require_pools(workspace: Workspace) -> None:
    """Refuse a lock file that lost whole pools, as one that was cut does. A number that is to
    change is taken out by its line; a pool of one number may be gone with it.

    Raises:
        InventoryError: says which are gone, and how to get them back.
    """
    here = workspace.on_disk
    if workspace.inventory is not here:
        return
    lock = here.lock
    gone = [
        pool
        for pool in workspace.allocation.lock.pools
        if not lock.pools.get(pool) and not lock.retired.get(pool)
    ]
    known = _applied(workspace) if gone else None
    lost = [pool for pool in gone if known is not None and len(known.pools.get(pool, ())) > 1]
    if lost:
        found = f"lost the numbers of {', '.join(lost)}, by which the network runs"
        remedy = f"restore it from version control, or move it away and run: {_RESTORE}"
        path = str(here.directory / LOCK_FILE)
        raise InventoryError([Problem(path, 0, "", found, remedy)])


def renumbered(workspace: Workspace) -> str:
    """What is numbered otherwise than the network runs, in words; "": nothing, or nobody knows.

    A lock file that lost lines in a merge numbers them anew, and a plan shows the consequences
    only.
    """
    # a database's client is only loaded by who plans
    from egovnet.playbooks.core.former import former_inventory  # noqa: PLC0415

    former = former_inventory(workspace)
    if former is None or workspace.inventory is not workspace.on_disk:
        return ""
    runs, meant = former.allocation.lock.pools, workspace.allocation.lock.pools
    others = [
        f"{pool} {name} ({value} -> {meant[pool][name]})"
        for pool, values in runs.items()
        if values != meant.get(pool, values)
        for name, value in values.items()
        if meant[pool].get(name, value) != value
    ]
    if not others:
        return ""
    return (
        f"numbers by which the network runs become others: {listed(others)}; where nobody means "
        f"that, restore {LOCK_FILE} from version control"
    )


def require_numbers(workspace: Workspace) -> None:
    """Refuse what a lock file that was lost, or lost whole pools, would number anew.

    Raises:
        InventoryError: as `require_lock` and `require_pools`.
    """
    require_lock(workspace)
    require_pools(workspace)


def restore_lock(workspace: Workspace) -> str:
    """Write the lock file that the network runs by, where there is none; its path.

    Raises:
        UsageError: there is one with numbers, or the journal knows of none.
    """
    here: DirectoryInventory = workspace.on_disk
    path = here.directory / LOCK_FILE
    if _has_numbers(read_lock(here.directory)):
        raise UsageError(f"{path}: is there and holds numbers; move it away first")
    known = _applied(workspace)
    if known is None:
        raise UsageError("the journal knows of no inventory that was applied: nothing to restore")
    write_lock(here.directory, known)
    return str(path)


def _has_numbers(lock: Lock) -> bool:
    return any(lock.pools.values()) or any(lock.retired.values())


def _applied(workspace: Workspace) -> Lock | None:
    # a database's client is only loaded where a lock is lost, and who only reads begins no journal
    from egovnet.playbooks.journal.database import is_begun  # noqa: PLC0415
    from egovnet.playbooks.journal.inventory_snapshots import last_applied  # noqa: PLC0415

    if not is_begun(workspace.state):
        return None
    intent = last_applied(workspace.journal)
    return None if intent is None else intent.lock
