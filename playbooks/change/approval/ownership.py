"""What changes hands without a line of a router: whose a VPN is, and where a router counts.

A policy goes by owners, zones, regions and tiers of the inventory. Who could move these with a
change of their own lines would have the others' with the next one.
"""

from collections.abc import Iterator

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model import Network
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.records import DONE


def moved(before: Network, now: Network) -> Iterator[str]:
    """What of both networks has another owner or another place, in words; linear in them."""
    for name, vpn in now.vpns.items():
        old = before.vpns.get(name)
        if old is not None and (old.owner, old.zone) != (vpn.owner, vpn.zone):
            whose = f"{old.owner} ({old.zone}) to {vpn.owner} ({vpn.zone})"
            yield f"VPN {name} goes from {whose}"
    for name, router in now.routers.items():
        was = before.routers.get(name)
        if was is not None and (was.region, was.tier) != (router.region, router.tier):
            where = f"{was.region} ({was.tier}) to {router.region} ({router.tier})"
            yield f"router {name} goes from {where}"
    for name, region in now.regions.items():
        own = before.regions.get(name)
        if own is not None and own.parent != region.parent:
            there = f"{own.parent or 'the top'} to {region.parent or 'the top'}"
            yield f"region {name} goes from {there}"


def last_known(workspace: Workspace) -> Network | None:
    """The network of the last change of which it is known what it was made from; None: of none."""
    if not is_begun(workspace.state):
        return None
    journal = workspace.journal
    intents = Intents(journal.engine)
    for change in reversed(journal.changes()):
        attached = intents.of(change.id) if change.state == DONE else None
        if attached is not None and attached.after is not None:
            try:
                return workspace.applied(intents.get(attached.after)).network
            except InventoryError:
                return None  # checks became stricter since
    return None
