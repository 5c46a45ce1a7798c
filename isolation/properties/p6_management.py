"""P6: no way from customers to management, nor the other way.

The management VRF is reached through the management port alone: it takes no part in BGP. That a
customer's interface is in it, or its port elsewhere, is seen where attachments are (P2); routes of
others that lead into it, where ways between tables are (P1, P3).
"""

from collections.abc import Iterator

from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p6
from egovnet.isolation.model.domains import MANAGEMENT
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table
from egovnet.isolation.routes.wrong_targets import target_cause
from egovnet.templates.model.facts import BgpInstance


def management(scene: Scene) -> Iterator[FindingDraft]:
    """P6 over a scene: the management VRF speaks no BGP."""
    for router in scene.routers:
        for table in router.tables.values():
            instance = router.facts.bgp.get(table.vrf)
            if table.vrf is None or instance is None or MANAGEMENT not in table.domains:
                continue
            yield single(
                finding(
                    p6.MANAGEMENT_IN_BGP,
                    router.name,
                    table.name,
                    path=(table.hop("speaks BGP", instance.line),),
                    line=instance.line,
                    causes=_causes(table, instance, scene.expectation),
                )
            )


def _causes(table: Table, instance: BgpInstance, expectation: Expectation) -> tuple[Cause, ...]:
    """The instance, and all that its targets make; in a customer's VRF the management port."""
    named = expectation.vrf_domain(table.device, table.name)
    port = table.binding(MANAGEMENT)
    if named not in {None, MANAGEMENT} and port is not None:
        return (port,)
    place = Place(table.device, table.name, instance.line, table.facts.quote(instance.line))
    targets = {
        target
        for family in instance.families.values()
        for target in family.import_targets | family.export_targets
    }
    says = f"VRF {table.name} speaks BGP"
    return (
        table.cause(CauseKind.SESSION, says=says, line=instance.line),
        *(target_cause(MANAGEMENT.label, one, one.hex(), place) for one in sorted(targets)),
    )


PROPERTY = SceneCheck("P6", management)
