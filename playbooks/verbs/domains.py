"""`domains`: the DNS zones that an inventory yields, written for the servers that have them."""

from collections.abc import Mapping
from pathlib import Path

from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.inventory.today import today
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.output_file import make_directory, write_outputs
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.domains import DomainList, ListedDnsZone, ZoneFileState
from egovnet.playbooks.results.outcome import Outcome
from egovnet.templates.domains.server_files import server_files
from egovnet.templates.domains.zone_text import serial_of
from egovnet.templates.domains.zones import View, views


def list_domains(workspace: Workspace) -> Outcome[DomainList]:
    """Every zone; nothing is written.

    Raises:
        InventoryError: the inventory is wrong, or the numbers of the network were lost.
    """
    require_numbers(workspace)
    zones = tuple(
        each
        for view in views(workspace.network, workspace.allocation)
        for each in _listed(view, {}, {})
    )
    return Outcome("domains", DomainList(zones))


def write_domains(workspace: Workspace, directory: Path) -> Outcome[DomainList]:
    """Write the files of every VPN's name server; one that says the same stays as it is.

    Raises:
        InventoryError: as above.
        UsageError: a file is no zone of ours, or cannot be written.
    """
    require_numbers(workspace)
    found = views(workspace.network, workspace.allocation)
    texts: dict[Path, str] = {}
    zones: list[ListedDnsZone] = []
    for view in found:
        folder = directory / view.folder
        old = _read(folder, view)
        new = server_files(view, old, today())
        zones += _listed(view, old, new)
        texts |= {folder / name: text for name, text in new.items() if old.get(name) != text}
    for folder in sorted({path.parent for path in texts}):
        make_directory(folder)
    write_outputs(texts, what="the zone ")
    kept = {directory / view.folder / zone.file for view in found for zone in view.zones}
    there = sorted(directory.glob("*/*/*/*.zone")) if directory.is_dir() else []
    stale = tuple(path.relative_to(directory).as_posix() for path in there if path not in kept)
    result = DomainList(tuple(zones), str(directory), stale)
    return Outcome("domains", result, written=tuple(map(str, texts)))


def _read(folder: Path, view: View) -> dict[str, str]:
    """The files of a view that are there, by name.

    Raises:
        UsageError: one cannot be read, or is no zone that was written here: its serial, from which
            the next one goes on, is not known.
    """
    texts: dict[str, str] = {}
    for name in ["nsd.conf", *(zone.file for zone in view.zones)]:
        path = folder / name
        try:
            texts[name] = read_regular_text(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
        if name.endswith(".zone") and serial_of(texts[name]) is None:
            raise UsageError(
                f"{path}: holds no serial as egovnet writes it; restore the file, or move it away "
                "and mind that secondaries need a later serial"
            )
    return texts


def _listed(view: View, old: Mapping[str, str], new: Mapping[str, str]) -> list[ListedDnsZone]:
    listed = []
    for zone in view.zones:
        text = new.get(zone.file)
        state = ZoneFileState.NOT_WRITTEN
        if text is not None:
            state = ZoneFileState.CHANGED if zone.file in old else ZoneFileState.NEW
            state = ZoneFileState.UNCHANGED if old.get(zone.file) == text else state
        listed.append(
            ListedDnsZone(
                zone.name,
                view.zone,
                view.agency,
                view.vpn,
                len(zone.records),
                None if text is None else serial_of(text),
                state,
            )
        )
    return listed
