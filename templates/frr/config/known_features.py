"""What FRR does besides, and no fact says: known line by line, and named once as not modelled.

Each of these can carry packets or routes in ways of its own, so that a text which has one is not
proved; its lines are understood as far as that they say nothing else.
"""

from egovnet.templates.frr.config.contexts import noted, opaque
from egovnet.templates.frr.config.draft import BgpDraft, FrrDraft, Handler

EVPN = "EVPN"
_OF_VRF = "carries routes of VRF {} to other routers, by targets of its own"
_OF_ROUTER = "carries routes and frames between routers"
_FAMILIES = {
    "labeled-unicast": ("labelled unicast", "gives labels to routes of the default table"),
    "flowspec": ("flow specification", "sends packets elsewhere by what they look like"),
    "multicast": ("multicast", "carries packets by trees of its own"),
    "evpn": (EVPN, _OF_ROUTER),
}
_PROTOCOLS = {
    "rip": "RIP",
    "ripng": "RIPng",
    "eigrp": "EIGRP",
    "babel": "Babel",
    "openfabric": "OpenFabric",
}
_MULTICAST = ("multicast", "carries packets by trees of its own")
#: Words of interfaces: alone, after `ip`, and after `ipv6`.
PORT_WORDS = {
    "babel": ("Babel", "spreads routes of the default table"),
    "eigrp": ("EIGRP", "spreads routes of the default table"),
    "openfabric": ("OpenFabric", "spreads routes of the default table"),
    "evpn": (EVPN, _OF_ROUTER),
    "tunnel": ("tunnels", "join ports over other networks"),
    "vrrp": ("VRRP", "takes packets for an address that routers share"),
}
PORT_IP_WORDS = {
    **dict.fromkeys(("igmp", "pim", "mroute", "multicast", "mld"), _MULTICAST),
    "rip": ("RIP", "spreads routes of a table"),
    "ripng": ("RIPng", "spreads routes of a table"),
    "nhrp": ("NHRP", "finds ways over other networks"),
}
TOP_IP_WORDS = {
    **dict.fromkeys(("pim", "msdp", "mroute", "multicast", "igmp"), _MULTICAST),
    "import-table": ("kernel tables", "are taken into the main table by number"),
    "protocol": ("filters of the kernel's routes", "leave out routes that a table has"),
}


def feature(name: str, what: str) -> Handler:
    """The handler of a line, or of a block with all its lines, that is noted and not modelled."""

    def handle(draft: FrrDraft, words: list[str], number: int) -> int:
        return noted(draft, words, number, (name, what))

    return handle


def features(known: dict[str, tuple[str, str]]) -> dict[str, Handler]:
    """Handlers by the word that each stands for."""
    return {word: feature(*what) for word, what in known.items()}


def open_family(draft: FrrDraft, words: list[str], number: int) -> int:
    """`address-family` of BGP besides unicast and VPN."""
    instance: BgpDraft = draft.context.about
    known = _FAMILIES.get(words[2])
    if known is None:
        return opaque(draft, words, number)
    name, what = known
    if instance.vrf is not None:
        what = _OF_VRF.format(instance.vrf)
    return noted(draft, words, number, (name, what), vrf=instance.vrf)


def open_protocol(draft: FrrDraft, words: list[str], number: int) -> int:
    """`router rip|ripng|eigrp|babel|openfabric ... [vrf X]`."""
    name = _PROTOCOLS.get(words[1])
    if name is None:
        return opaque(draft, words, number)
    vrf = words[words.index("vrf") + 1] if "vrf" in words else None
    table = f"VRF {vrf}" if vrf and vrf != "default" else "the default table"
    return noted(draft, words, number, (name, f"spreads routes of {table}"), vrf=vrf)


def read_vni(draft: FrrDraft, words: list[str], number: int) -> int:
    """`vni N` of a VRF."""
    vrf = draft.context.about
    return noted(draft, words, number, (EVPN, _OF_VRF.format(vrf)), vrf=vrf)
