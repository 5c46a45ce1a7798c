"""Tables of customers' VPNs, with the prefixes of the sites that they are for."""

from collections.abc import Iterator

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.model.domains import MANAGEMENT, Domain
from egovnet.isolation.model.scene import Scene, Table


def customer_tables(scene: Scene) -> Iterator[tuple[Table, list[IPNetwork]]]:
    """Tables of VRFs of VPNs, each with the prefixes of its VPNs' sites at its router.

    Nothing where the expectation does not know which sites a router has.
    """
    if not scene.expectation.attachments_known:
        return
    for router in scene.routers:
        # Also of a site whose access is gone from the text: its route leads to nobody else.
        prefixes: dict[Domain, list[IPNetwork]] = {}
        for attachment in scene.expectation.attachments.get(router.name, {}).values():
            prefixes.setdefault(attachment.domain, []).extend(attachment.prefixes)
        for table in router.tables.values():
            if table.vrf is not None and table.bound and MANAGEMENT not in table.domains:
                yield table, [prefix for one in table.domains for prefix in prefixes.get(one, ())]
