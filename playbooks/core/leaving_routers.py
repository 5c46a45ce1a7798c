"""Routers that the journal knows and the inventory has no longer: emptied before, or refused.

A router that is merely taken out of the inventory runs on with its VRFs, and nobody looks at it any
more. So it is drained and emptied by a change of its own (`state: leaving`), and then leaves. One
that does not exist any more cannot be emptied: a person says so.
"""

from collections.abc import Collection, Iterable, Iterator

from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model import Network
from egovnet.playbooks.core.applied import Applied
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.leaving import DRAINED, EMPTIED, GONE, LeavingRouter


def leaving_routers(workspace: Workspace, gone: Collection[str] = ()) -> tuple[LeavingRouter, ...]:
    """Routers that the inventory empties or has no longer; `gone` do not exist any more.

    Raises:
        InventoryError: routers were taken out that were not emptied; says what to do.
        UsageError: one of `gone` is in the inventory, or nobody knows it.
    """
    former = former_inventory(workspace)
    if former is None:
        if gone:
            raise UsageError(f"--gone: the journal knows nothing of {', '.join(sorted(gone))}")
        return ()
    network = former.network
    out = [name for name in network.routers if name not in workspace.network.routers]
    if wrong := sorted({*gone} - {*out}):
        raise UsageError(
            f"--gone: {', '.join(wrong)}: no router that the journal knows and the inventory lacks"
        )
    applied = Applied(workspace, out)
    problems, found = [], list(_drained(workspace.network, network))
    for name in out:
        sites = _joined(network, name)
        device = applied.device(name)
        if name in gone:
            found.append(LeavingRouter(name, GONE, sites))
        elif device is not None and device.drained:
            found.append(LeavingRouter(name, EMPTIED, sites))
        else:
            problems.append(_problem(workspace, name, sites))
    if problems:
        raise InventoryError(problems)
    return tuple(found)


def affected_by(workspace: Workspace, leaving: Iterable[LeavingRouter]) -> Affected:
    """The sites that were joined to routers on their way out, and their VPNs."""
    sites = {site for router in leaving for site in router.sites}
    former = former_inventory(workspace) if sites else None
    if former is None:
        return Affected()
    vpns = {former.network.sites[site].vpn for site in sites}
    return Affected(tuple(sorted(vpns)), tuple(sorted(sites)))


def _drained(now: Network, former: Network) -> Iterator[LeavingRouter]:
    """Routers that the inventory says are leaving, and that were in service before."""
    for name, router in now.routers.items():
        before = former.routers.get(name)
        if router.leaving and before is not None and not before.leaving:
            yield LeavingRouter(name, DRAINED, _joined(former, name))


def _joined(network: Network, router: str) -> tuple[str, ...]:
    """Sites with an access on a router."""
    return tuple(
        site
        for site, entry in network.sites.items()
        if any(access.pe == router for access in entry.site_network_accesses.values())
    )


def _problem(workspace: Workspace, name: str, sites: tuple[str, ...]) -> Problem:
    with_sites = f" with what joins {', '.join(sites)}" if sites else ""
    return Problem(
        str(workspace.directory / "hosts.yaml"),
        0,
        name,
        f"was applied and is in the inventory no longer: it would run on{with_sites}",
        "put it back with state: leaving, its sites moved or removed, apply that, then take it "
        f"out; or, where it does not exist any more, say --gone {name}",
    )
