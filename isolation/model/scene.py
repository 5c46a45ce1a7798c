"""The tables of all routers, each with the domains that meet it. What every property looks at.

A router may stand in several states at once (`egovnet.isolation.push`): states of different
routers meet in any combination, two states of one router never do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from egovnet.isolation.algebra.policies import Routes
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.domains import BACKBONE, Attachment, Domain, unknown
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import Hop
from egovnet.templates.model.device import AddressFamily, IPAddress
from egovnet.templates.model.facts import (
    DeviceFacts,
    InterfaceFacts,
    NeighborFacts,
    StaticFacts,
    VrfFamily,
)
from egovnet.templates.model.quickly_made import quickly_made

FAMILIES: tuple[AddressFamily, ...] = ("ipv4", "ipv6")


@quickly_made
@dataclass(frozen=True, slots=True)
class Bound:
    """An attachment as a text has it: the interface that stands for it, and the one that carries
    it into a table (another one for the port of a bridge or bond)."""

    attachment: Attachment
    interface: InterfaceFacts
    carrier: InterfaceFacts

    def cause(self, table: "Table") -> Cause:
        """That the interface is in `table`."""
        return port_cause(table, self.interface, self.carrier.vrf_line)


@dataclass(eq=False, slots=True)
class Table:
    """A VRF of a router, or its default table (`vrf` None).

    `inert`: nothing enters it but through other tables, and the expectation does not know it.
    """

    facts: DeviceFacts
    vrf: str | None
    state: int
    domains: tuple[Domain, ...] = ()
    bound: list[Bound] = field(default_factory=list)
    interfaces: list[InterfaceFacts] = field(default_factory=list)
    statics: list[StaticFacts] = field(default_factory=list)
    inert: bool = False
    #: What its sessions let in, by session and family; filled by `routes.announcements.admitted`.
    admitted: dict[tuple[int, AddressFamily], list[Routes]] = field(default_factory=dict)
    #: Its BGP address families, and its BGP neighbours that may come up.
    families: Mapping[AddressFamily, VrfFamily] = field(default_factory=dict)
    neighbors: tuple[NeighborFacts, ...] = ()
    #: Whether the text says what is in it; else somebody is.
    members_known: bool = True

    def __post_init__(self) -> None:
        instance = self.facts.bgp.get(self.vrf)
        if instance is not None:
            self.families = instance.families
            self.neighbors = tuple(n for n in instance.neighbors.values() if not n.shutdown)

    @property
    def device(self) -> str:
        """Name of its router."""
        return self.facts.name

    @property
    def name(self) -> str:
        """Its name for people."""
        return "default" if self.vrf is None else self.vrf

    @property
    def id(self) -> tuple[str, str]:
        """What it is called in every state of the network."""
        return self.device, self.name

    def meets(self, other: "Table") -> bool:
        """Whether both can be there at one time."""
        return self.state == other.state or self.device != other.device

    def family(self, family: AddressFamily) -> VrfFamily | None:
        """Its BGP address family."""
        return self.families.get(family)

    def line(self, family: AddressFamily, *keys: object) -> int:
        """Line of its BGP address family that says the first of `keys` that is said."""
        bgp = self.family(family)
        if bgp is None:
            return 0
        return next((bgp.lines[key] for key in keys if key in bgp.lines), bgp.line)

    def cause(self, kind: CauseKind, *key: object, says: str = "", line: int = 0) -> Cause:
        """Something to be changed in this table; two of the same kind and key are one."""
        place = Place(self.device, self.name, line, self.facts.quote(line))
        return Cause(kind, (self.device, self.name, *map(str, key)), says, place)

    def unknown_vrf(self) -> Cause:
        """That the inventory does not know this VRF."""
        vrf = self.facts.vrfs.get(self.vrf or "")
        says = f"VRF {self.name} on {self.device} is of no known network"
        return self.cause(CauseKind.VRF, says=says, line=vrf.line if vrf else 0)

    def filter_of(self, neighbor: NeighborFacts, line: int = 0) -> Cause:
        """What the session with `neighbor` lets in."""
        says = f"what the session with {neighbor.address} lets in"
        return self.cause(CauseKind.FILTER, neighbor.address, says=says, line=line or neighbor.line)

    def session_of(self, neighbor: NeighborFacts) -> Cause:
        """That there is a session with `neighbor`, and what it carries."""
        says = f"the session with {neighbor.address}"
        return self.cause(CauseKind.SESSION, neighbor.address, says=says, line=neighbor.line)

    def binding(self, domain: Domain) -> Cause | None:
        """That the interface by which `domain` meets this table is in it."""
        for bound in self.bound:
            if bound.attachment.domain == domain:
                return bound.cause(self)
        return None

    def hop(self, what: str, line: int = 0) -> Hop:
        """A step of a path in this table."""
        return Hop(self.device, self.name, what, line, self.facts.quote(line))

    def entry(self, domain: Domain) -> tuple[Hop, ...]:
        """Where `domain` meets this table."""
        for bound in self.bound:
            if bound.attachment.domain == domain:
                line = bound.carrier.vrf_line or bound.interface.line
                at = bound.interface.name
                return (self.hop(f"holds {bound.attachment.name} at {at}", line),)
        what = f"is of {domain.label}" if domain.known else "is of no known network"
        return (self.hop(what),)


def port_cause(table: Table, interface: InterfaceFacts, line: int = 0) -> Cause:
    """That `interface` is in `table`; `line`: what binds it."""
    line = line or interface.vrf_line or interface.line
    where = "no VRF" if table.vrf is None else f"VRF {table.vrf}"
    place = Place(table.device, table.name, line, table.facts.quote(line))
    key = (table.device, interface.name)
    return Cause(CauseKind.PORT, key, f"{interface.name} is in {where}", place)


def static_cause(table: Table, static: StaticFacts) -> Cause:
    """A static route of `table`."""
    ways = (static.interface, static.next_hop, static.next_hop_vrf)
    says = f"VRF {table.name} has a static route to {static.prefix}"
    return table.cause(CauseKind.STATIC, static.prefix, *ways, says=says, line=static.line)


@dataclass(eq=False, slots=True)
class Router:
    """One router in one state."""

    facts: DeviceFacts
    state: int
    tables: dict[str | None, Table]
    #: Every interface of the text that is an expected attachment.
    bound: list[Bound]
    #: Bridge or bond of each of their ports.
    masters: dict[str, InterfaceFacts]
    by_number: dict[int, list[str]]

    @property
    def name(self) -> str:
        """Its name."""
        return self.facts.name

    def hop(self, what: str, line: int = 0, vrf: str = "") -> Hop:
        """A step of a path on this router."""
        return Hop(self.name, vrf, what, line, self.facts.quote(line))

    def host_part(self) -> Cause:
        """That the text lacks the part that binds interfaces to VRFs."""
        says = "the part with the host's interfaces is missing"
        return Cause(CauseKind.MISSING_PART, ("host part", self.name), says, Place(self.name))

    def carrier(self, interface: InterfaceFacts) -> InterfaceFacts:
        """The interface whose table packets of `interface` are looked up in."""
        seen: set[str] = set()
        while interface.name in self.masters and interface.name not in seen:
            seen.add(interface.name)
            interface = self.masters[interface.name]
        return interface

    def table_of(self, interface: InterfaceFacts) -> Table:
        """Table of an interface; one bound to a VRF that is not defined stays in the default."""
        vrf = self.carrier(interface).vrf
        if vrf is None or (self.facts.vrfs and not _is_made(self.facts, vrf)):
            return self.tables[None]
        return self.tables.get(vrf) or self.tables[None]


@dataclass(eq=False, slots=True)
class Scene:
    """The whole network, in all states that are evaluated together."""

    expectation: Expectation
    routers: list[Router]

    def tables(self) -> Iterable[Table]:
        """All tables."""
        return (table for router in self.routers for table in router.tables.values())

    def loopbacks(self) -> Mapping[IPAddress, str]:
        """Router of each loopback address: what the inventory says, then what the texts say."""
        owners: dict[IPAddress, str] = dict(self.expectation.routers)
        for router in self.routers:
            for port in router.facts.interfaces.values():
                for address in port.addresses if port.loopback else ():
                    owners.setdefault(address.ip, router.name)
        return owners

    def missing(self) -> tuple[str, ...]:
        """Routers of the expectation that are not among the texts."""
        return tuple(sorted(self.expectation.devices - {router.name for router in self.routers}))


@dataclass(frozen=True, slots=True)
class RouterState:
    """One state of a router. `former`: it is being left, so that the expectation may know no
    more what is in it; a VRF that it knows nothing of is then what its route targets say: those
    of `whole`, where `facts` has lost some of them on the way."""

    facts: DeviceFacts
    former: bool = False
    whole: DeviceFacts | None = None


def scene_of(states: Mapping[str, Sequence[RouterState]], expectation: Expectation) -> Scene:
    """Routers and tables of `states`: the states of each router by its name."""
    return Scene(
        expectation,
        [
            _router(state, number, expectation)
            for versions in states.values()
            for number, state in enumerate(versions)
        ],
    )


def _router(one: RouterState, state: int, expectation: Expectation) -> Router:
    facts = one.facts
    masters = {
        member: interface for interface in facts.interfaces.values() for member in interface.members
    }
    names = dict.fromkeys([*facts.vrfs, *(vrf for vrf in facts.bgp if vrf is not None)])
    if not facts.vrfs or not facts.ports_known:
        # Texts of routers that do not define VRFs where this reader looks.
        names |= dict.fromkeys(i.vrf for i in facts.interfaces.values() if i.vrf is not None)
    names |= _led_to(facts)
    tables: dict[str | None, Table] = {vrf: Table(facts, vrf, state) for vrf in (None, *names)}
    by_number: dict[int, list[str]] = {}
    for vrf in facts.vrfs.values():
        if vrf.table is not None:
            by_number.setdefault(vrf.table, []).append(vrf.name)
    for number in sorted(_numbers(facts) - by_number.keys() - facts.default_tables):
        # A table that no VRF has is there as well: with its routes, for whoever is sent to it.
        name = f"table {number}"
        tables[name] = Table(facts, name, state)
        by_number[number] = [name]
    router = Router(facts, state, tables, [], masters, by_number)
    _attach(router, expectation)
    for interface in facts.interfaces.values():
        router.table_of(interface).interfaces.append(interface)
    for static in facts.statics:
        owner = static.vrf
        if static.table is not None and static.table not in facts.default_tables:
            owner = by_number[static.table][0]
        if owner in tables:
            tables[owner].statics.append(static)
    for table in tables.values():
        table.domains = _domains(table, expectation, one)
        table.members_known = table.vrf is None or _members_known(table)
        table.inert = (
            not any(domain.known for domain in table.domains)
            and not table.interfaces
            and not table.neighbors
            and table.members_known
        )
    return router


def _led_to(facts: DeviceFacts) -> dict[str, None]:
    """VRFs that routes and rules lead to, made by the text or not."""
    named = [*(s.vrf for s in facts.statics), *(s.next_hop_vrf for s in facts.statics)]
    named += [rule.vrf for rule in facts.policy_routes]
    named += [igp.vrf for igp in facts.igps]
    for interface in facts.interfaces.values():
        named += [rule.vrf for rule in interface.policy_routes]
    for instance in facts.bgp.values():
        for family in instance.families.values():
            named += family.import_vrfs
    return dict.fromkeys(vrf for vrf in named if vrf is not None and vrf != "default")


def table_number(protocol: str) -> int | None:
    """The kernel table that `redistribute PROTOCOL` names by its number."""
    if not protocol.startswith("table"):
        return None  # as nearly all
    word, _, number = protocol.partition(" ")
    return int(number) if word in {"table", "table-direct"} and number.isdigit() else None


def _numbers(facts: DeviceFacts) -> set[int]:
    """Numbers of kernel tables that a text names, wherever it does."""
    rules = [*facts.policy_routes]
    for interface in facts.interfaces.values():
        rules += interface.policy_routes
    found = {rule.table for rule in rules} | {static.table for static in facts.statics}
    for instance in facts.bgp.values():
        for family in instance.families.values():
            found |= {table_number(protocol) for protocol in family.redistributes}
    for igp in facts.igps:
        found |= {table_number(source.partition(" ")[2]) for source in igp.redistributes}
    return {number for number in found if number is not None}


def _members_known(table: Table) -> bool:
    """Whether the text says what is in a table. Of a VRF that is only named it does not: whoever
    makes that VRF, by hand or by another file, has something to put into it."""
    facts = table.facts
    if not facts.ports_known:
        return False
    vrf = facts.vrfs.get(table.vrf) if table.vrf is not None else None
    if vrf is not None and vrf.made:
        return True
    return table.vrf not in facts.bgp and table.vrf not in _led_to(facts)


def _is_made(facts: DeviceFacts, name: str) -> bool:
    """Whether a VRF is there for interfaces to be in. One that only the routing daemon's text
    names, beside an interface of that name which is no VRF, is not."""
    if not facts.ports_known:
        return True
    vrf = facts.vrfs.get(name)
    if vrf is None:
        return False
    namesake = facts.interfaces.get(name)
    return vrf.table is not None or namesake is None or namesake.vrf == name


def _attach(router: Router, expectation: Expectation) -> None:
    places = expectation.attachments.get(router.name)
    if not places:
        return
    for interface in router.facts.interfaces.values():
        place = (interface.parent or interface.name, interface.vlan)
        attachment = places.get(place)
        if attachment is not None:
            bound = Bound(attachment, interface, router.carrier(interface))
            router.bound.append(bound)
            router.table_of(interface).bound.append(bound)


def _domains(table: Table, expectation: Expectation, one: RouterState) -> tuple[Domain, ...]:
    """Domains of what is bound to a table; the one its name stands for if nothing known is."""
    if table.vrf is None:
        return (expectation.platform.domain_of(table.device) or BACKBONE,)
    domains = dict.fromkeys(bound.attachment.domain for bound in table.bound)
    if domains:
        return tuple(domains)
    named = expectation.vrf_domain(table.device, table.vrf)
    if named is None and one.former:
        named = domain_by_targets(table, one.whole or one.facts, expectation)
    return (named or unknown(table.device, table.vrf),)


def domain_by_targets(table: Table, facts: DeviceFacts, expectation: Expectation) -> Domain | None:
    """The one domain whose target a table gives its routes in `facts`."""
    instance = facts.bgp.get(table.vrf)
    labels = {
        expectation.targets.get(target)
        for family in (instance.families.values() if instance is not None else ())
        for target in family.export_targets
    }
    domain = expectation.domains.get(labels.pop() or "") if len(labels) == 1 else None
    if domain is None or not domain.site:
        return domain
    return replace(domain, site=f"{table.device} {table.vrf}")
