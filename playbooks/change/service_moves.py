"""Services that a plan takes from one state to another: some of them by no line of a router.

Between waiting for the customer and in service nothing changes on a PE. It is a change all the
same: the network is held to the new state, and the journal has it with what was seen.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from egovnet.inventory.model import Network
from egovnet.inventory.model.part_sites import written_name
from egovnet.inventory.model.platform_sites import DerivedSite
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.service_move import ServiceMove
from egovnet.playbooks.verify.touched import Touched


def service_moves(workspace: Workspace) -> tuple[ServiceMove, ...]:
    """Accesses on the chosen routers whose state is another one than the network was made from.

    Those of sites that nobody knew before are no moves, and where nobody knows what the network was
    made from, there are none. Linear in the inventory.
    """
    former = former_inventory(workspace)
    if former is None:
        return ()
    return tuple(_moves(former.network.numbered, workspace))


def _moves(former: Network, workspace: Workspace) -> Iterator[ServiceMove]:
    chosen = frozenset(workspace.chosen)
    for name, site in workspace.network.numbered.sites.items():
        before = former.sites.get(name)
        if before is None or isinstance(site, DerivedSite) or written_name(name, site) != name:
            continue
        for access, entry in site.site_network_accesses.items():
            if entry.pe in chosen and access in before.site_network_accesses:
                was, now = before.state_of(access), site.state_of(access)
                if was is not now:
                    yield ServiceMove(name, access, was.value, now.value)


def still_meant(workspace: Workspace, moves: Iterable[ServiceMove]) -> bool:
    """Whether the inventory at hand has all of them where they are to end."""
    sites = workspace.network.numbered.sites
    return all(
        move.site in sites
        and move.access in sites[move.site].site_network_accesses
        and sites[move.site].state_of(move.access).value == move.after
        for move in moves
    )


def concerning(
    network: Network, moves: Iterable[ServiceMove], touched: Touched
) -> tuple[Touched, frozenset[str]]:
    """`touched` with the accesses that move, so that a silent customer is held against the change;
    and the VPNs that they are in."""
    moved = {(move.site, move.access) for move in moves}
    accesses: set[tuple[str, str]] = set()
    vpns: set[str] = set()
    for name, site in network.sites.items() if moved else ():
        for access, entry in site.site_network_accesses.items():
            if (written_name(name, site), access) in moved:
                accesses.add((entry.pe, name))
                vpns.add(site.vpn)
    return replace(touched, accesses=touched.accesses | accesses), frozenset(vpns)
