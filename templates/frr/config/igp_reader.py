"""OSPF, OSPFv3 and IS-IS: instances, what they take from a table's other routes, and their ports.

An instance belongs to one table: without `vrf` to the backbone's own, where it finds the ways
between routers; in a VRF it is a protocol between PE and CE. What a port's lines mean depends on
the port's table, which is known when the whole text is (`assembly`). Tried on ospfd, ospf6d and
isisd 8.4.4.
"""

from itertools import pairwise
from typing import cast

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.addresses import read_number, read_prefix
from egovnet.templates.frr.config.contexts import (
    commands,
    enter,
    harmless,
    no_of,
    not_read,
    noted,
    opaque,
)
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    Context,
    FrrDraft,
    IgpDraft,
    PortDraft,
    Refused,
    Unclear,
)
from egovnet.templates.frr.config.igp_costs import OSPF_TERMS
from egovnet.templates.frr.config.igp_places import area_number, title
from egovnet.templates.frr.config.known_features import OSPF_INSTANCES
from egovnet.templates.frr.config.vocabulary import (
    ISIS_HARMLESS,
    OSPF6_HARMLESS,
    OSPF6_PORT_HARMLESS,
    OSPF_HARMLESS,
    OSPF_PORT_HARMLESS,
    PROTOCOLS,
)
from egovnet.templates.model.device import AddressFamily

_SEGMENT_ROUTING = ("segment routing", "gives labels of its own to prefixes of the backbone")
_FAMILY: dict[str, AddressFamily] = {"ospf": "ipv4", "ospf6": "ipv6"}
#: Protocols that `redistribute` may name here besides BGP's own list.
_TAKEN = PROTOCOLS | {"bgp", "vnc"}


def open_ospf(draft: FrrDraft, words: list[str], number: int) -> int:
    """`router ospf|ospf6 [vrf X]`."""
    protocol, *rest = words[1:]
    if rest and rest[0] != "vrf":
        return noted(draft, words, number, OSPF_INSTANCES)  # where ospfd was started for it
    instance = _instance(draft, protocol, "", rest[1] if rest else "default", number)
    table = _OSPF if protocol == "ospf" else _OSPF6
    return enter(draft, Context(table, " ".join(words), draft.top, instance))


def open_isis(draft: FrrDraft, words: list[str], number: int) -> int:
    """`router isis TAG [vrf X]`."""
    rest = words[3:]
    if rest and rest[0] != "vrf":
        return opaque(draft, words, number)
    instance = _instance(draft, "isis", words[2], rest[1] if rest else "default", number)
    return enter(draft, Context(_ISIS, " ".join(words), draft.top, instance))


def _instance(draft: FrrDraft, protocol: str, tag: str, vrf: str, number: int) -> IgpDraft:
    table = None if vrf == "default" else vrf
    return draft.igps.setdefault((protocol, tag, table), IgpDraft(protocol, table, number, tag=tag))


def remove_igp(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no router ospf|ospf6|isis ...`."""
    _, _, protocol, *rest = words
    tag = rest.pop(0) if protocol == "isis" else ""
    if rest and rest[0] != "vrf":
        raise Unclear("an instance that is not read")
    vrf = rest[1] if rest and rest[1] != "default" else None
    if draft.igps.pop((protocol, tag, vrf), None) is None:
        raise Refused("takes away an instance that is not there")
    return FACT


# -- what an instance takes ----------------------------------------------------------------------


def _redistribute(draft: FrrDraft, words: list[str], number: int) -> int:
    """`redistribute PROTOCOL [N] [metric N] [metric-type N] [route-map M]`; said again, all of it
    is said anew."""
    instance: IgpDraft = draft.context.about
    key, rest = _source(instance, words[1:])
    route_map = None
    while rest:
        word = rest.pop(0)
        if word == "route-map":
            route_map = rest.pop(0)
        elif word in ("metric", "metric-type"):
            read_number(rest.pop(0))
        elif word not in ("level-1", "level-2"):
            raise Unclear(f"a redistribution with {word}")
    instance.redistributes[key] = (route_map, number)
    return FACT


def _no_redistribute(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: IgpDraft = draft.context.about
    key, rest = _source(instance, words[2:])
    if instance.protocol == "isis" and rest:
        raise Unclear("a level may keep what another loses")
    if instance.redistributes.pop(key, None) is None:
        raise Refused("takes away what is not there")
    return FACT


def _source(instance: IgpDraft, words: list[str]) -> tuple[str, list[str]]:
    """("ipv4 static", what follows)."""
    rest = list(words)
    family = rest.pop(0) if instance.protocol == "isis" else _FAMILY[instance.protocol]
    protocol = rest.pop(0)
    if protocol not in _TAKEN:
        raise Unclear("a protocol that is not read")
    if rest and rest[0].isdigit():
        protocol += f" {read_number(rest.pop(0))}"
    return f"{family} {protocol}", rest


def _default(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: IgpDraft = draft.context.about
    instance.defaults[_default_family(instance, words[2:])] = number
    return FACT


def _no_default(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: IgpDraft = draft.context.about
    if instance.protocol == "isis":
        raise Unclear("a level may keep what another loses")
    if instance.defaults.pop(_default_family(instance, words[3:]), None) is None:
        raise Refused("takes away what is not there")
    return FACT


def _default_family(instance: IgpDraft, rest: list[str]) -> AddressFamily:
    if instance.protocol != "isis":
        return _FAMILY[instance.protocol]
    return cast(AddressFamily, rest[0])


def _area(draft: FrrDraft, words: list[str], number: int) -> int:
    """`area A ...`: what an area is told of others; of a stub a border router is the default."""
    instance: IgpDraft = draft.context.about
    area = area_number(words[1])
    if words[2:4] == ["nssa", "range"]:
        if instance.area_kinds.get(area) != "nssa":
            raise Refused("FRR refuses it: no line before makes the area an NSSA")
        for prefix in _ranges(instance, words[4:]):
            instance.summaries[prefix] = number
    elif words[2] in ("stub", "nssa"):
        instance.defaults.setdefault(_FAMILY[instance.protocol], number)
        instance.area_kinds[area] = words[2]
    elif words[2] == "range":
        for prefix in _ranges(instance, words[3:]):
            instance.summaries[prefix] = number
    elif words[2] == "authentication":
        instance.terms[f"area {area} authentication"] = " ".join(words[3:])
    elif words[2] == "virtual-link":
        instance.other_costs = True
    return FACT


def _ranges(instance: IgpDraft, words: list[str]) -> list[IPNetwork]:
    """The prefixes of `range P [substitute Q] [...]`: what is announced for what is within P."""
    said = [words[0], *(after for word, after in pairwise(words) if word == "substitute")]
    return [read_prefix(text, _FAMILY[instance.protocol]) for text in said]


def _summary(draft: FrrDraft, words: list[str], number: int) -> int:
    """`summary-address P ...`: one route for those from elsewhere that are within P."""
    instance: IgpDraft = draft.context.about
    prefix = read_prefix(words[1], _FAMILY[instance.protocol])
    if not prefix.prefixlen:
        raise Refused("FRR refuses it: not for the default route")
    instance.summaries[prefix] = number
    return FACT


def _no_summary(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: IgpDraft = draft.context.about
    if instance.summaries.pop(read_prefix(words[2], _FAMILY[instance.protocol]), None) is None:
        raise Refused("takes away what is not there")
    return FACT


def _no_area(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[3] == "authentication":
        draft.context.about.terms.pop(f"area {area_number(words[2])} authentication", None)
    if words[3] in ("stub", "nssa"):
        raise Unclear("whether another area is a stub still is not followed")
    if words[3] == "range":
        raise Unclear("whether another area has the range still is not followed")
    return FACT


# -- segment routing -----------------------------------------------------------------------------


def _segment_routing(draft: FrrDraft, words: list[str], number: int) -> int:
    """`segment-routing on|global-block A B [local-block C D]|node-msd N|prefix P ...`: labels of
    the backbone's own prefixes, from blocks that nobody else may use."""
    instance: IgpDraft = draft.context.about
    noted(draft, words, number, _SEGMENT_ROUTING, vrf=instance.vrf)
    what = words[1]
    if what == "on":
        instance.segments = number
    elif what == "global-block":
        instance.blocks = [_block(words[2], words[3], number)]
        if words[4:5] == ["local-block"]:
            instance.blocks.append(_block(words[5], words[6], number))
    elif what == "prefix":
        if instance.protocol == "ospf" and not instance.segments:
            raise Refused("FRR refuses it: segment routing is not on")
        instance.segments = instance.segments or number
        if words[3] == "absolute":
            label = read_number(words[4])
            instance.labels[words[2]] = (label, label, number)
    elif what != "node-msd":
        raise Unclear("segment routing that is not read")
    return FACT


def _block(first: str, last: str, number: int) -> tuple[int, int, int]:
    block = (read_number(first), read_number(last), number)
    if block[0] >= block[1]:
        raise Refused("FRR refuses it: the block ends before it begins")
    return block


def _no_segment_routing(draft: FrrDraft, words: list[str], number: int) -> int:
    raise Unclear("which labels are free again is not followed")


# -- ports ---------------------------------------------------------------------------------------


def _network(draft: FrrDraft, words: list[str], number: int) -> int:
    """`network P area A`: OSPF on the ports with an address in P."""
    instance: IgpDraft = draft.context.about
    network = read_prefix(words[1], "ipv4")
    instance.networks[network] = number
    instance.areas[network] = area_number(words[3])
    return FACT


def _no_network(draft: FrrDraft, words: list[str], number: int) -> int:
    instance: IgpDraft = draft.context.about
    network = read_prefix(words[2], "ipv4")
    instance.areas.pop(network, None)
    if instance.networks.pop(network, None) is None:
        raise Refused("takes away what is not there")
    return FACT


def _passive(draft: FrrDraft, words: list[str], number: int) -> int:
    """`[no] passive-interface default|PORT [ADDRESS]`: another way to say it of the port."""
    off = words[0] == "no"
    instance: IgpDraft = draft.context.about
    name, *address = words[2:] if off else words[1:]
    if name == "default":
        instance.passive = not off
    elif instance.vrf is not None:
        raise Unclear("FRR does not look for the port in the VRF: say it of the port")
    elif not address:
        _port(draft, name, number)
        instance.passive_ports[name] = not off
    return FACT


def _interface(draft: FrrDraft, words: list[str], number: int) -> int:
    """`interface PORT area A`: the former way to say it of the port."""
    if words[2] == "area":
        _runs(_port(draft, words[1], number), "ipv6", words[3], number)
    return FACT


def _port(draft: FrrDraft, name: str, number: int) -> PortDraft:
    held = draft.ports.get(name)
    if held is None:
        held = draft.ports[name] = PortDraft(name, number)
    return held


def _runs(held: PortDraft, family: AddressFamily, area: str, number: int) -> None:
    held.ospf.setdefault(family, number)
    held.ospf_area[family] = area_number(area)


#: OSPF has none where nobody is asked (RFC 2328 section 9), or where nobody is designated.
_NO_NEIGHBOURS = (["network", "non-broadcast"], ["priority", "0"])


def port_line(draft: FrrDraft, words: list[str], number: int) -> int:
    """`ip ospf ...`, `ipv6 ospf6 ...` of an interface."""
    held: PortDraft = draft.context.about
    family: AddressFamily = "ipv4" if words[0] == "ip" else "ipv6"
    what = words[2]
    if what == "area":
        _runs(held, family, words[3], number)
        return FACT
    if what.isdigit():
        return noted(draft, words, number, OSPF_INSTANCES)
    if what == "passive":
        if len(words) == 3:
            held.ospf_passive[family] = True
        return FACT
    if what in (OSPF_PORT_HARMLESS if family == "ipv4" else OSPF6_PORT_HARMLESS):
        if "key" in what or words[2:] in _NO_NEIGHBOURS:
            held.unsure = True  # of a key it is not known whose it is
        if what in OSPF_TERMS:
            held.igp_terms[f"{words[1]} {what}"] = "" if "key" in what else " ".join(words[3:])
        if what == "cost" and len(words) == 4:
            held.ospf_cost[family] = read_number(words[3])
        elif what in ("cost", "mpls"):
            held.ospf_cost.pop(family, None)
        return HARMLESS
    raise Unclear("OSPF that is not read")


def former_port_line(draft: FrrDraft, words: list[str], number: int) -> int:
    """`ospf ...` of an interface: the former form of some `ip ospf` lines."""
    if words[1] == "authentication-key":
        raise Unclear("ospfd 8.4 may die of it: say it with `ip` before")
    if words[1] == "cost":
        draft.context.about.ospf_cost.pop("ipv4", None)
    return HARMLESS


def no_port_line(draft: FrrDraft, words: list[str], number: int) -> int:
    """`no ip ospf ...`, `no ipv6 ospf6 ...` of an interface."""
    held: PortDraft = draft.context.about
    family: AddressFamily = "ipv4" if words[1] == "ip" else "ipv6"
    what = words[3]
    if what == "area":
        held.ospf_area.pop(family, None)
        if held.ospf.pop(family, None) is None:
            raise Refused("takes away what is not there")
        return FACT
    if what == "passive":
        held.ospf_passive[family] = False
        return FACT
    if what in (OSPF_PORT_HARMLESS if family == "ipv4" else OSPF6_PORT_HARMLESS):
        held.igp_terms.pop(f"{words[2]} {what}", None)
        if what == "cost":
            held.ospf_cost.pop(family, None)
        return HARMLESS
    raise Unclear("OSPF that is not read")


def _other_costs(draft: FrrDraft, words: list[str], number: int) -> int:
    """Ways are found by more than the sum of costs."""
    instance: IgpDraft = draft.context.about
    if words[:2] != ["metric-style", "wide"]:
        instance.other_costs = True
    return HARMLESS


def _term(draft: FrrDraft, words: list[str], number: int) -> int:
    """What an instance's neighbours must say alike; a key is only known to be there."""
    instance: IgpDraft = draft.context.about
    secret = words[0].endswith("password")
    instance.terms[words[0]] = words[1] if secret else " ".join(words[1:])
    return HARMLESS


def _title(draft: FrrDraft, words: list[str], number: int) -> int:
    """`net 49.0001.0000.0000.0001.00`: the area, and the router's name in IS-IS."""
    instance: IgpDraft = draft.context.about
    instance.titles.append(title(words[1]))
    return HARMLESS


def _lifetime(draft: FrrDraft, words: list[str], number: int) -> int:
    """`max-lsp-lifetime`, `lsp-refresh-interval`, `lsp-gen-interval`, or `lsp-timers` for all."""
    instance: IgpDraft = draft.context.about
    what, *rest = words
    levels: tuple[int, ...] = (1, 2)
    if rest[0] in ("level-1", "level-2"):
        levels = (int(rest.pop(0)[-1]),)
    said = (
        list(zip(rest[::2], rest[1::2], strict=True)) if what == "lsp-timers" else [(what, rest[0])]
    )
    for name, value in said:
        key = next(each for each in ("gen", "refresh", "lifetime") if each in name)
        instance.lsp_times.update(dict.fromkeys(((level, key) for level in levels), int(value)))
    return HARMLESS


def _identity(draft: FrrDraft, words: list[str], number: int) -> int:
    """`router-id A`, `ospf router-id A`, `ospf6 router-id A`."""
    instance: IgpDraft = draft.context.about
    if "router-id" in words:
        instance.identity = words[-1]
    return HARMLESS


def _ldp_sync(draft: FrrDraft, words: list[str], number: int) -> int:
    known = words[1] == "ldp-sync"
    return _other_costs(draft, words, number) if known else not_read(draft, words, number)


_OSPF = commands(
    "ospf",
    *OSPF_HARMLESS,
    area=_area,
    default_information=_default,
    distance=_other_costs,
    max_metric=_other_costs,
    mpls=_other_costs,
    network=_network,
    ospf=_identity,
    passive_interface=_passive,
    redistribute=_redistribute,
    router_id=_identity,
    segment_routing=_segment_routing,
    summary_address=_summary,
    no_=no_of(
        OSPF_HARMLESS,
        area=_no_area,
        default_information=_no_default,
        mpls=harmless,
        network=_no_network,
        passive_interface=_passive,
        redistribute=_no_redistribute,
        segment_routing=_no_segment_routing,
        summary_address=_no_summary,
    ),
)
_OSPF6 = commands(
    "ospf6",
    *OSPF6_HARMLESS,
    area=_area,
    default_information=_default,
    distance=_other_costs,
    interface=_interface,
    ospf6=_identity,
    stub_router=_other_costs,
    redistribute=_redistribute,
    summary_address=_summary,
    no_=no_of(
        OSPF6_HARMLESS,
        area=_no_area,
        default_information=_no_default,
        redistribute=_no_redistribute,
        summary_address=_no_summary,
    ),
)
_ISIS = commands(
    "isis",
    *ISIS_HARMLESS,
    advertise_high_metrics=_other_costs,
    area_password=_term,
    domain_password=_term,
    is_type=_term,
    lsp_gen_interval=_lifetime,
    lsp_mtu=_term,
    lsp_refresh_interval=_lifetime,
    lsp_timers=_lifetime,
    max_lsp_lifetime=_lifetime,
    metric_style=_other_costs,
    mpls=_ldp_sync,
    net=_title,
    set_overload_bit=_other_costs,
    topology=_other_costs,
    default_information=_default,
    redistribute=_redistribute,
    segment_routing=_segment_routing,
    no_=no_of(
        ("set-overload-bit", "set-attached-bit", "hostname", "log-adjacency-changes"),
        default_information=_no_default,
        redistribute=_no_redistribute,
        segment_routing=_no_segment_routing,
    ),
)
