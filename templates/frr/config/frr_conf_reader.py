"""frr.conf outside of BGP and policies: the top level, VRFs, interfaces, IS-IS, LDP."""

import re
from typing import cast

from egovnet.templates.frr.config.addresses import read_interface
from egovnet.templates.frr.config.bgp_reader import open_bgp, remove_bgp
from egovnet.templates.frr.config.contexts import (
    commands,
    enter,
    harmless,
    leave,
    no_of,
    not_read,
    opaque,
    report,
)
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    Context,
    FrrDraft,
    Handler,
    PortDraft,
    Unclear,
)
from egovnet.templates.frr.config.harmless_blocks import open_harmless
from egovnet.templates.frr.config.pbr_reader import open_pbr_map
from egovnet.templates.frr.config.policy_reader import (
    open_route_map,
    read_access_list,
    read_bgp_list,
    read_prefix_list,
    remove_prefix_list,
    remove_route_map,
)
from egovnet.templates.frr.config.static_reader import read_static, remove_static
from egovnet.templates.frr.config.vocabulary import VERSIONS
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import Stated

_NUMBERS = re.compile(r"[0-9]+")


def new_draft() -> FrrDraft:
    """A draft whose current block is the outermost one."""
    top = Context(_TOP)
    return FrrDraft(context=top, top=top)


def port(draft: FrrDraft, name: str, number: int) -> PortDraft:
    """The interface `name`, made when it is new."""
    held = draft.ports.get(name)
    if held is None:
        held = draft.ports[name] = PortDraft(name, number)
    return held


def second_word(**handlers: Handler) -> Handler:
    """The handler of commands that differ by their second word; others are not the block's."""
    table = {name.rstrip("_").replace("_", "-"): handler for name, handler in handlers.items()}

    def choose(draft: FrrDraft, words: list[str], number: int) -> int | None:
        handler = table.get(words[1])
        return None if handler is None else handler(draft, words, number)

    return choose


def third_word(**handlers: Handler) -> Handler:
    """The same by the third word: what stands after `no ip`."""
    table = {name.rstrip("_").replace("_", "-"): handler for name, handler in handlers.items()}

    def choose(draft: FrrDraft, words: list[str], number: int) -> int | None:
        handler = table.get(words[2])
        return None if handler is None else handler(draft, words, number)

    return choose


# -- interfaces --------------------------------------------------------------------------------


def _open_interface(draft: FrrDraft, words: list[str], number: int) -> int:
    """`interface X [vrf Y]`."""
    if len(words) != 2 and (len(words) != 4 or words[2] != "vrf"):
        raise ValueError("FRR refuses it: not its form")
    held = port(draft, words[1], number)
    kind = FACT
    if len(words) == 4:
        try:
            bind(held, words[3], number)
        except Unclear as error:
            kind = report(draft, words, number, str(error))
    # FRR goes into the block whatever Linux says of the VRF
    draft.context = Context(_INTERFACE, " ".join(words), draft.top, held)
    return kind


def bind(held: PortDraft, vrf: str, number: int) -> None:
    """Put an interface into a VRF. Raises Unclear when it is in another one already."""
    if held.vrf != vrf and held.stanza and held.vrf is None:
        raise Unclear(f"Linux binds {held.name} to no VRF (line {held.line})")
    if held.vrf is not None and held.vrf != vrf:
        raise Unclear(f"{held.name} is bound to VRF {held.vrf} as well (line {held.vrf_line})")
    if held.vrf is None:
        held.vrf, held.vrf_line = (vrf if vrf != "default" else None), number


def _isis(draft: FrrDraft, words: list[str], number: int) -> int | None:
    """`ip router isis TAG`, `ipv6 router isis TAG`."""
    if words[2] != "isis" or len(words) != 4:
        raise Unclear("another routing protocol on the interface")
    held: PortDraft = draft.context.about
    held.igp.add("ipv4" if words[0] == "ip" else "ipv6")
    if held.untagged is not None and held.untagged[2] is draft.context:
        held.untagged = None  # FRR takes the lines of a block together
    held.mpls_line = held.mpls_line or number
    return FACT


def _isis_option(draft: FrrDraft, words: list[str], number: int) -> int:
    held: PortDraft = draft.context.about
    if not held.igp and held.untagged is None:
        held.untagged = (" ".join(words), number, draft.context)
    if words[1] == "passive":
        held.igp_passive = True
        return FACT
    return HARMLESS


def _mpls(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[1:] == ["enable"]:
        held: PortDraft = draft.context.about
        held.mpls, held.mpls_line = True, held.mpls_line or number
        return FACT
    if words[1] == "bfd":
        return HARMLESS
    raise Unclear("not known of an interface")


def _address(draft: FrrDraft, words: list[str], number: int) -> int:
    draft.context.about.addresses.append(read_interface(words[2]))
    if len(words) > 3 and words[3] != "label":
        raise Unclear("an address with a peer")
    return FACT


def _shutdown(draft: FrrDraft, words: list[str], number: int) -> int:
    draft.context.about.shutdown = words[0] != "no"
    return FACT


def _pbr_policy(draft: FrrDraft, words: list[str], number: int) -> int:
    draft.context.about.pbr = (words[1], number)
    return FACT


def _description(draft: FrrDraft, words: list[str], number: int) -> int:
    draft.context.about.description = " ".join(words[1:])
    return HARMLESS


def _no_mpls(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[2:] != ["enable"]:
        raise Unclear("not known of an interface")
    draft.context.about.mpls = False
    return FACT


def _no_isis(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[2:4] != ["router", "isis"]:
        raise Unclear("not known of an interface")
    held: PortDraft = draft.context.about
    held.igp.discard("ipv4" if words[1] == "ip" else "ipv6")
    if not held.igp:
        held.igp_passive = False
    return FACT


def _no_isis_option(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[2] == "passive":
        draft.context.about.igp_passive = False
    return FACT


_INTERFACE = commands(
    "interface",
    "bandwidth",
    "link-detect",
    "multicast",
    description=_description,
    link_params=open_harmless,
    ip=second_word(router=_isis, address=_address),
    ipv6=second_word(router=_isis, address=_address, nd=harmless),
    isis=_isis_option,
    mpls=_mpls,
    shutdown=_shutdown,
    pbr_policy=_pbr_policy,
    no_=no_of(
        ("bandwidth", "link-detect", "multicast", "description"),
        shutdown=_shutdown,
        mpls=_no_mpls,
        isis=_no_isis_option,
        ip=third_word(router=_no_isis),
        ipv6=third_word(router=_no_isis, nd=harmless),
    ),
)

# -- VRFs --------------------------------------------------------------------------------------


def _open_vrf(draft: FrrDraft, words: list[str], number: int) -> int:
    _, name = words
    if name == "default":
        return enter(draft, Context(_VRF, "vrf default", draft.top))
    draft.vrfs.setdefault(name, number)
    return enter(draft, Context(_VRF, " ".join(words), draft.top, name))


_VRF = commands(
    "vrf",
    ip=second_word(route=read_static, router_id=harmless, nht=harmless),
    ipv6=second_word(route=read_static, router_id=harmless, nht=harmless),
    vni=not_read,
    netns=not_read,
    exit_vrf=leave,
    no_=no_of(ip=third_word(route=remove_static), ipv6=third_word(route=remove_static)),
)

# -- IS-IS and LDP -----------------------------------------------------------------------------


def _open_router(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[1] == "bgp":
        return open_bgp(draft, words, number)
    if words[1] == "isis" and len(words) == 3:
        return enter(draft, Context(_ISIS, " ".join(words), draft.top))
    return opaque(draft, words, number)


_ISIS = commands(
    "isis",
    "area-password",
    "attached-bit",
    "advertise-high-metrics",
    "domain-password",
    "dynamic-hostname",
    "fast-reroute",
    "hostname",
    "is-type",
    "log-adjacency-changes",
    "log-pdu-drops",
    "lsp-gen-interval",
    "lsp-mtu",
    "lsp-refresh-interval",
    "lsp-timers",
    "max-lsp-lifetime",
    "metric-style",
    "net",
    "purge-originator",
    "set-attached-bit",
    "set-overload-bit",
    "spf",
    "spf-delay-ietf",
    "spf-interval",
    "topology",
    mpls=lambda d, w, n: HARMLESS if w[1] == "ldp-sync" else not_read(d, w, n),
    redistribute=not_read,
    default_information=not_read,
    no_=no_of(("set-overload-bit", "set-attached-bit", "hostname", "log-adjacency-changes")),
)


def _open_mpls(draft: FrrDraft, words: list[str], number: int) -> int:
    if words == ["mpls", "ldp"]:
        return enter(draft, Context(_LDP, "mpls ldp", draft.top))
    raise Unclear("label switching that is not evaluated")


def _open_ldp_family(draft: FrrDraft, words: list[str], number: int) -> int:
    _, family = words
    if family not in ("ipv4", "ipv6"):
        raise ValueError("neither ipv4 nor ipv6")
    label = " ".join(words)
    block = f"ldp {family}"
    return enter(draft, Context(_LDP_FAMILY, label, draft.context, family=family, block=block))


def _ldp_interface(draft: FrrDraft, words: list[str], number: int) -> int:
    _, name = words
    held = port(draft, name, number)
    held.ldp.add(cast(AddressFamily, draft.context.family))
    held.mpls_line = held.mpls_line or number
    return enter(draft, Context(_LDP_INTERFACE, " ".join(words), draft.context))


def _no_ldp_interface(draft: FrrDraft, words: list[str], number: int) -> int:
    port(draft, words[2], number).ldp.discard(cast(AddressFamily, draft.context.family))
    return FACT


def _discovery(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[1] == "targeted-hello" and words[2] == "accept":
        raise Unclear("sessions from routers that are not named")
    return HARMLESS


_LDP = commands(
    "ldp",
    "dual-stack",
    "ordered-control",
    "router-id",
    "wait-for-sync",
    discovery=_discovery,
    neighbor=lambda d, w, n: HARMLESS if w[2] in ("password", "session", "ttl-security") else None,
    address_family=_open_ldp_family,
)
_LDP_FAMILY = commands(
    "",
    "label",
    "session",
    "ttl-security",
    discovery=_discovery,
    interface=_ldp_interface,
    exit_address_family=leave,
    no_=no_of(interface=_no_ldp_interface),
)
_LDP_INTERFACE = commands("ldp interface", "discovery")

# -- the top level -----------------------------------------------------------------------------


def _hostname(draft: FrrDraft, words: list[str], number: int) -> int:
    _, name = words
    draft.hostname = draft.hostname or (name, number)
    if draft.hostname[0] != name:
        raise Unclear(f"another name was given in line {draft.hostname[1]}")
    return HARMLESS


def _frr(draft: FrrDraft, words: list[str], number: int) -> int:
    """`frr version V`, `frr defaults D`. Whether the version is known is asked of the whole text:
    one that is not denies the proof, also beside one that is."""
    if words[1] == "version":
        version = ".".join(_NUMBERS.findall(words[2])[:2])
        known = "" if version in VERSIONS else ", ".join(f"FRR {one}" for one in sorted(VERSIONS))
        if draft.version is None or not draft.version.known:
            draft.version = Stated(f"FRR {words[2]}", number, known)
    return HARMLESS


def _remove_router(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[2] != "bgp":
        raise Unclear("takes away what is not read")
    return remove_bgp(draft, words, number)


_FORWARDING = {"forwarding": harmless, "nht": harmless, "router_id": harmless}
_TOP = commands(
    "top",
    "agentx",
    "allow-external-route-update",
    "banner",
    "debug",
    "domainname",
    "enable",
    "log",
    "password",
    "router-id",
    "service",
    "username",
    frr=_frr,
    hostname=_hostname,
    interface=_open_interface,
    vrf=_open_vrf,
    router=_open_router,
    mpls=_open_mpls,
    route_map=open_route_map,
    pbr_map=open_pbr_map,
    access_list=read_access_list,
    bgp=read_bgp_list,
    line=open_harmless,
    bfd=open_harmless,
    key=open_harmless,
    ip=second_word(route=read_static, prefix_list=read_prefix_list, **_FORWARDING),
    ipv6=second_word(
        route=read_static,
        prefix_list=read_prefix_list,
        access_list=read_access_list,
        **_FORWARDING,
    ),
    l2vpn=opaque,
    pseudowire=opaque,
    nexthop_group=opaque,
    segment_routing=opaque,
    rpki=opaque,
    no_=no_of(
        ("agentx", "banner", "debug", "log", "service", "allow-external-route-update"),
        router=_remove_router,
        route_map=remove_route_map,
        ip=third_word(route=remove_static, prefix_list=remove_prefix_list, forwarding=harmless),
        ipv6=third_word(route=remove_static, prefix_list=remove_prefix_list, forwarding=harmless),
    ),
)
