"""Packets that do not arrive in the table that announced their destination.

A VPN packet is looked up where its label says (RFC 4364 section 4.3.2). Without a label, or with
one that is reserved for "no label" (RFC 3032 section 2.1, RFC 3031 section 4.1.5), that is the
router's default table; and a route that was put into the VPN tables by hand leads to whichever
table has the label that it names. Each is told as an announcement of the table that gets the
packets.
"""

from collections.abc import Iterator

from egovnet.isolation.algebra.policies import Routes, apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.scene import FAMILIES, Router, Scene, Table
from egovnet.isolation.routes.announcements import Announcement, announcements
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import VpnNetwork, VrfFamily

#: Explicit null of IPv4 and of IPv6, and implicit null: what follows is looked up unlabelled.
UNLABELLED = frozenset({"0", "2", "3"})
#: Labels 0 to 15 are nobody's to give out (RFC 3032 section 2.1).
LAST_RESERVED = 15


class Misdirected:
    """The announcements of a scene whose packets arrive elsewhere."""

    def __init__(self, scene: Scene) -> None:
        self._routers = {(router.name, router.state): router for router in scene.routers}
        self._scene = scene
        self._backbone: dict[AddressFamily, PrefixSet] = {}

    def announcements(self, table: Table, family: AddressFamily) -> Iterator[Announcement]:
        """Those that `table` makes, as the tables that get their packets would."""
        if table.vrf is None:
            instance = table.facts.bgp.get(None)
            for network in instance.vpn_networks if instance else ():
                if network.family == family:
                    yield from self._by_hand(table, network)
            return
        bgp = table.family(family)
        if bgp is None or (bgp.label is not None and bgp.label not in UNLABELLED):
            return
        default = self._router(table).tables[None]
        how = "without a label" if bgp.label is None else f"with label {bgp.label}"
        hop = table.hop(f"exports routes {how}: their packets arrive unlabelled", bgp.line)
        cause = label_cause(table, bgp)
        for one in announcements(table, family):
            prefixes = one.routes.prefixes & self._of_backbone(family)
            if prefixes:
                routes = Routes(family, prefixes, one.routes.targets, one.routes.free)
                yield Announcement(
                    default,
                    routes,
                    one.neighbor,
                    put_by=(hop,),
                    line=bgp.line,
                    remote_only=True,
                    cause=cause,
                )

    def _by_hand(self, table: Table, network: VpnNetwork) -> Iterator[Announcement]:
        given = Routes(network.family, PrefixSet.of(network.family, (network.prefix,)))
        what = f"puts {network.prefix} into the VPN tables with label {network.label}"
        hop = table.hop(what, network.line)
        cause = vpn_route_cause(table, network)
        for out in apply(network.policy, [given]):
            for target in (table, *self._labelled(self._router(table), network.label)):
                put_by = (hop,) if target is not table else ()
                yield Announcement(
                    target, out, held=False, put_by=put_by, line=network.line, cause=cause
                )

    def _router(self, table: Table) -> Router:
        return self._routers[table.device, table.state]

    @staticmethod
    def _labelled(router: Router, label: int) -> Iterator[Table]:
        """Tables that have a label, or may be given it by the router."""
        wanted = {str(label)}
        if not any(
            bgp.label in wanted for t in router.tables.values() for bgp in t.families.values()
        ):
            first, last = router.facts.dynamic_labels
            wanted = {"auto"} if first <= label <= last else set()
        for table in router.tables.values():
            if any(bgp.label in wanted for bgp in table.families.values()):
                yield table

    def _of_backbone(self, family: AddressFamily) -> PrefixSet:
        """Destinations of the routers' default tables, and what covers them."""
        if not self._backbone:
            for one in FAMILIES:
                self._backbone[one] = _covering(self._scene, one)
        return self._backbone[family]


def label_cause(table: Table, bgp: VrfFamily) -> Cause:
    """The label of a VRF, or that it has none."""
    line = bgp.lines.get("label", bgp.line)
    place = Place(table.device, table.name, line, table.facts.quote(line))
    if bgp.label is None:
        says = f"VRF {table.name} exports routes without a label"
        return Cause(CauseKind.LABEL, (table.device, table.name), says, place)
    says = f"VRF {table.name} has label {bgp.label}"
    return Cause(CauseKind.LABEL, (table.device, bgp.label), says, place)


def vpn_route_cause(table: Table, network: VpnNetwork) -> Cause:
    """A route that is put into the VPN tables by hand."""
    says = f"{network.prefix} is put into the VPN tables by hand, with label {network.label}"
    key = (network.family, network.prefix, network.label)
    return table.cause(CauseKind.VPN_ROUTE, *key, says=says, line=network.line)


def _covering(scene: Scene, family: AddressFamily) -> PrefixSet:
    """All prefixes that hold, or are within, an address or static route of a default table."""
    bits = PrefixSet.none(family).bits
    boxes: dict[tuple[int, int, int, int], None] = {}
    for router in scene.routers:
        table = router.tables[None]
        networks = [a.network for i in table.interfaces for a in i.addresses]
        networks += [static.prefix for static in table.statics if not static.discards]
        for network in networks:
            if network.max_prefixlen != bits:
                continue
            number, length = int(network.network_address), network.prefixlen
            boxes[number, length, length, bits] = None
            for shorter in range(length):
                cut = number >> (bits - shorter) << (bits - shorter)
                boxes[cut, shorter, shorter, shorter] = None
    return PrefixSet(bits, tuple(boxes))
