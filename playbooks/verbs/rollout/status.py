"""`rollout status`: what closed changes provisioned and verification saw, against the plans."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from egovnet.inventory.model import Network, ServiceState, Site
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.registers.rollout import REGISTER, Target, Targets
from egovnet.inventory.today import today
from egovnet.playbooks.archive.journal_check import require_whole_journal_if_any
from egovnet.playbooks.core.provenance import provenance
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.rollout import (
    BurnUpPoint,
    RegionProgress,
    RolloutCounts,
    RolloutStatus,
    SiteProgress,
)
from egovnet.playbooks.verbs.how_to_begin import how_to_begin
from egovnet.playbooks.verbs.rollout.provisioned import (
    NOT_BEGUN,
    Provisioned,
    Standing,
    closed_changes,
)


@dataclass(frozen=True, slots=True)
class Day:
    """How many of the sites stood where at the end of a day."""

    day: date
    provisioned: int
    in_service: int


def rollout_status(workspace: Workspace, day: date | None = None) -> Outcome[RolloutStatus]:
    """The rollout on `day` (default: today), by the journal; nothing is asked of a device.

    Raises:
        InventoryError: with everything that is wrong with the inventory or with its plans.
        JournalAlteredError: the journal says nothing to go by.
    """
    held = require_whole_journal_if_any(workspace)
    network, now = workspace.network, day or today()
    every = network.numbered
    sites = written_sites(network)
    targets = Targets(REGISTER.read(workspace.directory, network), network)
    standings, days = progress_of(workspace, sites.keys())
    promised = {name: targets.of(name, site) for name, site in sites.items()}
    rows = tuple(
        _row(every, name, standings.get(name, NOT_BEGUN), promised[name], now) for name in sites
    )
    status = RolloutStatus(
        network=network.backbone.name,
        day=now.isoformat(),
        counts=counts_of(rows),
        regions=by_region(network, rows),
        sites=rows,
        burn_up=burn_up(days, [t.day for t in promised.values() if t is not None], now),
        made=provenance(workspace),
    )
    says = "by which day the sites of a region are to be in service"
    notes = how_to_begin(workspace.directory, REGISTER, says, _example(network, now))
    return Outcome("rollout_status", status, notes=(*held, *notes))


def _example(network: Network, day: date) -> dict[str, Any]:
    """A plan for the region that is above the others, until the end of the next year."""
    region = next((n for n, r in network.regions.items() if r.parent is None), None)
    return {
        "plans": {
            f"{region}-{day.year + 1}": {
                "region": region,
                "document": "number of the paper that the plan stands in",
                "approved-by": "name of who approved it",
                "approved-on": day,
                "target": date(day.year + 1, 12, 31),
            }
        }
    }


def written_sites(network: Network) -> dict[str, Site]:
    """Sites that somebody wrote, planned ones too, in one entry each."""
    every = network.numbered.written_sites
    return {name: site for name, site in every.items() if written_name(name, site) == name}


def progress_of(
    workspace: Workspace, sites: Iterable[str]
) -> tuple[Mapping[str, Standing], tuple[Day, ...]]:
    """How far the journal has each of `sites`, and how many of them stood where on each day on
    which a change was closed."""
    wanted = frozenset(sites)
    provisioned = Provisioned()
    days: dict[date, Day] = {}
    if is_begun(workspace.state):
        for at, changes in groupby(closed_changes(workspace.journal), lambda one: one.at[:10]):
            for change in changes:
                provisioned.add(change)
            day = date.fromisoformat(at)
            standing = [s for name, s in provisioned.standings.items() if name in wanted]
            days[day] = Day(day, len(standing), sum(s.in_service for s in standing))
    found = {name: s for name, s in provisioned.standings.items() if name in wanted}
    return found, tuple(days[at] for at in sorted(days))


def _row(
    network: Network, name: str, standing: Standing, target: Target | None, now: date
) -> SiteProgress:
    site = network.sites[name]
    states = {site.state_of(access) for access in site.site_network_accesses}
    return SiteProgress(
        site=name,
        region=site.region,
        tier=network.regions[site.region].tier.value,
        vpn=site.vpn,
        state=standing.state.value,
        verified=standing.verified,
        intended=next(state for state in ServiceState if state in states).value,
        target=None if target is None else target.day.isoformat(),
        plan=None if target is None else target.plan,
        overdue=target is not None and target.day < now and not standing.in_service,
        change=standing.change,
        since=standing.since,
    )


def counts_of(rows: Iterable[SiteProgress]) -> RolloutCounts:
    """Sites by how far they have come."""
    total = in_service = provisioned = overdue = without = 0
    for row in rows:
        total += 1
        in_service += row.in_service
        provisioned += row.provisioned and not row.in_service
        overdue += row.overdue
        without += row.target is None
    planned = total - in_service - provisioned
    return RolloutCounts(total, in_service, provisioned, planned, overdue, without)


def by_region(network: Network, rows: Iterable[SiteProgress]) -> tuple[RegionProgress, ...]:
    """Every region with a site in it or below, with all that is below it; linear in the sites
    times the depth of regions."""
    groups: dict[str, list[SiteProgress]] = {name: [] for name in network.regions}
    for row in rows:
        region: str | None = row.region
        while region is not None:
            groups[region].append(row)
            region = network.regions[region].parent
    return tuple(
        RegionProgress(name, entry.name, entry.tier.value, entry.parent, counts_of(groups[name]))
        for name, entry in network.regions.items()
        if groups[name]
    )


def burn_up(days: Iterable[Day], targets: Iterable[date], now: date) -> tuple[BurnUpPoint, ...]:
    """The sites promised, provisioned and in service, day by day: on each day on which one of the
    three changes, and today. What is to come is promised only."""
    targets = sorted(targets)
    done = [day for day in days if day.day <= now]
    at = sorted({*targets, *(day.day for day in done), now})
    points, number = [], 0
    for day in at:
        while number < len(done) and done[number].day <= day:
            number += 1
        last = done[number - 1] if number else Day(day, 0, 0)
        points.append(
            BurnUpPoint(
                day.isoformat(),
                bisect_right(targets, day),
                last.provisioned if day <= now else None,
                last.in_service if day <= now else None,
            )
        )
    return tuple(points)
