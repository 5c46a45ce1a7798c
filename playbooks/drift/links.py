"""Links that run on routers and that no circuit of the inventory explains: pure.

A link is a port of a router and who or what is at its other end: a neighbour in IS-IS, LDP or LLDP,
or a network of the main table that is none of the plan's. One that stands in the register of legacy
circuits, and is in force, is approved; it is reported with who approved it and until when.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Network
from egovnet.inventory.model.validity import ValidityState, state_on
from egovnet.inventory.registers.legacy_circuits import FILE, LegacyCircuit, LegacyCircuits
from egovnet.playbooks.results.difference import Difference, Status
from egovnet.playbooks.results.drift_report import DriftClass
from egovnet.templates.intend.build_devices import isis_net
from egovnet.templates.model.running_state import Origin, RunningState
from egovnet.templates.model.state import SeenNeighbor, Speaks

#: How subjects begin that are links.
LINK = "link "
#: What every interface has by itself.
_OF_ANY = ("fe80:", "ff00:", "224.")
_REMEDY = (
    "take it down; or write it into circuits.yaml; or, if it was there before the backbone and "
    f"somebody approved that it stays, into {FILE}"
)


@dataclass(frozen=True, slots=True)
class OtherEnd:
    """What the router at the other end of a link calls itself."""

    router: str
    #: IPv4 address of its loopback, as LDP has it.
    lsr_id: str
    #: As IS-IS has it, where no host name is known yet.
    system_id: str

    def is_named(self, seen: SeenNeighbor) -> bool:
        """Whether that is it."""
        if seen.speaks is Speaks.LDP:
            return seen.name == self.lsr_id
        # a system name may have a domain; IS-IS may not have heard the host name yet
        return seen.name.split(".")[0] == self.router or seen.name == self.system_id


@dataclass(frozen=True, slots=True)
class ExpectedLinks:
    """What is at the ports of one router by the inventory."""

    #: Port of a circuit -> the router at its other end.
    circuits: Mapping[str, OtherEnd]
    #: Ports where somebody else is: customers, management, firewalls. LLDP may name anybody there.
    others: frozenset[str]

    def unexpected(self, seen: Iterable[SeenNeighbor]) -> tuple[SeenNeighbor, ...]:
        """Neighbours that no circuit explains, in order."""
        return tuple(sorted((one for one in seen if not self._explains(one)), key=_order))

    def _explains(self, seen: SeenNeighbor) -> bool:
        end = self.circuits.get(seen.port)
        if end is not None:
            return end.is_named(seen)
        return seen.speaks is Speaks.LLDP and seen.port in self.others

    @property
    def lines(self) -> list[str]:
        """All of it as texts, for digests."""
        ends = [
            f"{port} {end.router} {end.lsr_id} {end.system_id}"
            for port, end in sorted(self.circuits.items())
        ]
        return [*ends, *sorted(self.others)]


def _order(seen: SeenNeighbor) -> tuple[str, str, str]:
    return seen.port, seen.speaks, seen.name


def other_ends(network: Network, allocation: Allocation) -> dict[str, OtherEnd]:
    """Router -> what it calls itself; firewalls and gateways, which have no IGP, are among them."""
    area = network.backbone.isis_area
    return {
        name: OtherEnd(name, str(ip), isis_net(area, ip).removeprefix(f"{area}.")[:-3])
        for name, ip in allocation.loopback4.items()
    }


def expected_links(network: Network, allocation: Allocation) -> dict[str, ExpectedLinks]:
    """Router -> what is at its ports. Linear in the inventory."""
    ends = other_ends(network, allocation)
    circuits: dict[str, dict[str, OtherEnd]] = {name: {} for name in network.routers}
    others = {name: {network.management_port(name)} for name in network.routers}
    for circuit in network.circuits.values():
        for one, other in ((circuit.a, circuit.b), (circuit.b, circuit.a)):
            circuits[one.router][one.port] = ends[other.router]
    for site in network.sites.values():
        for access in site.site_network_accesses.values():
            others[access.pe].add(access.port)
    for name, router in network.routers.items():
        if router.attachment is not None:
            others[name].add(router.attachment.port)
            others[router.attachment.pe].add(router.attachment.pe_port)
        if router.uplink is not None:
            others[name].add(router.uplink.port)
    for border in network.borders.values():
        others[border.router].add(border.port)
    return {name: ExpectedLinks(circuits[name], frozenset(others[name])) for name in circuits}


@dataclass(frozen=True, slots=True)
class FoundLink:
    """What was found at one port and no circuit explains."""

    device: str
    #: "" for LDP neighbours that no port has: targeted ones.
    port: str
    neighbors: tuple[SeenNeighbor, ...] = ()
    #: Networks of the main table there that the plan does not have.
    networks: tuple[str, ...] = ()


def found_links(
    device: str,
    neighbors: Iterable[SeenNeighbor],
    state: RunningState | None,
    main_tables: Collection[int],
) -> Iterator[FoundLink]:
    """The links of a device, by port: `neighbors` are unexpected ones, `state` is what its intended
    text does not explain (`left_over`)."""
    by_port: dict[str, tuple[list[SeenNeighbor], set[str]]] = {}
    for seen in neighbors:
        by_port.setdefault(seen.port, ([], set()))[0].append(seen)
    for route in state.routes if state is not None else ():
        own = route.origin is Origin.SYSTEM and route.table in main_tables and not route.local
        if own and not route.discards and not str(route.prefix).startswith(_OF_ANY):
            for hop in route.hops:
                if not hop.gateway:
                    by_port.setdefault(hop.interface, ([], set()))[1].add(str(route.prefix))
    for port, (seen_there, networks) in sorted(by_port.items()):
        in_order = tuple(sorted(seen_there, key=_order))
        yield FoundLink(device, port, in_order, tuple(sorted(networks)))


@dataclass(frozen=True, slots=True)
class Approvals:
    """The register of legacy circuits on a day."""

    register: LegacyCircuits
    day: date
    #: Router -> what it calls itself.
    ends: Mapping[str, OtherEnd]

    def at(self, device: str, port: str) -> tuple[str, LegacyCircuit] | None:
        """The line of a port and its name, whether in force or not."""
        name = self.register.at_ports().get((device, port))
        return None if name is None else (name, self.register.circuits[name])

    def why_not(self, link: FoundLink) -> str:
        """Why the register does not approve of a link; "" where it does."""
        found = self.at(link.device, link.port)
        if found is None:
            return "stands in no register"
        name, entry = found
        state = state_on(entry, self.day)
        if state is ValidityState.EXPIRED:
            return f"legacy circuit {name} ended on {entry.valid_until}"
        if state is ValidityState.NOT_YET:
            return f"legacy circuit {name} begins on {entry.valid_from}"
        other = next(end for end in entry.ends if end.router_port != (link.device, link.port))
        if other.router is not None and any(
            not self.ends[other.router].is_named(seen) for seen in link.neighbors
        ):
            return f"legacy circuit {name} leads to {other.words}, and somebody else is there"
        return ""

    def accept(self, difference: Difference, name: str) -> Difference:
        """The difference as one that `name` approves of."""
        entry = self.register.circuits[name]
        return replace(
            difference,
            status=Status.ACKNOWLEDGED,
            until=entry.valid_until.isoformat(),
            acknowledged_by=entry.approved_by,
            reason=f"legacy circuit {name}: {entry.reason}",
        )


def link_differences(links: Iterable[FoundLink], approvals: Approvals) -> Iterator[Difference]:
    """One for each link: open, or accepted where the register approves of it."""
    for link in links:
        why_not = approvals.why_not(link)
        difference = Difference(
            device=link.device,
            klass=DriftClass.LINK,
            kind="state",
            subject=f"{LINK}{link.port}" if link.port else f"{LINK}without a port",
            message=_message(link, why_not),
            why_not="" if not why_not else _what_to_do(link, approvals),
            port=link.port,
        )
        found = approvals.at(link.device, link.port)
        yield approvals.accept(difference, found[0]) if found and not why_not else difference


def _message(link: FoundLink, why_not: str) -> str:
    parts = [f"{one.speaks} neighbour {one.name or 'without a name'}" for one in link.neighbors]
    parts += [f"network {network}" for network in link.networks]
    said = ", ".join(parts)
    return f"{said}: {why_not}" if why_not else said


def _what_to_do(link: FoundLink, approvals: Approvals) -> str:
    found = approvals.at(link.device, link.port)
    if found is None:
        return _REMEDY
    if state_on(found[1], approvals.day) is ValidityState.IN_FORCE:
        return "find out where the line leads, and correct the register or the cable"
    return f"take it down, or have {found[0]} approved anew in {FILE}"


def accepted(differences: Iterable[Difference], approvals: Approvals) -> Iterator[Difference]:
    """The differences: those about the ports of lines in force, and no leak, are approved with
    them, unless somebody else is at the line than the register has."""
    every = list(differences)
    refused = {(d.device, d.port) for d in every if d.klass is DriftClass.LINK and d.counts}
    for difference in every:
        found = approvals.at(difference.device, difference.port) if difference.port else None
        if (
            found is not None
            and found[1].in_force(approvals.day)
            and difference.klass is not DriftClass.LEAK
            and difference.klass.properties.is_drift
            and (difference.device, difference.port) not in refused
        ):
            difference = approvals.accept(difference, found[0])  # noqa: PLW2901 -- the same one
        yield difference
