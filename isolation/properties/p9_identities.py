"""P9: what must be one VRF's alone: its route distinguisher, its label, its next hop.

RFC 4364 section 4.2: two routes of different VPNs with one distinguisher are one route, and the
better hides the other. Two VRFs of a PE with one label are one table to packets from the backbone.
"""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address
from types import MappingProxyType

from egovnet.isolation.algebra.route_targets import distinguisher_text
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p9
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.from_encryption import EncryptedVpns
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.isolation.routes.label_arrivals import label_cause
from egovnet.templates.model.device import AddressFamily, IPAddress

#: What an IGP may take static routes, and those of the kernel, by.
_HOST_ROUTES = frozenset(("static", "kernel"))
_NO_WORDS: Mapping[str, object] = MappingProxyType({})


def identities(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene."""
    yield from _distinguishers(scene)
    yield from _loopbacks(scene)
    for router in scene.routers:
        yield from _labels(router)
        yield from _next_hops(router, scene.expectation.encrypted)


def _distinguishers(scene: Scene) -> Iterator[FindingDraft]:
    """A distinguisher may be one domain's on many routers; two VRFs of a router never share it."""
    of_domain: dict[tuple[str, bytes], dict[str, Table]] = {}
    of_router: dict[tuple[str, bytes, str, int], Table] = {}
    for table in scene.tables():
        vpns = {domain.vpn for domain in table.domains}
        for family, bgp in table.families.items():
            if bgp.rd is None:
                continue
            here = (family, bgp.rd, table.device, table.state)
            others = of_domain.setdefault((family, bgp.rd), {})
            found = [one for vpn, one in others.items() if vpn not in vpns and table.meets(one)]
            found += [one for one in [of_router.get(here)] if one is not None]
            of_router[here] = table
            others.update(dict.fromkeys(vpns, table))
            if found:
                yield _shared_distinguisher(scene, family, bgp.rd, (found[0], table))


def _shared_distinguisher(
    scene: Scene, family: AddressFamily, rd: bytes, tables: tuple[Table, Table]
) -> FindingDraft:
    """Both have it. One whose own address is in it has it rightly (RFC 4364 section 4.2, type 1:
    an address and a number), so the finding is at the other; else at the second."""
    owner, table = tables
    router = scene.expectation.routers.get(IPv4Address(rd[2:6])) if rd[1] == 1 else None
    if router == table.device != owner.device:
        owner, table = table, owner
    text = distinguisher_text(rd)
    hops = tuple(
        one.hop(f"has the route distinguisher {text}", one.line(family, "rd"))
        for one in (owner, table)
    )
    says = f"route distinguisher {text} is two VRFs'"
    line = table.line(family, "rd")
    place = Place(table.device, table.name, line, table.facts.quote(line))
    return single(
        finding(
            p9.SHARED_RD,
            table.device,
            table.name,
            path=hops,
            line=line,
            family=family,
            causes=(
                Cause(CauseKind.IDENTITY, ("rd", text, table.device, table.name), says, place),
            ),
            words={"rd": text, "other": owner.name, "other_device": owner.device},
        )
    )


def _loopbacks(scene: Scene) -> Iterator[FindingDraft]:
    """VPN packets go to the router whose loopback is their next hop: it must be one's alone, at
    whatever port of the backbone's another has it, and whatever puts it into the IGP."""
    owners = scene.loopbacks()
    for router in scene.routers:
        for held, where, line in _backbone_addresses(router):
            owner = owners.get(held, router.name)
            if owner == router.name:
                continue  # whoever else has it is the one that should not
            what = f"has {held} on {where}"
            if not where:
                what = f"announces a route of its own to {held} by its IGP"
            yield single(
                finding(
                    p9.SHARED_LOOPBACK,
                    router.name,
                    "default",
                    path=(router.hop(what, line),),
                    line=line,
                    causes=(_loopback_cause(router, held, line),),
                    words={"address": held, "owner": owner},
                )
            )


def _backbone_addresses(router: Router) -> Iterator[tuple[IPAddress, str, int]]:
    """(address, port, line) of what a router has in the backbone; no port: it has a route of its
    own to it there."""
    table = router.tables[None]
    for port in table.interfaces:
        for address in port.addresses:
            yield address.ip, port.name, port.line
    announced = {
        family
        for igp in router.facts.igps
        if igp.vrf is None
        for family, _, source in (key.partition(" ") for key in igp.redistributes)
        if source in _HOST_ROUTES
    }
    for static in table.statics if announced else ():
        prefix = static.prefix
        if prefix.prefixlen == prefix.max_prefixlen and f"ipv{prefix.version}" in announced:
            yield prefix.network_address, "", static.line


def _loopback_cause(router: Router, address: IPAddress, line: int) -> Cause:
    place = Place(router.name, "default", line, router.facts.quote(line))
    says = f"loopback address {address}"
    return Cause(CauseKind.IDENTITY, ("loopback", router.name, str(address)), says, place)


def _labels(router: Router) -> Iterator[FindingDraft]:
    held: dict[str, Table] = {}
    for table in router.tables.values():
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is None or bgp.label is None or bgp.label == "auto":
                continue
            other = held.setdefault(bgp.label, table)
            if other is not table:
                yield _draft(
                    table,
                    p9.SHARED_LABEL,
                    f"has label {bgp.label} of VRF {other.name}",
                    (bgp.lines.get("label", bgp.line), family),
                    joins=(other.domains[0], table.domains[0]),
                    causes=(label_cause(table, bgp),),
                    words={"label": bgp.label, "other": other.name},
                )


def _in_backbone(router: Router, address: IPAddress) -> bool:
    """Whether labelled packets for a router's `address` arrive at that router: addresses of VRFs,
    and a router id, are not in the backbone, and a circuit's network is both ends', so that the
    other one may be where the outer label ends."""
    default = router.tables[None]
    return any(
        address == own.ip
        for port in default.interfaces
        for own in port.addresses
        if port.loopback or own.network.prefixlen == own.max_prefixlen
    )


def _next_hops(router: Router, encrypted: EncryptedVpns) -> Iterator[FindingDraft]:
    own = encrypted.next_hops.get(router.name, ())
    for table in router.tables.values():
        is_encrypted = any(domain.vpn in encrypted.vpns for domain in table.domains)
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is None or bgp.export_next_hop is None:
                continue
            if _in_backbone(router, bgp.export_next_hop):
                continue
            if is_encrypted and bgp.export_next_hop in own:
                continue
            yield _draft(
                table,
                p9.FOREIGN_NEXT_HOP,
                f"exports routes with the next hop {bgp.export_next_hop}",
                (bgp.lines.get("nexthop", bgp.line), family),
                causes=(
                    table.cause(
                        CauseKind.IDENTITY,
                        "next hop",
                        says=f"VRF {table.name} exports routes with another's next hop",
                        line=bgp.lines.get("nexthop", bgp.line),
                    ),
                ),
                words={"address": bgp.export_next_hop},
            )


def _draft(
    table: Table,
    klass: FindingClass,
    what: str,
    at: tuple[int, str],
    *,
    joins: tuple[Domain, Domain] | None = None,
    causes: tuple[Cause, ...] = (),
    words: Mapping[str, object] = _NO_WORDS,
) -> FindingDraft:
    """`what`: the step of the path; `at`: its line and address family."""
    line, family = at
    return single(
        finding(
            klass,
            table.device,
            table.name,
            path=(*table.entry(table.domains[0]), table.hop(what, line)),
            line=line,
            family=family,
            source=joins[0] if joins else None,
            target=joins[1] if joins else None,
            both_ways=joins is not None,
            causes=causes,
            words=words,
        )
    )


PROPERTY = SceneCheck("P9", identities)
