"""P5 for accesses with an IGP: OSPF or IS-IS of a VRF, with whoever is at its ports.

An instance belongs to one VRF (RFC 4577 section 4.1.1) and joins no other table by itself; what
it lets in is neither filtered nor counted, where RFC 4364 section 7 wants the PE to hold a site
to its own routes. What it takes from the VRF's other routes stays in the VPN.
"""

from collections.abc import Iterator

from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Router, Scene
from egovnet.templates.model.facts import IgpInstance, InterfaceFacts

_FAMILIES = {"ospf": "ipv4", "ospf6": "ipv6"}
_Place = tuple[str | None, str]


def customer_igps(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene: IGPs with customers."""
    for router in scene.routers:
        instances: dict[_Place, IgpInstance] = {
            (igp.vrf, _FAMILIES.get(igp.protocol, "")): igp
            for igp in router.facts.igps
            if igp.vrf is not None
        }
        ports: dict[_Place, list[InterfaceFacts]] = {}
        for interface in router.facts.interfaces.values():
            for family in interface.vrf_igp:
                ports.setdefault((interface.vrf, family), []).append(interface)
        for place, igp in instances.items():
            yield _draft(router, place, ports.pop(place, []), igp.protocol, igp.line)
        for place, held in ports.items():
            yield _draft(router, place, held, "an IGP", held[0].mpls_line or held[0].line)


def _draft(
    router: Router, place: _Place, ports: list[InterfaceFacts], protocol: str, line: int
) -> FindingDraft:
    vrf, family = place
    table = router.tables.get(vrf) or router.tables[None]
    return single(
        finding(
            p5.IGP_WITH_CUSTOMER,
            router.name,
            table.name,
            path=(*table.entry(table.domains[0]), table.hop(f"speaks {protocol}", line)),
            line=line,
            family=family,
            words={
                "protocol": protocol,
                "ports": ", ".join(port.name for port in ports) or "ports that it is put to",
            },
        )
    )


PROPERTY = SceneCheck("P5", customer_igps)
