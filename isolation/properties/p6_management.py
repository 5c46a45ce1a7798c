"""P6: no way from customers to management, nor the other way.

The management VRF is reached through the management port alone: it takes no part in BGP. That a
customer's interface is in it, or its port elsewhere, is seen where attachments are (P2); routes of
others that lead into it, where ways between tables are (P1, P3).
"""

from collections.abc import Iterator

from egovnet.isolation.model.domains import MANAGEMENT
from egovnet.isolation.model.finding_drafts import Sighting, single
from egovnet.isolation.model.scene import Scene
from egovnet.isolation.model.verdict import Finding, Severity


def management(scene: Scene) -> Iterator[Sighting]:
    """P6 over a scene: the management VRF speaks no BGP."""
    for router in scene.routers:
        for table in router.tables.values():
            instance = router.facts.bgp.get(table.vrf)
            if table.vrf is None or instance is None or MANAGEMENT not in table.domains:
                continue
            yield single(
                Finding(
                    "P6 management-in-bgp",
                    Severity.RISK,
                    router.name,
                    table.name,
                    "the management VRF takes part in BGP",
                    (table.hop("speaks BGP", instance.line),),
                    instance.line,
                )
            )
