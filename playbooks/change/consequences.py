"""What a push does besides its lines: whom it interrupts, and what it gives to the other zone."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import Texts
from egovnet.playbooks.change.impact import Impact
from egovnet.playbooks.change.plan_summary import summary_of
from egovnet.playbooks.change.zone_changes import (
    held_by_inventory,
    held_by_texts,
    zone_changes,
)
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.intended import Inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.records import DONE
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.plan_summary import PlanSummary
from egovnet.playbooks.results.zone_change import ZoneChange
from egovnet.templates.registry import platform


@dataclass(frozen=True, slots=True)
class Consequences:
    """What nobody sees in a diff."""

    affected: Affected = field(default_factory=Affected)
    zone_changes: tuple[ZoneChange, ...] = ()
    summary: PlanSummary = field(default_factory=PlanSummary)


def consequences_of(
    workspace: Workspace, devices: Mapping[str, Texts], former: Inventory | None = None
) -> Consequences:
    """Of pushing `devices`, by what is intended, what runs, and `former`, what the network was made
    from; None: what was applied last.

    Raises:
        JournalError: the journal has not all of what was applied.
    """
    if not devices:
        return Consequences()
    former = former or former_inventory(workspace)
    now = Dependents(workspace.network, workspace.allocation)
    before = now
    if former is not None and former is not workspace.inventory:
        before = Dependents(former.network, former.allocation)
    impact = Impact(now, before)
    parts = impact.parts(devices)
    affected = impact.of(devices, parts)
    summary = summary_of(parts, now, None if former is None else before, affected, impact.vpns_of)
    return Consequences(affected, _zone_changes(workspace, former, devices), summary)


def _zone_changes(
    workspace: Workspace, former: Inventory | None, devices: Mapping[str, Texts]
) -> tuple[ZoneChange, ...]:
    found: tuple[ZoneChange, ...] = ()
    if former is not None and former is not workspace.inventory:
        found = zone_changes(
            held_by_inventory(former.network, former.allocation),
            held_by_inventory(workspace.network, workspace.allocation),
        )
    # a change that reached a part of the network is in the journal, and the rest is still to come
    known = {change.vpn for change in found}
    by_texts = [c for c in _by_texts(workspace, devices, devices) if c.vpn not in known]
    if by_texts:
        as_left = _as_left(workspace, devices)
        by_texts = [c for c in _by_texts(workspace, devices, as_left) if c.vpn not in known]
    return (*found, *by_texts)


def _by_texts(
    workspace: Workspace, devices: Mapping[str, Texts], names: Collection[str]
) -> tuple[ZoneChange, ...]:
    routers = workspace.network.routers
    reads = {name: platform(routers[name].platform).parts for name in names if name in routers}
    before = {name: read(devices[name].before) for name, read in reads.items()}
    after = {name: read(devices[name].intended) for name, read in reads.items()}
    return zone_changes(
        held_by_texts(before, workspace.network), held_by_texts(after, workspace.network)
    )


def _as_left(workspace: Workspace, devices: Mapping[str, Texts]) -> set[str]:
    """Devices that run what the last change left there, or that no change ever touched: on others
    somebody was at work by hand, and what is taken back from a zone was never given to it."""
    journal = workspace.journal
    left = set(devices)
    found: set[str] = set()
    for change in reversed(journal.changes()):
        if not left:
            break
        if change.state != DONE:
            continue
        for name, texts in journal.configurations(change.id).items():
            if name in left and texts.after is not None:
                left.discard(name)
                if texts.after == devices[name].before:
                    found.add(name)
    return found | left
