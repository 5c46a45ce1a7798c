"""What the readers of FRR's text fill in before everything is known: mutable, one per text.

A handler takes (draft, words, line number) and says what the line was: FACT, HARMLESS, or None
where the context does not know it, so that the context around it is asked, as FRR itself does.
It raises Unclear (or ValueError, for a value) where the line may bear on separation and has no
meaning here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.releases import Release
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import (
    Action,
    BfdPeer,
    CommunityRule,
    ExtendedCommunity,
    NotUnderstood,
    PolicyRoute,
    PrefixRule,
    RouteDistinguisher,
    Stated,
    StaticFacts,
    TunnelEnds,
)

#: Values of a family that are VPN commands.
_VPN_VALUES = {"rd", "label", "nexthop", "import vpn", "export vpn", "route-map export"}
#: The highest number of a rule.
_HIGHEST = 0xFFFFFFFF
#: What a line was; indices of `FrrDraft.counts`.
BLANK, FACT, HARMLESS = 0, 1, 2
Handler = Callable[["FrrDraft", list[str], int], int | None]


class Commands(dict[str, Handler]):
    """The commands of a kind of block that are read, by their first word."""

    def __init__(self, block: str, handlers: Mapping[str, Handler]) -> None:
        super().__init__(handlers)
        #: The block's name in FRR's grammar; empty where each context says it.
        self.block = block


class Unclear(Exception):  # noqa: N818 -- no error of the text: the reader says that it stops here
    """A line that has no meaning here; the message says why."""


class Refused(Unclear):
    """A line of which FRR takes nothing: it has no such command here, or refuses it for what was,
    or was not, said before. Where it may do anything else the line is Unclear."""


class New(Unclear):
    """A command that the text's release has and the first one has not; `words` in full."""

    def __init__(self, words: list[str]) -> None:
        super().__init__("new in this release of FRR, and its rules are not tried")
        self.words = words


@dataclass(slots=True, eq=False)
class Context:
    """A block that is open: its commands, the words that opened it, and what it fills in."""

    commands: Commands
    label: str = ""
    parent: Context | None = None
    #: The BGP instance, VRF, interface or route-map entry that the block is about.
    about: Any = None
    #: Address family of a BGP or LDP block.
    family: str = ""
    #: Its name in FRR's grammar, where `commands` are those of several.
    block: str = ""

    def labels(self) -> tuple[str, ...]:
        """The blocks around a line, outermost first."""
        outer = self.parent.labels() if self.parent else ()
        return (*outer, self.label) if self.label else outer


@dataclass(slots=True, eq=False)
class Spellings:
    """How the rules of a prefix list or access list are said: FRR takes no rule twice, and 0/0 up
    to 32 is another rule than `any` to it."""

    numbers: dict[object, int] = field(default_factory=dict)
    said: dict[int, object] = field(default_factory=dict)
    highest: int = 0

    def add(self, number: int, rule: object) -> None:
        """`rule` has `number` now, in place of what had it."""
        self.remove(number)
        self.said[number] = rule
        self.numbers[rule] = number
        self.highest = max(self.highest, number)

    def remove(self, number: int) -> None:
        """Nothing has `number` now."""
        if number in self.said:
            del self.numbers[self.said.pop(number)]
            if number == self.highest:
                self.highest = max(self.said, default=0)

    def next_number(self) -> int:
        """What FRR gives to a rule without a number (8.4, lib/filter_cli.c). Raises Refused."""
        number = self.highest + 5
        if number > _HIGHEST:
            raise Refused("FRR refuses it: no number is left")
        return number


@dataclass(slots=True, eq=False)
class PeerDraft:
    """A neighbour or peer group: what is said of it, each value with its line."""

    name: str
    line: int
    is_group: bool = False
    #: Of a group without an AS: what its members are, internal or external, or "none" where the AS
    #: is said afterwards; "": nobody was a member.
    kind: str = ""
    values: dict[str, tuple[Any, int]] = field(default_factory=dict)
    #: Family -> command -> (value, line); "activate" by default has line 0.
    families: dict[str, dict[str, tuple[Any, int]]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class FamilyDraft:
    """One unicast address family of a BGP instance."""

    family: AddressFamily
    line: int
    rd: RouteDistinguisher | None = None
    imports: dict[ExtendedCommunity, int] = field(default_factory=dict)
    exports: dict[ExtendedCommunity, int] = field(default_factory=dict)
    #: "import vpn", "label", "import policy", "redistribute X", ... -> (value, line).
    values: dict[str, tuple[Any, int]] = field(default_factory=dict)
    import_vrfs: dict[str, int] = field(default_factory=dict)
    redistributes: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    #: Prefix -> (route-map, line), of `network` and of `aggregate-address`.
    networks: dict[IPNetwork, tuple[str | None, int]] = field(default_factory=dict)
    aggregates: dict[IPNetwork, tuple[str | None, int]] = field(default_factory=dict)
    #: Aggregates that carry the communities of what they are made of.
    as_sets: set[IPNetwork] = field(default_factory=set)

    @property
    def meets_vpn(self) -> bool:
        """Whether a VPN command holds: rd, rt, label, nexthop, import vpn, export vpn."""
        return bool(self.imports or self.exports or self.values.keys() & _VPN_VALUES)

    @property
    def says_nothing(self) -> bool:
        """Whether it is as if it were not there."""
        return not (
            self.values
            or self.redistributes
            or self.imports
            or self.exports
            or self.import_vrfs
            or self.networks
            or self.aggregates
        )


@dataclass(slots=True, eq=False)
class BgpDraft:
    """`router bgp` of a VRF (None: the default instance)."""

    vrf: str | None
    asn: int
    line: int
    router_id: IPAddress | None = None
    #: Families that neighbours made from now on are activated for.
    defaults: set[str] = field(default_factory=lambda: {"ipv4"})
    families: dict[str, FamilyDraft] = field(default_factory=dict)
    peers: dict[str, PeerDraft] = field(default_factory=dict)
    #: Peers by how the text spells them.
    spelled: dict[str, PeerDraft] = field(default_factory=dict)
    listens: dict[IPNetwork, tuple[str, int]] = field(default_factory=dict)
    #: Routes put into the VPN tables: (prefix, RD) -> (label, route-map, line).
    vpn_networks: dict[tuple[IPNetwork, RouteDistinguisher], tuple[int, str | None, int]] = field(
        default_factory=dict
    )


@dataclass(slots=True, eq=False)
class EntryDraft:
    """One sequence number of a route-map. Matches and sets: command -> (words, line)."""

    action: Action
    line: int
    sequence: int
    matches: dict[str, tuple[list[str], int]] = field(default_factory=dict)
    sets: dict[str, tuple[list[str], int]] = field(default_factory=dict)
    #: Sets that any line before made, taken away since or not: FRR compares what was with what is
    #: to be, so that what is said again keeps its place in the order.
    ever: set[str] = field(default_factory=set)
    call: str = ""
    call_line: int = 0
    continues: bool = False
    #: Where it goes on: the first entry of at least this number; 0: the next one.
    goes_to: int = 0


@dataclass(slots=True, eq=False)
class PortDraft:
    """An interface, from both parts of a text."""

    name: str
    line: int
    #: It has a stanza of Linux's, which decides on its VRF.
    stanza: bool = False
    vrf: str | None = None
    vrf_line: int = 0
    addresses: list[Any] = field(default_factory=list)
    parent: str | None = None
    vlan: int | None = None
    members: list[str] = field(default_factory=list)
    joins: str | None = None
    mpls: bool = False
    ldp: set[AddressFamily] = field(default_factory=set)
    igp: set[AddressFamily] = field(default_factory=set)
    igp_passive: bool = False
    isis_tags: set[str] = field(default_factory=set)
    #: `isis metric` of level 1 and of level 2; None: not to be known from the text.
    isis_metric: list[int | None] = field(default_factory=lambda: [10, 10])
    #: Levels of `isis circuit-type`.
    isis_levels: tuple[int, ...] = (1, 2)
    #: What its neighbours of an IGP must say alike: "isis network" -> "point-to-point".
    igp_terms: dict[str, str] = field(default_factory=dict)
    #: `ip ospf cost`, `ipv6 ospf6 cost`.
    ospf_cost: dict[AddressFamily, int] = field(default_factory=dict)
    #: Families of `ip ospf area`, `ipv6 ospf6 area`, and their lines; what is said of passive.
    ospf: dict[AddressFamily, int] = field(default_factory=dict)
    ospf_passive: dict[AddressFamily, bool] = field(default_factory=dict)
    ospf_area: dict[AddressFamily, int] = field(default_factory=dict)
    #: In octets; "": as the port has it.
    mtu: str = ""
    #: First line of IS-IS without `ip router isis` in the same block: words, number, block.
    untagged: tuple[str, int, Context] | None = None
    mpls_line: int = 0
    pbr: tuple[str, int] | None = None
    shutdown: bool = False
    #: `no shutdown`, by which zebra sets it up.
    set_up: bool = False
    #: `isis bfd`.
    bfd: bool = False
    #: A line says what its neighbours may not bear: whether it has any is not known.
    unsure: bool = False
    #: A command of a hook sets it up.
    raised: bool = False
    #: `tunnel-...` -> its value and line, and what they come to: GRE over IPv4, or nothing known.
    tunnel: dict[str, tuple[str, int]] = field(default_factory=dict)
    ends: TunnelEnds | None = None
    description: str = ""


@dataclass(slots=True, eq=False)
class IgpDraft:
    """`router ospf`, `router ospf6` or `router isis` of a VRF (None: the backbone's own table)."""

    protocol: str
    vrf: str | None
    line: int
    tag: str = ""
    #: OSPF runs on ports with an address in these.
    networks: dict[IPNetwork, int] = field(default_factory=dict)
    #: `passive-interface default`, and what is said so of ports.
    passive: bool = False
    passive_ports: dict[str, bool] = field(default_factory=dict)
    #: A line says that ways are not found by the sum of costs alone.
    other_costs: bool = False
    #: What its neighbours must say alike: "is-type" -> "level-1".
    terms: dict[str, str] = field(default_factory=dict)
    #: "ipv4 static" -> (route-map, line).
    redistributes: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    #: Prefixes that stand for all routes within them (OSPF's areas and what it takes): lines.
    summaries: dict[IPNetwork, int] = field(default_factory=dict)
    #: Areas of `networks`, and what is said of an area: it is a stub or an NSSA.
    areas: dict[IPNetwork, int] = field(default_factory=dict)
    area_kinds: dict[int, str] = field(default_factory=dict)
    #: IS-IS' network entity titles, their digits alone; OSPF's router id.
    titles: list[str] = field(default_factory=list)
    #: (level, "gen", "refresh" or "lifetime") -> seconds, of IS-IS' link state packets.
    lsp_times: dict[tuple[int, str], int] = field(default_factory=dict)
    identity: str = ""
    #: Families for which it announces a default route, and the lines.
    defaults: dict[AddressFamily, int] = field(default_factory=dict)
    #: Line of `segment-routing on`, or the first that is said of it; 0: none.
    segments: int = 0
    #: Labels of segment routing: (first, last, line) of blocks, and of prefixes by their text.
    blocks: list[tuple[int, int, int]] = field(default_factory=list)
    labels: dict[str, tuple[int, int, int]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class LdpDraft:
    """What `mpls ldp` says of sessions. Hellos' times are those of all ports, then of some."""

    identity: str = ""
    terms: dict[str, str] = field(default_factory=dict)
    #: "holdtime" and "interval".
    times: dict[str, int] = field(default_factory=dict)
    others: list[tuple[str, int]] = field(default_factory=list)
    guarded: set[str] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class FrrDraft:
    """A text being read."""

    context: Context
    top: Context
    #: By whose rules it is read.
    release: Release
    #: What reads the commands that the release has and the first one has not.
    read_new: Handler
    #: Blocks of FRR's grammar that a line left without `exit`, and that line: a daemon that does
    #: not know the line is in the block still.
    unclosed: dict[str, int] = field(default_factory=dict)
    #: The line as it stands.
    line: str = ""
    #: Line after which FRR was no more in configuration mode; 0: it is.
    left: int = 0
    hostname: tuple[str, int] | None = None
    #: `frr version`, the last that is said.
    version: Stated | None = None
    #: zebra's `router-id` of the default table.
    router_id: str = ""
    ports: dict[str, PortDraft] = field(default_factory=dict)
    vrfs: dict[str, int] = field(default_factory=dict)
    bgp: dict[str | None, BgpDraft] = field(default_factory=dict)
    #: AS numbers of the instances that bgpd made itself, for `import vrf`.
    implied_bgp: dict[str | None, int] = field(default_factory=dict)
    #: (protocol, IS-IS' tag, VRF) -> instance.
    igps: dict[tuple[str, str, str | None], IgpDraft] = field(default_factory=dict)
    #: Key of a session of the block `bfd` -> it.
    bfd_peers: dict[tuple[str, ...], BfdPeer] = field(default_factory=dict)
    #: Blocks of labels for segment routing: (first, last, line).
    label_blocks: list[tuple[int, int, int]] = field(default_factory=list)
    #: None: the text has no LDP.
    ldp: LdpDraft | None = None
    #: Families of LDP, and the lines of their blocks; those that say where sessions are from.
    ldp_families: dict[AddressFamily, int] = field(default_factory=dict)
    ldp_transport: dict[AddressFamily, tuple[IPAddress, int]] = field(default_factory=dict)
    #: (family, "gives" or "takes") -> line.
    label_limits: dict[tuple[AddressFamily, Literal["gives", "takes"]], int] = field(
        default_factory=dict
    )
    #: Static routes; `closing` are the discarding ones of last resort: (VRF, family) -> line.
    statics: list[StaticFacts] = field(default_factory=list)
    #: Those of which a distance, a tag or another option was said.
    optioned: set[StaticFacts] = field(default_factory=set)
    #: (VRF, prefix, table) -> whether its routes discard, and how many there are.
    discarding: dict[tuple[str | None, IPNetwork, int | None, int], tuple[bool, int]] = field(
        default_factory=dict
    )
    closing: dict[tuple[str, AddressFamily], int] = field(default_factory=dict)
    route_maps: dict[str, dict[int, EntryDraft]] = field(default_factory=dict)
    #: (name, number) of an entry -> its `ever`, also where the entry was taken away.
    sets_before: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    #: (family, name) -> sequence number -> rule.
    prefix_lists: dict[tuple[AddressFamily, str], dict[int, PrefixRule]] = field(
        default_factory=dict
    )
    #: List -> how its rules are said, which FRR takes once.
    spellings: dict[tuple[str, AddressFamily, str], Spellings] = field(default_factory=dict)
    #: Prefix lists with a description.
    described: set[tuple[AddressFamily, str]] = field(default_factory=set)
    access_lists: dict[tuple[AddressFamily, str], dict[int, PrefixRule | None]] = field(
        default_factory=dict
    )
    community_lists: dict[str, dict[int, CommunityRule]] = field(default_factory=dict)
    #: Lists that are not evaluated: (kind, name) -> their lines' words.
    other_lists: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    #: pbr-map name -> sequence number -> routes.
    pbr_maps: dict[str, dict[int, list[PolicyRoute]]] = field(default_factory=dict)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    #: Lines of which FRR takes nothing.
    not_taken: list[NotUnderstood] = field(default_factory=list)
    #: (feature, what it does, VRF) -> first line of it.
    not_modelled: dict[tuple[str, str, str | None], int] = field(default_factory=dict)
    #: Lines that were BLANK, FACT, HARMLESS.
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    #: Targets, distinguishers and router ids of this text by their spelling: each is read once.
    spelled: dict[tuple[str, str], Any] = field(default_factory=dict)
