"""What a router's own text says, vendor-neutral: the facts that the proof of separation judges.

Readers (`templates/<platform>/config_reader.py`) turn text into these; `device_facts`
turns a planned `Device` into the same ones. Two texts that make a router do the same give equal
facts: policies' names, the order of lines and how a target is spelled do not survive, line numbers
do (`line`, 1-based in the whole text, 0: not from a text) and are never compared.

Terms are RFC 4364's. `vrf` is None for the default (global) table. Families are "ipv4" and "ipv6".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Literal

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.keys import KeyPurpose, KeyReference
from egovnet.templates.model.device import AddressFamily, IPAddress, IPInterface
from egovnet.templates.model.packet_filter import PacketFilter
from egovnet.templates.model.quickly_made import quickly_made

#: An extended community's 8 octets as on the wire (RFC 4360 section 3): one value, one key,
#: however it was spelled. A route target is one of sub-type 2.
ExtendedCommunity = bytes
#: A route distinguisher's 8 octets (RFC 4364 section 4.2).
RouteDistinguisher = bytes
Action = Literal["permit", "deny"]


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A line that may bear on separation and that the reader has no meaning for."""

    line: int = field(compare=False)
    text: str
    #: The context it stands in, outermost first, such as ("router bgp 65000 vrf i-party",).
    context: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Stated:
    """Something that a text says of itself, and where; `known`: what it might have said."""

    what: str
    line: int = field(default=0, compare=False)
    known: str = ""


@dataclass(frozen=True, slots=True)
class NotModelled:
    """Something that the text has, that the reader knows and that no other fact says: `feature`
    ("EVPN") and `what` it does to routes or packets, in `vrf` alone where that is given."""

    feature: str
    what: str
    vrf: str | None = None
    line: int = field(default=0, compare=False)


# -- policies ----------------------------------------------------------------------------------


@quickly_made
@dataclass(frozen=True, slots=True)
class PrefixRule:
    """Routes of `prefix` or within it, whose length is from `ge` to `le` (both inclusive)."""

    action: Action
    prefix: IPNetwork
    ge: int
    le: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class CommunityRule:
    """One entry of a community list. `values` is None when it is a regular expression or other
    thing that is not evaluated: it may match anything, and may not."""

    action: Action
    values: frozenset[ExtendedCommunity] | None
    line: int = field(default=0, compare=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class Match:
    """A condition of a policy's entry. All of an entry's conditions must hold.

    kind: "prefix" (`prefixes`: the list's rules in order, first match decides, no match: does not
    match); "extended-community" (`communities`, likewise; a route matches a permit rule when it
    has all its values); "family" (`family`); "next-hop" (`prefixes`, as of a prefix: the next hop
    is of them; it may hold and may not); "other": a condition that is not evaluated, which may
    hold and may not (`text` says what it is).
    `never` is True where the condition can hold for no route, such as one on a list that does not
    exist, where the platform says that this means no match.
    """

    kind: Literal["prefix", "extended-community", "family", "next-hop", "other"]
    family: AddressFamily | None = None
    prefixes: tuple[PrefixRule, ...] = ()
    communities: tuple[CommunityRule, ...] = ()
    text: str = ""
    never: bool = False
    line: int = field(default=0, compare=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """One entry of a policy, its lists resolved; entries are tried in order.

    `adds`: route targets and sites of origin that are added (FRR's `set extcommunity rt` adds;
    `soo`, too). `clears` : all
    extended communities are removed first. `touches`: other things it does to extended
    communities, next hops, tables or VRFs, a verb and the text's words ("sets ip next-hop ...").
    `continues`: after a permit the next entries are tried as well (on-match next, goto, continue),
    but for the first `skips` of them. `called`: entries of another policy that what is permitted
    passes besides (FRR's `call`), by itself and before anything goes on; what it denies is denied.
    """

    action: Action
    matches: tuple[Match, ...] = ()
    adds: frozenset[ExtendedCommunity] = frozenset()
    clears: bool = False
    touches: tuple[str, ...] = ()
    continues: bool = False
    skips: int = 0
    line: int = field(default=0, compare=False)
    called: "tuple[PolicyEntry, ...] | None" = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Policy:
    """A route-map or bare prefix list as it is applied: resolved, nameless for comparison.

    No entry that matches: denied. `missing`: applied by name and nowhere defined; what that
    means is in `entries` already (FRR: nothing is accepted).
    """

    entries: tuple[PolicyEntry, ...] = ()
    name: str = field(default="", compare=False)
    missing: bool = field(default=False, compare=False)
    line: int = field(default=0, compare=False)

    def each(self) -> Iterator[PolicyEntry]:
        """Every entry, and behind one that calls others those, as often as they are called."""
        yield from _each(self.entries)


def _each(entries: tuple[PolicyEntry, ...]) -> Iterator[PolicyEntry]:
    for entry in entries:
        yield entry
        if entry.called is not None:
            yield from _each(entry.called)


# -- interfaces --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TunnelEnds:
    """GRE over IPv4 between two addresses of the default table (RFC 2784, RFC 4023)."""

    local: IPv4Address
    remote: IPv4Address


@dataclass(frozen=True, slots=True)
class GreBlock:
    """GRE from (`direction` "out") or to ("in") an address of the router passes only where IPsec
    has a policy of its own for it: it is blocked else, whether or not IKE runs."""

    direction: Literal["in", "out"]
    address: IPv4Address
    line: int = field(default=0, compare=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class InterfaceFacts:
    """An interface. `parent` and `vlan` are set on a VLAN subinterface, `members` on a bridge or
    bond (the ports it joins). `joins` names the interface at the other end of a link inside the
    router (veth, macvlan's lower device), which carries packets between two tables.
    """

    name: str
    vrf: str | None = None
    addresses: tuple[IPInterface, ...] = ()
    parent: str | None = None
    vlan: int | None = None
    members: tuple[str, ...] = ()
    joins: str | None = None
    #: Label packets are taken in, by Linux (`mpls-enable yes`) or by the routing daemon.
    mpls: bool = False
    ldp: frozenset[AddressFamily] = frozenset()
    #: Families for which an IGP runs on it, passive or not.
    igp: frozenset[AddressFamily] = frozenset()
    igp_passive: bool = False
    #: What the backbone's IGP counts for sending out of it, in all families that it runs for; None:
    #: the text does not say, or not this alone. It moves packets, and separates nothing.
    igp_cost: int | None = field(default=None, compare=False)
    #: What both ends of a circuit must say alike so that they are neighbours of the backbone's IGP
    #: (levels, keys, the kind of network); None: nothing is known of it.
    igp_terms: frozenset[str] | None = field(default=None, compare=False)
    #: Where it is in the backbone's IGP; None: nothing is known of it.
    igp_place: "IgpPlace | None" = field(default=None, compare=False)
    #: Families for which an IGP of its own VRF runs on it and takes neighbours: a protocol between
    #: PE and CE, which is not the backbone's.
    vrf_igp: frozenset[AddressFamily] = frozenset()
    #: Families whose addresses and routes are what somebody at the port says (DHCP, router
    #: advertisements).
    asks: frozenset[AddressFamily] = frozenset()
    #: The router's own loopback in the default table, whatever the platform calls it.
    loopback: bool = False
    #: Policy routing: what packets coming in here may be sent to, besides their own table.
    policy_routes: tuple["PolicyRoute", ...] = ()
    shutdown: bool = False
    #: Something sets it up: of a port that only the routing daemon's part names, nothing does.
    brought_up: bool = field(default=True, compare=False)
    #: The backbone's IGP follows a BFD session with the neighbour.
    bfd: bool = False
    #: None: it is no tunnel.
    tunnel: TunnelEnds | None = None
    description: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)
    #: Line that binds it to `vrf`.
    vrf_line: int = field(default=0, compare=False)
    #: Line that gives it `mpls`, `ldp` or `igp`.
    mpls_line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IgpPlace:
    """Where in the backbone's IGP a port is.

    `regions` are areas and levels, one a protocol, beginning with its name; none: it has no
    neighbours. `identities` are names of the router that the text says: IS-IS' system id, OSPF's
    router id. Two routers of one name spoil everybody's ways.
    """

    regions: frozenset[str]
    identities: frozenset[str]


@dataclass(frozen=True, slots=True)
class PolicyRoute:
    """Packets in `interface` (None: any) sent to a table, a VRF, or a next hop in `vrf`.

    `discards`: they are thrown away instead (unreachable, blackhole, prohibit), whatever table
    is said besides (FR_ACT_UNREACHABLE and its like in Linux' fib_rules.h).
    """

    text: str
    #: VRF whose table decides; None with `table` None: the default table.
    vrf: str | None = None
    table: int | None = None
    next_hop: IPAddress | None = None
    interface: str | None = None
    line: int = field(default=0, compare=False)
    #: None: packets of both.
    family: AddressFamily | None = None
    discards: bool = False


@quickly_made
@dataclass(frozen=True, slots=True)
class StaticFacts:
    """A static route of `vrf`'s table, from the routing daemon or from Linux (post-up).

    `discards`: unreachable, blackhole or prohibit. `next_hop_vrf` is the table its next hop is
    looked up in (by name; "default" for the global one) when that is another than its own.
    `interface`: the way out, when the text names one.
    """

    vrf: str | None
    prefix: IPNetwork
    next_hop: IPAddress | None = None
    interface: str | None = None
    next_hop_vrf: str | None = None
    discards: bool = False
    #: Kernel table it is put into, when given by number and no VRF of the text has it.
    table: int | None = None
    line: int = field(default=0, compare=False)
    #: The operating system's: where its own table has no way to the gateway, the main one is asked.
    of_system: bool = field(default=False, compare=False)


# -- BGP ---------------------------------------------------------------------------------------


@quickly_made
@dataclass(frozen=True, slots=True)
class NeighborFamily:
    """A neighbour in one address family: "ipv4"/"ipv6" unicast, or "vpnv4"/"vpnv6"."""

    family: Literal["ipv4", "ipv6", "vpnv4", "vpnv6"]
    policy_in: Policy | None = None
    policy_out: Policy | None = None
    #: None: no limit. `limit_warns_only`: the limit only logs.
    maximum_prefix: int | None = None
    limit_warns_only: bool = field(default=False)
    reflector_client: bool = False
    default_originate: bool = False
    #: Other things said of it that may bear on separation (allowas-in, as-override, ...).
    options: frozenset[str] = frozenset()
    line: int = field(default=0, compare=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class NeighborFacts:
    """A BGP neighbour of one instance. `families` are the activated ones only.

    `remote_as` is None for "internal"/"external" given as words (`external` says which).
    Members of a peer group have what the group says. `address` is an interface's name for an
    unnumbered neighbour; `listen` is the range of a `bgp listen range` (address is then its text).
    """

    vrf: str | None
    address: str
    remote_as: int | None = None
    external: bool = True
    families: Mapping[str, NeighborFamily] = field(default_factory=dict)
    password: bool = False
    update_source: str = ""
    shutdown: bool = False
    #: The session follows a BFD session with the neighbour.
    bfd: bool = False
    #: From farther away than so many hops nothing is taken (RFC 5082); None: from anywhere.
    most_hops: int | None = None
    listen: IPNetwork | None = None
    description: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class VrfFamily:
    """One address family of a BGP instance: how its table meets the VPN tables and others.

    `imports_vpn`/`exports_vpn`: `import vpn`/`export vpn` (RTs without them do nothing).
    `import_vrfs`: VRFs whose routes are taken directly ("default": the global table).
    `redistributes`: protocols, "connected", "static", "kernel", or "table N".
    `networks`: prefixes it originates (network, aggregate-address), each with the policy that
    its route passes, which may put targets or a next hop on it.
    """

    family: AddressFamily
    rd: RouteDistinguisher | None = None
    import_targets: frozenset[ExtendedCommunity] = frozenset()
    export_targets: frozenset[ExtendedCommunity] = frozenset()
    imports_vpn: bool = False
    exports_vpn: bool = False
    #: "auto", a number, or None: its routes are announced with implicit null (label 3).
    label: str | None = None
    import_policy: Policy | None = None
    export_policy: Policy | None = None
    import_vrfs: frozenset[str] = frozenset()
    import_vrf_policy: Policy | None = None
    redistributes: Mapping[str, Policy | None] = field(default_factory=dict)
    networks: Mapping[IPNetwork, Policy | None] = field(default_factory=dict)
    #: Of these the aggregates: with one of them the table discards what no more specific route of
    #: it takes.
    aggregates: frozenset[IPNetwork] = frozenset()
    #: Next hop that exported routes are given, when not the router's own.
    export_next_hop: IPAddress | None = None
    #: Target, or "rd", "import vrf B", ... -> line that says so.
    lines: Mapping[object, int] = field(default_factory=dict, compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class VpnNetwork:
    """A route that is put into the VPN tables by hand, in no VRF: its packets come with `label`.

    `policy` may put targets on it; without one it has none.
    """

    family: AddressFamily
    prefix: IPNetwork
    rd: RouteDistinguisher
    label: int
    policy: Policy | None = None
    line: int = field(default=0, compare=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class BgpInstance:
    """`router bgp` of a VRF (None: the default instance)."""

    vrf: str | None
    asn: int
    router_id: IPAddress | None = None
    families: Mapping[AddressFamily, VrfFamily] = field(default_factory=dict)
    neighbors: Mapping[str, NeighborFacts] = field(default_factory=dict)
    #: Of the default instance.
    vpn_networks: tuple[VpnNetwork, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class IgpInstance:
    """An IGP's instance (OSPF, IS-IS) in the table of `vrf` (None: the default table).

    It spreads routes between that table and the neighbours at the ports where it runs
    (`InterfaceFacts.igp` and `vrf_igp`), whoever they are. `redistributes`: other routes of the
    table that it announces, "ipv4 static", "ipv4 table 100". `defaults`: families for which it
    announces a default route. `summaries`: prefixes that it announces in place of routes within
    them. `everywhere`: it runs at any port of the table that has an address.
    An instance of the default table that says none of this says nothing.
    """

    protocol: str
    vrf: str | None
    redistributes: Mapping[str, Policy | None] = field(default_factory=dict)
    defaults: frozenset[AddressFamily] = frozenset()
    everywhere: bool = False
    summaries: frozenset[IPNetwork] = frozenset()
    #: "redistribute ipv4 static", "default ipv4", "summary PREFIX" -> line that says so.
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class BfdPeer:
    """A BFD session that a text asks for by itself, and not for a neighbour of IGP or BGP.

    `interface` is "" where the text names none. `multihop`: RFC 5883's, from anywhere in `vrf`.
    """

    vrf: str | None
    address: IPAddress
    interface: str = ""
    multihop: bool = False
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class SessionKey:
    """That a session of the router's has a key, and which one of egovnet's; never a value.

    `at`: the port of IS-IS' hellos, "" of its link state; the router id of a neighbour of LDP; the
    address of a neighbour of BGP, followed by " in VRF " and a name where it is in one.
    """

    purpose: KeyPurpose
    at: str
    #: None: somebody set it by hand.
    reference: KeyReference | None = None
    line: int = field(default=0, compare=False)
    #: Tells keys that were set by hand apart, within one run of this program and not beyond.
    mark: bytes = field(default=b"", compare=False, repr=False)

    def same(self, other: "SessionKey") -> bool:
        """Whether both may be one key: no two of egovnet's, and no two values. Whether a value is
        one of egovnet's is known where the router was asked, and not here."""
        if self.reference is not None and other.reference is not None:
            return self.reference == other.reference
        return None in (self.reference, other.reference) and (
            self.reference != other.reference or self.mark == other.mark
        )


@dataclass(frozen=True, slots=True)
class LabelBlock:
    """Labels that are given out to prefixes of the backbone, first and last: segment routing."""

    first: int
    last: int
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class LabelLimit:
    """LDP of a family that does not give ("gives") or take ("takes") labels for every prefix, or
    has no sessions ("no session")."""

    family: AddressFamily
    side: Literal["gives", "takes", "no session"]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class LabelSessions:
    """What a router says of its sessions of LDP, on which it depends whether they come up.

    `identity`: its LSR-Id (RFC 5036 section 2.2.2), "" where the text does not say it. `terms`:
    what two routers with both families must say alike (RFC 7552 section 6.1). `hold` and
    `interval`: the shortest time in seconds after which it takes a silent neighbour for gone, and
    the longest between its hellos. `guarded`: neighbours that it asks more of (RFC 6720).
    """

    identity: str
    terms: tuple[str, ...] = ()
    hold: int = 15
    interval: int = 5
    guarded: frozenset[str] = frozenset()


@quickly_made
@dataclass(frozen=True, slots=True)
class VrfFacts:
    """A VRF as Linux (or the platform) makes it. `table` is None where the text leaves it open.

    `closed`: families with a route of last resort that discards, so that no look-up goes on in
    another table. `closed_by_static`: those where the routing daemon has that route, so that
    redistributed static routes hold it. `isolated`: a look-up that finds nothing ends here
    whatever the routes are; the platform itself keeps tables apart (Linux's rule l3mdev does not).
    `made`: not only named, in a text that says which VRFs there are.
    """

    name: str
    table: int | None = None
    closed: frozenset[AddressFamily] = frozenset()
    isolated: bool = False
    made: bool = True
    closed_by_static: frozenset[AddressFamily] = frozenset()
    line: int = field(default=0, compare=False)

    def falls_through(self, family: AddressFamily) -> bool:
        """Whether a look-up of `family` that finds nothing here goes on in the default table."""
        return not self.isolated and family not in self.closed


@dataclass(frozen=True, slots=True)
class LabelledWay:
    """Where labelled packets end, as the routers' states say: those of `vrf` (None: of the default
    table) to `prefix` (None: any) arrive in the table `target` of `device`."""

    family: AddressFamily
    vrf: str | None
    prefix: IPNetwork | None
    device: str
    target: str | None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class StateNote:
    """Something that a router does or lacks otherwise than its text says; `line` is where `text`
    stands among the facts' lines. `followed`: the facts say where it leads, so that paths over it
    are found; else nobody knows. `unread`: the router did not answer that. `ends`: what loses
    packets by it, "VRF a, VRF b" ("": nothing). Notes with one `about` are told as one."""

    text: str
    line: int = field(compare=False)
    about: str = ""
    followed: bool = True
    unread: bool = False
    ends: str = ""


@dataclass(frozen=True, slots=True)
class ClearGre:
    """GRE `way` ("from", "to") an address of the router may be in clear by its kernel's policies of
    IPsec, as `why` says. `now`: that of a tunnel is; else it may be, or is once IKE ends."""

    way: str
    address: IPv4Address
    why: str
    now: bool
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a text took part: `understood` lines gave facts, or are known not to be taken,
    `harmless` ones are known not to bear on separation, `blank` are empty or comments; the rest is
    in `not_understood`."""

    lines: int = 0
    understood: int = 0
    harmless: int = 0
    blank: int = 0


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Everything in a router's text that bears on separation."""

    name: str
    platform: str
    interfaces: Mapping[str, InterfaceFacts] = field(default_factory=dict)
    vrfs: Mapping[str, VrfFacts] = field(default_factory=dict)
    #: Keys: VRF name, or None for the default instance.
    bgp: Mapping[str | None, BgpInstance] = field(default_factory=dict)
    statics: tuple[StaticFacts, ...] = ()
    igps: tuple[IgpInstance, ...] = ()
    bfd_peers: tuple[BfdPeer, ...] = ()
    #: By purpose and place.
    session_keys: Mapping[tuple[str, str], SessionKey] = field(default_factory=dict)
    #: In the order of direction and address.
    gre_blocks: tuple[GreBlock, ...] = ()
    #: Labels that segment routing uses.
    label_blocks: tuple[LabelBlock, ...] = ()
    label_limits: tuple[LabelLimit, ...] = ()
    #: None: nothing is known of them, and they are taken to come up.
    label_sessions: LabelSessions | None = field(default=None, compare=False)
    #: Policy routing not tied to an interface (`ip rule`).
    policy_routes: tuple[PolicyRoute, ...] = ()
    #: None: everything passes.
    packet_filter: PacketFilter | None = None
    not_understood: tuple[NotUnderstood, ...] = ()
    #: Lines that the router's software has no command for in that place, or refuses for what was
    #: said before: what they were to say holds nowhere.
    not_taken: tuple[NotUnderstood, ...] = ()
    not_modelled: tuple[NotModelled, ...] = ()
    #: Numbers by which tables of the default instance are called, where tables have numbers.
    default_tables: frozenset[int] = field(default=frozenset(), compare=False)
    #: Labels that the router allocates by itself, first and last.
    dynamic_labels: tuple[int, int] = (16, 1048575)
    #: Whether the text says which interface is in which VRF.
    ports_known: bool = True
    #: The version that it says it is of, where it says so; None: one whose rules are known.
    unknown_version: Stated | None = None
    #: Whether it says of which version it is.
    says_version: bool = field(default=True, compare=False)
    #: A new configuration takes effect as a whole: the router is never between two.
    commits_at_once: bool = field(default=False, compare=False)
    #: Of facts that hold what the router does as well (`egovnet.isolation.running`): what its text
    #: does not explain. Their lines follow the text's.
    state_notes: tuple[StateNote, ...] = ()
    labelled_ways: tuple[LabelledWay, ...] = ()
    clear_gre: tuple[ClearGre, ...] = ()
    #: Whether what the router does was read, and not its text only.
    state_read: bool = False
    #: Where the text came from, for findings: a file name, or "running".
    source: str = field(default="", compare=False)
    coverage: Coverage = field(default=Coverage(), compare=False)
    #: The text's lines, so that a finding can quote them.
    text: Sequence[str] = field(default=(), compare=False, repr=False)

    def quote(self, line: int) -> str:
        """Line `line` of the text without its margins, or an empty string."""
        return self.text[line - 1].strip() if 0 < line <= len(self.text) else ""
