"""What FRR does besides, and no fact says: known line by line, and named once as not modelled.

Each of these can carry packets or routes in ways of its own, so that a text which has one is not
proved; its lines are understood as far as that they say nothing else.
"""

from egovnet.templates.frr.config.contexts import noted, opaque
from egovnet.templates.frr.config.draft import BgpDraft, FrrDraft, Handler, New, Unclear

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
VNC = ("VNC", "spreads routes by a protocol of its own")
SEGMENTS = ("segment routing policies", "choose ways by labels or addresses")
NEXT_HOP_GROUPS = ("next hop groups", "may be used by rules")
OSPF_INSTANCES = ("further OSPF instances", "spread routes of the default table")
ALIASES = ("community aliases", "are what policies compare, where they were said before")
_BMP = ("BMP", "tells servers of all routes")
_VIEWS = ("BGP views", "keep neighbors and their routes beside the tables")
#: `neighbor X soo VALUE`, where a list matches sites of origin.
ORIGINS = ("sites of origin", "mark routes of neighbors, and policies match them")
ANY_LDP = ("LDP with routers that are not named", "gives labels to whoever asks for a session")
DEFAULT_FAMILIES = (
    "families that neighbors have by default",
    "hold by the order of lines, and for peer groups by their members",
)
_TABLES = ("numbers of tables", "are given to routes of rules, and may be those of VRFs")
#: After `bgp` in an instance.
BGP_WORDS = {
    "confederation": ("BGP confederations", "make one AS of several"),
    "long-lived-graceful-restart": (
        "long-lived graceful restart",
        "keeps routes of ended sessions",
    ),
}
#: Of a neighbour, after its name.
PEER_WORDS = {
    "local-role": ("BGP roles", "keep routes from neighbors by whose customers they are"),
}
#: Words of the top level.
TOP_WORDS = {
    "l2vpn": ("pseudowires", "carry frames between routers"),
    "pseudowire": ("pseudowires", "carry frames between routers"),
    "nexthop-group": NEXT_HOP_GROUPS,
    "segment-routing": SEGMENTS,
    "evpn": (EVPN, "carries routes and frames between routers"),
    "vni": (EVPN, "carries routes and frames between routers"),
    "vrrp": ("VRRP", "takes packets for an address that routers share"),
    "nhrp": ("NHRP", "finds ways over other networks"),
    "pbr": _TABLES,
    "allow-reserved-ranges": ("reserved addresses", "are taken as any others are"),
    "rpki": ("RPKI", "rates routes by what servers say of them"),
}
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
    "table": _TABLES,
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


def redirected(vrf: str | None) -> tuple[str, str]:
    """What a table is said to be that flow specifications may send packets to."""
    name, _ = _FAMILIES["flowspec"]
    return name, f"sends packets of others into {f'VRF {vrf}' if vrf else 'the default table'}"


#: (block, how a command begins) of a release that the first one does not have -> what it is of,
#: and whether it opens a block whose commands are in no table.
_SEGMENTS_OF_IGP = ("segment routing", "gives labels of its own to prefixes of the backbone")
_SRV6 = ("SRv6", "lets packets choose their table by an address")
_ANY_AS = ("neighbors of any AS", "are internal or external by what they say themselves")
_NEW: dict[tuple[str, str], tuple[tuple[str, str], bool]] = {
    **{("top", f"router {each}"): (_MULTICAST, True) for each in ("pim", "pim6", "igmp", "mld")},
    **{("interface", f"ip {each}"): (_MULTICAST, False) for each in ("pim", "igmp", "mroute")},
    **{("interface", f"ipv6 {each}"): (_MULTICAST, False) for each in ("pim", "mld", "mroute")},
    ("interface", "ip rip"): (PORT_IP_WORDS["rip"], False),
    ("interface", "ip nhrp"): (PORT_IP_WORDS["nhrp"], False),
    ("interface", "ip ospf"): (("OSPF of a new kind", "spreads routes of a table"), False),
    ("interface", "ipv6 ospf6"): (("OSPF of a new kind", "spreads routes of a table"), False),
    ("interface", "evpn mh"): (PORT_WORDS["evpn"], False),
    ("interface", "vrrp"): (PORT_WORDS["vrrp"], False),
    ("top", "affinity-map"): (_SEGMENTS_OF_IGP, False),
    ("link-params", "affinity"): (_SEGMENTS_OF_IGP, False),
    ("isis", "flex-algo"): (_SEGMENTS_OF_IGP, True),
    ("isis", "segment-routing prefix"): (_SEGMENTS_OF_IGP, False),
    ("isis", "segment-routing srv6"): (_SRV6, True),
    ("bgp", "sid vpn"): (_SRV6, False),
    ("bgp", "no sid vpn"): (_SRV6, False),
    ("bgp ipv4 unicast", "sid vpn"): (_SRV6, False),
    ("bgp ipv6 unicast", "sid vpn"): (_SRV6, False),
    ("bgp", "rfp"): (VNC, False),
    ("route-map", "set sr-te"): (SEGMENTS, False),
}


def read_new(draft: FrrDraft, words: list[str], number: int) -> int:
    """A command that the first release does not have: known by what it is of, or not read."""
    block = draft.context.block or draft.context.commands.block
    for count in (3, 2, 1):
        known = _NEW.get((block, " ".join(words[:count])))
        if known is not None:
            return noted(draft, words, number, known[0], opens=known[1])
    raise New(words)


def open_bmp(draft: FrrDraft, words: list[str], number: int) -> int:
    """`bmp targets NAME`, a block of a module's; `bmp mirror buffer-limit N`.

    Without the module it opens no block, and the next `exit` leaves another one: a text that a
    router printed has its version, and closed the block.
    """
    if words[1] == "targets" and not draft.version:
        raise Unclear("opens a block only where bgpd was started with its module (-M bmp)")
    return noted(draft, words, number, _BMP, opens=words[1] == "targets")


def open_view(draft: FrrDraft, words: list[str], number: int) -> int:
    """`router bgp N view V`."""
    return noted(draft, words, number, _VIEWS)


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
