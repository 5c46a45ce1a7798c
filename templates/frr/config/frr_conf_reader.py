"""frr.conf outside of routing protocols and policies: the top level, VRFs, interfaces, LDP."""

from egovnet.templates.frr.config import long_names
from egovnet.templates.frr.config.addresses import read_interface, read_number
from egovnet.templates.frr.config.bfd_reader import open_bfd
from egovnet.templates.frr.config.bgp_reader import open_bgp, remove_bgp
from egovnet.templates.frr.config.contexts import (
    commands,
    enter,
    harmless,
    leave,
    no_of,
    not_read,
    noted,
    report,
)
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    Context,
    FrrDraft,
    Handler,
    PortDraft,
    Refused,
    Unclear,
)
from egovnet.templates.frr.config.harmless_blocks import open_harmless
from egovnet.templates.frr.config.igp_costs import forget_cost, read_cost
from egovnet.templates.frr.config.igp_reader import (
    former_port_line,
    no_port_line,
    open_isis,
    open_ospf,
    port_line,
    remove_igp,
)
from egovnet.templates.frr.config.known_features import (
    PORT_IP_WORDS,
    PORT_WORDS,
    TOP_IP_WORDS,
    TOP_WORDS,
    features,
    open_protocol,
    read_new,
    read_vni,
)
from egovnet.templates.frr.config.ldp_reader import open_ldp
from egovnet.templates.frr.config.linux_commands import LOOPBACK_DOWN
from egovnet.templates.frr.config.long_names import check_length
from egovnet.templates.frr.config.pbr_reader import open_pbr_map
from egovnet.templates.frr.config.policy_reader import (
    open_route_map,
    read_access_list,
    read_bgp_list,
    read_prefix_list,
    remove_prefix_list,
    remove_route_map,
)
from egovnet.templates.frr.config.releases import Release, in_words, release_of
from egovnet.templates.frr.config.static_reader import read_static, remove_static
from egovnet.templates.frr.config.vocabulary import LOOPBACK
from egovnet.templates.model.facts import Stated

_STATIC_LABELS = ("static labels", "send labelled packets on by hand")


def new_draft(release: Release) -> FrrDraft:
    """A draft of a text of `release`, whose current block is the outermost one."""
    top = Context(_TOP)
    return FrrDraft(context=top, top=top, release=release, read_new=read_new)


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
        raise Refused("FRR refuses it: not its form")
    check_length(words[1], long_names.PORT)
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
    """`ip router isis TAG [vrf X]`, `ipv6 router isis TAG [vrf X]`: of which VRF the port is, isisd
    knows itself."""
    if words[2] != "isis" or len(words) != 4 + 2 * ("vrf" in words[4:5]):
        raise Unclear("another routing protocol on the interface")
    held: PortDraft = draft.context.about
    held.igp.add("ipv4" if words[0] == "ip" else "ipv6")
    held.isis_tags.add(words[3])
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
    if words[1] == "bfd" and not held.igp:
        raise Refused("FRR refuses it: no line before runs IS-IS on the interface")
    if words[1:] == ["bfd"]:
        held.bfd = True
        return FACT
    read_cost(held, words[1:])
    return HARMLESS


def _mpls(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[1:] in (["enable"], ["bgp", "forwarding"]):
        held: PortDraft = draft.context.about
        held.mpls, held.mpls_line = True, held.mpls_line or number
        return FACT
    raise Unclear("not known of an interface")


def _address(draft: FrrDraft, words: list[str], number: int) -> int:
    draft.context.about.addresses.append(read_interface(words[2]))
    if len(words) > 3 and words[3] != "label":
        raise Unclear("an address with a peer")
    return FACT


def _shutdown(draft: FrrDraft, words: list[str], number: int) -> int:
    held: PortDraft = draft.context.about
    held.shutdown = words[0] != "no"
    held.set_up = not held.shutdown
    if held.shutdown and held.name == LOOPBACK:
        raise Unclear(LOOPBACK_DOWN)
    return FACT


def _pbr_policy(draft: FrrDraft, words: list[str], number: int) -> int:
    draft.context.about.pbr = (words[1], number)
    return FACT


def _multicast(draft: FrrDraft, words: list[str], number: int) -> int:
    """`[no] multicast`: hellos of IS-IS and LDP are multicast."""
    draft.context.about.unsure = True
    return HARMLESS


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
        held.igp_passive = held.bfd = False
    return FACT


def _no_isis_option(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[2] == "passive":
        draft.context.about.igp_passive = False
    elif words[2:] == ["bfd"]:
        draft.context.about.bfd = False
    else:
        forget_cost(draft.context.about, words[2:])
    return FACT


def _router_advertisement(draft: FrrDraft, words: list[str], number: int) -> int:
    """`ipv6 nd ...`. Lifetimes and intervals are tried against each other by a release that takes
    all that mgmtd reads at once, or nothing of it."""
    if draft.release.all_or_nothing:
        values = [word for word in words[4:] if word == "infinite" or word.isdigit()]
        of_prefix = words[2] == "prefix" and values not in ([], _FOR_EVER)
        if of_prefix or words[2] in ("ra-lifetime", "ra-interval"):
            raise Unclear("FRR may refuse it, and with it static routes and addresses of ports")
    return HARMLESS


_FOR_EVER = ["infinite", "infinite"]
_INTERFACE = commands(
    "interface",
    "bandwidth",
    "link-detect",
    description=_description,
    multicast=_multicast,
    link_params=open_harmless,
    ip=second_word(router=_isis, address=_address, ospf=port_line, **features(PORT_IP_WORDS)),
    ipv6=second_word(
        router=_isis,
        address=_address,
        nd=_router_advertisement,
        ospf6=port_line,
        **features(PORT_IP_WORDS),
    ),
    ospf=former_port_line,
    **features(PORT_WORDS),
    isis=_isis_option,
    mpls=_mpls,
    shutdown=_shutdown,
    pbr_policy=_pbr_policy,
    no_=no_of(
        ("bandwidth", "link-detect", "description"),
        multicast=_multicast,
        shutdown=_shutdown,
        mpls=_no_mpls,
        isis=_no_isis_option,
        ip=third_word(router=_no_isis, ospf=no_port_line),
        ipv6=third_word(router=_no_isis, nd=harmless, ospf6=no_port_line),
    ),
)

# -- VRFs --------------------------------------------------------------------------------------


def _open_vrf(draft: FrrDraft, words: list[str], number: int) -> int:
    _, name = words
    if name == "default":
        return enter(draft, Context(_VRF, "vrf default", draft.top))
    check_length(name, long_names.VRF)
    draft.vrfs.setdefault(name, number)
    return enter(draft, Context(_VRF, " ".join(words), draft.top, name))


_FILTERED = features(TOP_IP_WORDS)["protocol"]
_VRF = commands(
    "vrf",
    ip=second_word(route=read_static, router_id=harmless, nht=harmless, protocol=_FILTERED),
    ipv6=second_word(route=read_static, router_id=harmless, nht=harmless, protocol=_FILTERED),
    vni=read_vni,
    netns=not_read,
    exit_vrf=leave,
    no_=no_of(ip=third_word(route=remove_static), ipv6=third_word(route=remove_static)),
)

# -- routing protocols and LDP ------------------------------------------------------------------


def _open_router(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[1] == "bgp":
        return open_bgp(draft, words, number)
    if words[1] == "isis":
        return open_isis(draft, words, number)
    if words[1] in ("ospf", "ospf6"):
        return open_ospf(draft, words, number)
    return open_protocol(draft, words, number)


def _open_mpls(draft: FrrDraft, words: list[str], number: int) -> int:
    if words == ["mpls", "ldp"]:
        return open_ldp(draft)
    if words[1] == "lsp" or words[1:3] == ["label", "bind"]:
        return noted(draft, words, number, _STATIC_LABELS)
    if words[1:3] == ["label", "global-block"]:
        draft.label_blocks.append((read_number(words[3]), read_number(words[4]), number))
        return FACT
    raise Unclear("label switching that is not evaluated")


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
        release = release_of(words[2])
        if release not in (None, draft.release):
            raise Unclear(f"the text is of FRR {draft.release.version} by another line")
        known = in_words() if release is None else ""
        if draft.version is None or not draft.version.known:
            draft.version = Stated(f"FRR {words[2]}", number, known)
        if known:
            return FACT
    return HARMLESS


def _remove_router(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[2] == "bgp":
        return remove_bgp(draft, words, number)
    if words[2] in ("isis", "ospf", "ospf6"):
        return remove_igp(draft, words, number)
    raise Unclear("takes away what is not read")


def _router_id(draft: FrrDraft, words: list[str], number: int) -> int:
    """`router-id A`, `ip router-id A`."""
    if "vrf" not in words:
        draft.router_id = words[-1]
    return HARMLESS


_FORWARDING = {"forwarding": harmless, "nht": harmless, "router_id": _router_id}
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
    "service",
    "username",
    frr=_frr,
    hostname=_hostname,
    interface=_open_interface,
    vrf=_open_vrf,
    router=_open_router,
    router_id=_router_id,
    mpls=_open_mpls,
    route_map=open_route_map,
    pbr_map=open_pbr_map,
    access_list=read_access_list,
    bgp=read_bgp_list,
    line=open_harmless,
    bfd=open_bfd,
    key=open_harmless,
    ip=second_word(
        route=read_static,
        prefix_list=read_prefix_list,
        **_FORWARDING,
        **features(TOP_IP_WORDS),
    ),
    ipv6=second_word(
        route=read_static,
        prefix_list=read_prefix_list,
        access_list=read_access_list,
        **_FORWARDING,
        **features(TOP_IP_WORDS),
    ),
    **features(TOP_WORDS),
    no_=no_of(
        ("agentx", "banner", "debug", "log", "service", "allow-external-route-update"),
        router=_remove_router,
        route_map=remove_route_map,
        ip=third_word(route=remove_static, prefix_list=remove_prefix_list, forwarding=harmless),
        ipv6=third_word(route=remove_static, prefix_list=remove_prefix_list, forwarding=harmless),
    ),
)
