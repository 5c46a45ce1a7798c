"""`router bgp`: instances, their address families, and how their tables meet the VPN tables.

The FRR behaviour behind each handler was tried on bgpd 8.4.4.
"""

from ipaddress import IPv4Address
from typing import cast

from egovnet.templates.frr.config.addresses import mask_length, read_number, read_prefix
from egovnet.templates.frr.config.communities import read_distinguisher
from egovnet.templates.frr.config.contexts import (
    commands,
    enter,
    leave,
    no_of,
    not_read,
    noted,
    opaque,
)
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    BgpDraft,
    Context,
    FrrDraft,
    Refused,
    Unclear,
)
from egovnet.templates.frr.config.known_features import (
    BGP_WORDS,
    DEFAULT_FAMILIES,
    VNC,
    feature,
    open_bmp,
    open_family,
    open_view,
)
from egovnet.templates.frr.config.neighbor_reader import (
    family_line,
    no_family_line,
    no_peer_line,
    peer_line,
)
from egovnet.templates.frr.config.vocabulary import (
    BGP_HARMLESS,
    BGP_LISTS,
    IPV4_PROTOCOLS,
    IPV6_PROTOCOLS,
    PROTOCOLS,
)
from egovnet.templates.frr.config.vpn_reader import (
    read_export,
    read_import,
    read_label,
    read_next_hop,
    read_rd,
    read_rt,
    read_vpn_map,
    remove_import,
    remove_rt,
    remove_vpn,
    taken,
    unicast,
)
from egovnet.templates.model.device import AddressFamily

_LAST_LABEL = 1048575
#: Of IS-IS, the larger one of the IGPs' (zebra's defaults).
_IGP_DISTANCE = 115
_NEVER = 255
_CLASSFUL = ((128, 8), (192, 16), (224, 24))


def open_bgp(draft: FrrDraft, words: list[str], number: int) -> int:
    """`router bgp ASN [vrf X]`."""
    vrf = None
    if len(words) == 5 and words[3] == "vrf":
        vrf = words[4] if words[4] != "default" else None
    elif len(words) == 5 and words[3] == "view":
        return open_view(draft, words, number)
    elif len(words) != 3:
        return opaque(draft, words, number)
    asn = read_number(words[2])
    instance = draft.bgp.get(vrf)
    if instance is None:
        if draft.implied_bgp.get(vrf, asn) != asn:
            return opaque(draft, words, number)  # FRR refuses it: import vrf made it with another
        instance = draft.bgp[vrf] = BgpDraft(vrf, asn, number)
    elif instance.asn != asn:
        return opaque(draft, words, number)
    return enter(draft, Context(_ROUTER, " ".join(words), draft.top, instance, "ipv4"))


def remove_bgp(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no router bgp [ASN [vrf X]]`."""
    vrf = words[5] if len(words) == 6 and words[4] == "vrf" else None
    if vrf not in draft.bgp or words[3:4] not in ([], [str(draft.bgp[vrf].asn)]):
        raise Refused("takes away an instance that is not there")
    if vrf in draft.implied_bgp or (vrf is None and len(draft.bgp) > 1):
        raise Refused("FRR refuses it: another instance needs it")
    if any("label" in family.values for family in draft.bgp[vrf].families.values()):
        raise Unclear("bgpd may die of it while it waits for a label: say `no label vpn` before")
    del draft.bgp[vrf]
    return FACT


def _bgp(draft: FrrDraft, words: list[str], number: int) -> int | None:
    instance: BgpDraft = draft.context.about
    what = words[1]
    if what in BGP_LISTS:
        return None  # the top level's, after a block that was not closed
    if what == "router-id":
        router_id = draft.spelled.get((what, words[2]))
        if router_id is None:
            router_id = draft.spelled[what, words[2]] = IPv4Address(words[2])
        instance.router_id = router_id
        if any(f.rd or f.exports for f in instance.families.values()):
            raise Unclear("given after rd or rt, it rewrites both silently (FRR 8.4): put it first")
    elif what == "default":
        return _default(draft, words, number, make=True)
    elif what == "listen":
        if words[2] == "limit":
            return HARMLESS
        _, _, _, prefix, _, group = words
        if group not in instance.peers or not instance.peers[group].is_group:
            raise Refused("FRR refuses it: no such peer group")
        if "remote-as" not in instance.peers[group].values:
            raise Refused("FRR refuses it: the peer group has no AS yet")
        instance.listens[read_prefix(prefix)] = (group, number)
    elif what in _WALKS and instance.vpn_networks:
        raise Unclear("bgpd may die of it, with routes of the VPN families made by hand")
    elif what in BGP_HARMLESS or (what == "retain" and words[2] == "route-target"):
        return HARMLESS
    else:
        return _other_feature(draft, words, number)
    return FACT


def _other_feature(draft: FrrDraft, words: list[str], number: int) -> int:
    known = BGP_WORDS.get(words[1])
    if known is None:
        raise Unclear("not known of a BGP instance")
    return noted(draft, words, number, known)


def _no_bgp(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: BgpDraft = draft.context.about
    what = words[2]
    if what == "default":
        return _default(draft, words[1:], number, make=False)
    if what == "listen":
        if words[3] == "limit":
            return HARMLESS
        if instance.listens.pop(read_prefix(words[4]), None) is None:
            raise Refused("takes away what is not there")
        return FACT
    if what in _WALKS and instance.vpn_networks:
        raise Unclear("bgpd dies of it, with routes of the VPN families made by hand")
    if what in BGP_HARMLESS or what == "retain":
        return HARMLESS
    raise Unclear("not known of a BGP instance")


#: Lines at which bgpd 8.4 goes through its own routes again, which it does not survive where some
#: of them are of the VPN families.
_WALKS = frozenset(("network", "graceful-shutdown"))
_DEFAULTS = {
    "ipv4-unicast": "ipv4",
    "ipv6-unicast": "ipv6",
    "ipv4-vpn": "vpnv4",
    "ipv6-vpn": "vpnv6",
}


def _default(draft: FrrDraft, words: list[str], number: int, *, make: bool) -> int:
    """`[no] bgp default FAMILY`: FRR does it for neighbours that are made afterwards."""
    instance: BgpDraft = draft.context.about
    word = words[2]
    if word in (
        "local-preference",
        "shutdown",
        "show-hostname",
        "show-nexthop-hostname",
        "subgroup-pkt-queue-max",
    ):
        return HARMLESS
    family = _DEFAULTS.get(word)
    if make and family != "ipv4":
        instance.defaults |= {family} if family else set()
        return noted(draft, words, number, DEFAULT_FAMILIES, vrf=instance.vrf)
    if family is None:
        raise Unclear("a family that is not read")
    if make:
        instance.defaults.add(family)
    else:
        instance.defaults.discard(family)
    return FACT


def _open_family(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: BgpDraft = draft.context.about
    address_family = words[1]
    kind = words[2] if len(words) > 2 else "unicast"
    if address_family not in ("ipv4", "ipv6") or kind not in ("unicast", "vpn") or len(words) > 3:
        return open_family(draft, words, number)
    table, family = _UNICAST, address_family
    if kind == "vpn":
        if instance.vrf is not None:
            return opaque(draft, words, number)
        table, family = _VPN, "vpnv4" if address_family == "ipv4" else "vpnv6"
    block = f"bgp {address_family} {kind}"
    return enter(draft, Context(table, " ".join(words), draft.context, instance, family, block))


def _redistribute(draft: FrrDraft, words: list[str], number: int) -> int | None:
    protocol = words[1]
    if protocol.startswith("vnc-"):
        return noted(draft, words, number, VNC)
    if protocol not in PROTOCOLS:
        raise Unclear("a protocol that is not read")
    if _of_other_family(draft, protocol):
        return None
    rest = words[2:]
    if rest and rest[0].isdigit():
        protocol = f"{protocol} {read_number(rest.pop(0))}"
    # said again without one, it keeps the policy that it has
    redistributes = unicast(draft, number).redistributes
    policy = redistributes.get(protocol, (None, 0))[0]
    while rest:
        if rest[0] == "route-map":
            policy = rest[1]
        elif rest[0] != "metric":
            raise ValueError("neither metric nor route-map")
        else:
            read_number(rest[1])
        rest = rest[2:]
    redistributes[protocol] = (policy, number)
    return FACT


def _of_other_family(draft: FrrDraft, protocol: str) -> bool:
    """Whether the IPv6 family does not know it: the line is then the router's, of IPv4."""
    if draft.context.family == "ipv6":
        return protocol in IPV4_PROTOCOLS
    if protocol in IPV6_PROTOCOLS:
        raise Refused("FRR refuses it: a protocol of IPv6")
    return False


def _no_redistribute(draft: FrrDraft, words: list[str], number: int) -> int | None:
    if _of_other_family(draft, words[2]):
        return None
    protocol = " ".join(words[2:4]) if len(words) > 3 and words[3].isdigit() else words[2]
    return taken(unicast(draft, number).redistributes.pop(protocol, None))


def _network(draft: FrrDraft, words: list[str], number: int) -> int | None:
    """`network P ...`, `aggregate-address P ...`, with the route-map that its route passes.

    The IPv6 family does not know IPv4's: the line is the router's, and so are those after it.
    """
    family = cast(AddressFamily, draft.context.family)
    text = words[1]
    if family == "ipv6" and ":" not in text:
        return None
    if "/" not in text and family == "ipv4":
        masks = words[3:4] if words[2:3] == ["mask"] else words[2:3]
        if masks and "." in masks[0]:
            text = f"{text}/{mask_length(masks[0])}"
        else:
            first = int(text.partition(".")[0])
            if not 0 < first < _CLASSFUL[-1][0]:
                raise Refused("FRR refuses it: of no class")
            text += f"/{next(length for top, length in _CLASSFUL if first < top)}"
    if "label-index" in words or {"summary-only", "suppress-map"} <= {*words}:
        raise Unclear("FRR may refuse it, for what was said before or beside it")
    held = unicast(draft, number)
    originated = held.networks if words[0] == "network" else held.aggregates
    prefix = read_prefix(text, family)
    originated[prefix] = (_map_of(words), number)
    if words[0] != "network":
        (held.as_sets.add if "as-set" in words else held.as_sets.discard)(prefix)
    return FACT


def _map_of(words: list[str]) -> str | None:
    """The route-map that a line names."""
    return words[words.index("route-map") + 1] if "route-map" in words else None


def _vpn_network(draft: FrrDraft, words: list[str], number: int) -> int:
    """`network P rd RD label N [route-map M]`: a route put into the VPN tables by hand."""
    instance: BgpDraft = draft.context.about
    _, prefix, rd, distinguisher, label, value, *more = words
    if (rd, label) not in (("rd", "label"), ("rd", "tag")) or more[:1] not in ([], ["route-map"]):
        raise Refused("FRR refuses it: not its form")
    key = (
        read_prefix(prefix, _vpn_family(draft)),
        read_distinguisher(distinguisher, draft.release),
    )
    if key in instance.vpn_networks:
        raise Refused("FRR drops it: the route is there")
    instance.vpn_networks[key] = (read_number(value, _LAST_LABEL), _map_of(words), number)
    return FACT


def _no_vpn_network(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: BgpDraft = draft.context.about
    if draft.release.keeps_vpn_networks:
        raise Unclear("FRR says nothing, and keeps the route")
    key = (read_prefix(words[2], _vpn_family(draft)), read_distinguisher(words[4], draft.release))
    return taken(instance.vpn_networks.pop(key, None))


def _vpn_family(draft: FrrDraft) -> AddressFamily:
    return "ipv4" if draft.context.family == "vpnv4" else "ipv6"


def _no_network(draft: FrrDraft, words: list[str], number: int) -> int | None:
    family = cast(AddressFamily, draft.context.family)
    if family == "ipv6" and ":" not in words[2]:
        return None
    if words[1] == "network" and len(words) > 3:
        raise Unclear("FRR refuses it unless all was said so before")
    held = unicast(draft, number)
    originated = held.networks if words[1] == "network" else held.aggregates
    return taken(originated.pop(read_prefix(words[2], family), None))


def _distance(draft: FrrDraft, words: list[str], number: int) -> int:
    """`distance bgp EXTERNAL INTERNAL LOCAL`, `distance N PREFIX`."""
    numbers = words[3:] if words[1] == "bgp" else words[1:2]
    preferred = any(read_number(word) <= _IGP_DISTANCE for word in numbers)
    # bgpd keeps one table of prefixes' distances for all its instances
    if preferred and (draft.context.about.vrf is None or words[1] != "bgp"):
        raise Unclear("BGP's routes would be taken before the IGP's, by which labels are given")
    if any(read_number(word) >= _NEVER for word in numbers):
        raise Unclear("a route of distance 255 is never installed, and announced all the same")
    return HARMLESS


_HARMLESS = ("maximum-paths",)
_ROUTER = commands(
    "bgp",
    "coalesce-time",
    "read-quanta",
    "timers",
    "update-delay",
    "write-quanta",
    *_HARMLESS,
    neighbor=peer_line,
    bgp=_bgp,
    address_family=_open_family,
    segment_routing=feature("SRv6", "lets packets choose their table by an address"),
    vnc=feature(*VNC),
    bmp=open_bmp,
    vrf_policy=feature(*VNC),
    redistribute=_redistribute,
    network=_network,
    aggregate_address=_network,
    distance=_distance,
    table_map=not_read,
    no_=no_of(
        ("timers", "distance", *_HARMLESS),
        neighbor=no_peer_line,
        bgp=_no_bgp,
        redistribute=_no_redistribute,
        network=_no_network,
        aggregate_address=_no_network,
    ),
)
_UNICAST = commands(
    "",
    *_HARMLESS,
    neighbor=family_line,
    redistribute=_redistribute,
    network=_network,
    aggregate_address=_network,
    distance=_distance,
    table_map=not_read,
    rd=read_rd,
    rt=read_rt,
    route_target=read_rt,
    import_=read_import,
    export=read_export,
    label=read_label,
    sid=feature("SRv6", "lets packets choose their table by an address"),
    nexthop=read_next_hop,
    route_map=read_vpn_map,
    exit_address_family=leave,
    bgp=lambda d, w, n: HARMLESS if w[1] == "dampening" else None,
    no_=no_of(
        ("distance", *_HARMLESS),
        neighbor=no_family_line,
        redistribute=_no_redistribute,
        network=_no_network,
        aggregate_address=_no_network,
        rt=remove_rt,
        route_target=remove_rt,
        rd=remove_vpn,
        label=remove_vpn,
        nexthop=remove_vpn,
        route_map=remove_vpn,
        export=remove_vpn,
        import_=remove_import,
    ),
)
_VPN = commands(
    "",
    neighbor=family_line,
    network=_vpn_network,
    exit_address_family=leave,
    bgp=lambda d, w, n: HARMLESS if w[1] == "retain" else None,
    no_=no_of(
        neighbor=no_family_line,
        network=_no_vpn_network,
        bgp=lambda d, w, n: HARMLESS if w[2] == "retain" else None,
    ),
)
