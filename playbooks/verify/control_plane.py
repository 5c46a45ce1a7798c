"""Check a device's collected state against what it should be: pure, findings as facts.

Severity decides the verdict: "leak" (a path that must not be) and "fault" (a path, session or
route that must be) fail a verification.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from egovnet.inventory.allocation.allocate import Allocation, VrfKey, vrf_of
from egovnet.inventory.model import BorderSite, Network
from egovnet.inventory.model.reachability import Reachability
from egovnet.inventory.model.within import is_within
from egovnet.playbooks.results.verification import CheckFinding
from egovnet.playbooks.verify.probe_plan import Flow
from egovnet.templates.intend.access_ends import access_addresses
from egovnet.templates.model.device import AddressFamily, Device
from egovnet.templates.model.state import DeviceState, Table

FAMILIES: tuple[AddressFamily, ...] = ("ipv4", "ipv6")
#: Kinds of checks that others ask for.
ROUTE_TARGETS, STRAY_ROUTES, ROUTES = "route targets", "no stray routes", "VRF routes"
BORDER_ROUTES = "border routes"
ADDRESSES = "addresses"
ADJACENCY, BFD_SESSION = "IS-IS adjacency", "BFD session"
_VERSION = {"ipv4": 4, "ipv6": 6}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a check stands on: places whose lines bear on it."""

    #: (PE, VRF, site): a customer's port and session.
    accesses: tuple[tuple[str, str, str], ...] = ()
    #: (router, VRF): the routes of a table.
    vrfs: tuple[tuple[str, str], ...] = ()
    #: (router, port) of circuits; both ends of each count.
    circuits: tuple[tuple[str, str], ...] = ()
    #: (router, router): all circuits between two.
    neighbors: tuple[tuple[str, str], ...] = ()
    #: The ways through the backbone.
    ways: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: passed, or why not. `sites` are those it speaks for."""

    kind: str
    device: str
    subject: str
    passed: bool
    message: str = ""
    severity: str = "fault"
    sites: frozenset[str] = frozenset()
    #: "" where it is about the router as a whole.
    vrf: str = ""
    #: None: the router as a whole.
    ground: Ground | None = None
    #: Prefixes that a table lacks.
    missing: tuple[str, ...] = ()
    #: The packet that it is about.
    flow: Flow | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same check in another run."""
        return (self.kind, self.device, self.subject)

    def finding(self, *, known: bool) -> CheckFinding:
        """What reports say of a check that failed."""
        return CheckFinding(
            self.kind, self.severity, self.device, self.subject, self.message, known
        )


@dataclass(frozen=True, slots=True)
class VrfExpectation:
    """Routes a VRF must have, those it may have, and the sites it serves."""

    must: frozenset[str]
    may: frozenset[str]
    sites: frozenset[str]
    #: Those of `may` that are there while nobody is there who is awaited.
    usual: frozenset[str]
    #: Addresses of customers' routers that are awaited on this PE.
    awaited: frozenset[str] = frozenset()
    #: (border's site, prefixes): some part of them must be there, whatever it is.
    some_of: tuple[tuple[str, frozenset[str]], ...] = ()


def expected_routes(
    network: Network, allocation: Allocation, excused: frozenset[str] = frozenset()
) -> dict[tuple[str, str], VrfExpectation]:
    """(PE, VRF name) -> the routes it is to have; those of `excused` sites it may lack, and so
    those that wait for their customer.

    The routes of a group of sites are gathered once, and shared by the VRFs of all groups that
    import it (`Reachability`). A site that is alone, as a spoke is, has its own prefixes beside
    them, and its own access links on that PE: no VRF hears another of the same site.
    """
    reachability = Reachability(network)
    own = {site: _OfSite(network, allocation, site) for site in network.sites}
    shared = {
        label: _joined(
            [own[site] for g in reachability.imports(group) for site in reachability.sites_in(g)],
            excused,
        )
        for label, group in reachability.groups.items()
    }
    here: dict[VrfKey, list[str]] = {}
    for site, entry in network.sites.items():
        for access in entry.site_network_accesses.values():
            here.setdefault(vrf_of(network, site, access), []).append(site)
    result: dict[tuple[str, str], VrfExpectation] = {}
    for key, sites in here.items():
        group = reachability.group_of(sites[0])
        must, may, usual = shared[group.label]
        if not group.meshed:
            for site in sites:
                must |= own[site].due(excused, key.pe)
                may |= own[site].all_on(key.pe)
                usual |= own[site].usual_on(key.pe)
        awaited = frozenset(a for site in sites for a in own[site].awaited.get(key.pe, ()))
        name = allocation.vrf_name[key]
        result[key.pe, name] = VrfExpectation(
            must, may, frozenset(sites), usual, awaited, tuple(_heard(network, sites, excused))
        )
    return result


def _heard(
    network: Network, sites: Iterable[str], excused: frozenset[str]
) -> Iterator[tuple[str, frozenset[str]]]:
    """What the neighbours at borders of a VRF may announce, of those in service."""
    for site in sites:
        entry = network.sites[site]
        if isinstance(entry, BorderSite) and not entry.awaited and site not in excused:
            yield site, frozenset(map(str, entry.prefixes))


class _OfSite:
    """What a site adds to the tables that hear it."""

    def __init__(self, network: Network, allocation: Allocation, site: str) -> None:
        entry = network.sites[site]
        self.site = site
        self.prefixes = frozenset(map(str, entry.prefixes))
        #: Of what a border's neighbour may announce nobody knows what it has.
        self.owes_all = not isinstance(entry, BorderSite)
        #: PE -> networks of its accesses there: of all, and of those in service.
        self.links: dict[str, frozenset[str]] = {}
        self.in_service: dict[str, frozenset[str]] = {}
        #: PE -> the customer's addresses that are awaited there.
        self.awaited: dict[str, frozenset[str]] = {}
        for name, access in entry.site_network_accesses.items():
            label = f"{site}/{name}"
            ends = frozenset(map(str, allocation.access_links(label)))
            self.links[access.pe] = self.links.get(access.pe, frozenset()) | ends
            if entry.awaits(name):
                addresses = frozenset(str(e.ip) for e in access_addresses(allocation, label).ce)
                known = self.awaited.get(access.pe, frozenset())
                self.awaited[access.pe] = known | addresses
            else:
                self.in_service[access.pe] = self.in_service.get(access.pe, frozenset()) | ends

    def due(self, excused: frozenset[str], pe: str | None = None) -> frozenset[str]:
        """Prefixes that must be heard, of all its accesses or of those on one PE."""
        there = self.in_service if pe is None else pe in self.in_service
        due = there and self.owes_all and self.site not in excused
        return self.prefixes if due else frozenset()

    def all_on(self, pe: str) -> frozenset[str]:
        """Its prefixes, and its links on one PE."""
        return self.prefixes | self.links[pe]

    def usual_on(self, pe: str) -> frozenset[str]:
        """The same, of accesses in service."""
        return self.prefixes | self.in_service[pe] if pe in self.in_service else frozenset()


def _joined(
    sites: Iterable[_OfSite], excused: frozenset[str]
) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Routes of all of `sites`: those that must, that may, and that usually are there."""
    must: set[str] = set()
    may: set[str] = set()
    usual: set[str] = set()
    for site in sites:
        must |= site.due(excused)
        for pe in site.links:
            may |= site.all_on(pe)
            usual |= site.usual_on(pe)
    return frozenset(must), frozenset(may), frozenset(usual)


def check_state(
    device: Device,
    state: DeviceState,
    reachable_peers: frozenset[str],
    routes: Mapping[tuple[str, str], VrfExpectation],
) -> Iterator[Check]:
    """Every check of one device's control plane.

    `reachable_peers` are the names of the routers that take part (a filtered verification does
    not blame a session on a router outside it).
    """
    for daemon in sorted(state.dead):
        yield Check("daemon", device.name, daemon, False, f"{daemon} does not run")
    # a dead daemon answers nothing
    for question, answer in () if state.dead else state.unread.items():
        yield Check("answers", device.name, question, False, f"{question}: {answer}")
    yield from _addresses(device, state)
    yield from _backbone(device, state, reachable_peers)
    yield from _platform(device, state)
    yield from _customers(device, state, routes)
    yield from _targets(device, state, routes)
    for vrf in device.vrfs:
        expectation = routes[device.name, vrf.name]
        for family in FAMILIES:
            table: Table = (vrf.name, family)
            if family in device.families:
                yield from _routes(device.name, table, state, expectation)
            yield _stray(device.name, table, state, expectation)


def _addresses(device: Device, state: DeviceState) -> Iterator[Check]:
    """Ports whose addresses the routing daemons do not know: of these they make no routes."""
    for interface in device.interfaces:
        said = (state.addresses or {}).get(interface.name)
        if said is None:
            continue
        vrf = interface.vrf or ""
        ground = None
        if interface.circuit is not None:
            ground = Ground(circuits=((device.name, interface.name),))
        elif vrf:
            site = interface.description.removeprefix("site ").partition("/")[0]
            ground = Ground(accesses=((device.name, vrf, site),), vrfs=((device.name, vrf),))
        yield Check(ADDRESSES, device.name, interface.name, not said, said, vrf=vrf, ground=ground)


def _backbone(
    device: Device, state: DeviceState, reachable_peers: frozenset[str]
) -> Iterator[Check]:
    for interface in device.interfaces:
        if interface.circuit is not None:
            up = interface.name in state.isis
            yield Check(
                ADJACENCY,
                device.name,
                interface.name,
                up,
                "" if up else f"no adjacency on {interface.name} ({interface.description})",
                ground=Ground(circuits=((device.name, interface.name),)),
            )
            if interface.circuit.bfd is not None:
                # without an adjacency nobody asks for the session
                there = not up or ("default", interface.name) in state.bfd
                yield Check(
                    BFD_SESSION,
                    device.name,
                    interface.name,
                    there,
                    "" if there else f"no BFD on {interface.name} ({interface.description})",
                    ground=Ground(circuits=((device.name, interface.name),)),
                )
    for peer in device.backbone_peers:
        if peer.name not in reachable_peers:
            continue
        for address in peer.addresses.values():
            up = ("default", str(address)) in state.bgp
            yield Check(
                "BGP session",
                device.name,
                str(address),
                up,
                "" if up else f"session with {peer.name} ({address}) is not established",
                ground=Ground(ways=True),
            )


def _platform(device: Device, state: DeviceState) -> Iterator[Check]:
    """A firewall's sessions with the VRFs of its PE."""
    for peer in device.firewall.peers if device.firewall is not None else ():
        session = ("default", str(peer.address))
        up = session in state.bgp
        yield Check(
            "BGP session",
            device.name,
            str(peer.address),
            up,
            "" if up else f"session with {peer.description} ({peer.address}) is not established",
        )
        if peer.bfd is not None:
            there = not up or session in state.bfd
            yield Check(
                BFD_SESSION,
                device.name,
                str(peer.address),
                there,
                "" if there else f"no BFD with {peer.description} ({peer.address})",
            )


def check_device(
    device: Device,
    state: DeviceState,
    reachable_peers: frozenset[str],
    routes: Mapping[tuple[str, str], VrfExpectation],
    neighbors: Iterable[tuple[str, str]],
) -> Iterator[Check]:
    """`check_state`, and an LDP session with each of `neighbors`: (name, LSR id)."""
    yield from check_state(device, state, reachable_peers, routes)
    yield from check_ldp(device, state, neighbors)


def ldp_neighbors(network: Network, allocation: Allocation) -> dict[str, list[tuple[str, str]]]:
    """Router -> (name, LSR id) of each router at the other end of a circuit, by name."""
    found: dict[str, set[str]] = {}
    for circuit in network.circuits.values():
        found.setdefault(circuit.a.router, set()).add(circuit.b.router)
        found.setdefault(circuit.b.router, set()).add(circuit.a.router)
    loopbacks = allocation.loopback4
    return {
        name: [(other, str(loopbacks[other])) for other in sorted(others)]
        for name, others in found.items()
    }


def check_ldp(
    device: Device, state: DeviceState, neighbors: Iterable[tuple[str, str]]
) -> Iterator[Check]:
    """One LDP session with each router at the other end of a circuit: (name, LSR id)."""
    for name, lsr in neighbors:
        up = lsr in state.ldp
        yield Check(
            "LDP session",
            device.name,
            name,
            up,
            "" if up else f"no operational LDP session with {name} ({lsr})",
            ground=Ground(neighbors=((device.name, name),)),
        )


def _customers(
    device: Device, state: DeviceState, routes: Mapping[tuple[str, str], VrfExpectation]
) -> Iterator[Check]:
    for vrf in device.vrfs:
        awaited = routes[device.name, vrf.name].awaited
        for peer in vrf.peers:
            session = (vrf.name, str(peer.address))
            up = session in state.bgp
            site = peer.description.removeprefix("site ").partition("/")[0]
            words = "is down"
            if str(peer.address) in awaited:
                # nobody is there to answer: the PE is to go on asking
                up, words = up or session in state.trying, "does not wait for the customer"
            yield Check(
                "CE session",
                device.name,
                f"{vrf.name} {peer.address}",
                up,
                ""
                if up
                else f"VRF {vrf.name}: session with {peer.description} ({peer.address}) {words}",
                sites=frozenset({site}),
                vrf=vrf.name,
                ground=Ground(accesses=((device.name, vrf.name, site),)),
            )
            if peer.bfd is not None and str(peer.address) not in awaited:
                there = session not in state.bgp or session in state.bfd
                yield Check(
                    BFD_SESSION,
                    device.name,
                    f"{vrf.name} {peer.address}",
                    there,
                    ""
                    if there
                    else f"VRF {vrf.name}: no BFD with {peer.description} ({peer.address}); if the "
                    "customer's router has none, set bfd: false and timers",
                    sites=frozenset({site}),
                    vrf=vrf.name,
                    ground=Ground(accesses=((device.name, vrf.name, site),)),
                )


def _targets(
    device: Device, state: DeviceState, routes: Mapping[tuple[str, str], VrfExpectation]
) -> Iterator[Check]:
    for vrf in device.vrfs:
        sites = routes[device.name, vrf.name].sites
        for family in device.families:
            table: Table = (vrf.name, family)
            held = state.targets.get(table)
            wrong = []
            if held is None:
                wrong.append("the daemon has no such VRF")
            else:
                for word, have, want in (
                    ("RD", {held.rd}, {vrf.rd}),
                    ("import targets", set(held.imports), set(vrf.import_targets)),
                    ("export targets", set(held.exports), set(vrf.export_targets)),
                ):
                    if have != want:
                        wrong.append(
                            f"{word} {' '.join(sorted(have)) or 'none'} "
                            f"instead of {' '.join(sorted(want))}"
                        )
            announced = state.announced.get(table)
            if announced is not None and announced != set(vrf.export_targets):
                wrong.append(
                    f"announces with {' '.join(sorted(announced)) or 'no target'} "
                    f"instead of {' '.join(vrf.export_targets)}"
                )
            exports = (held.exports if held else frozenset()) | (announced or frozenset())
            imports = held.imports if held else frozenset()
            stray = (imports - set(vrf.import_targets)) | (exports - set(vrf.export_targets))
            yield Check(
                ROUTE_TARGETS,
                device.name,
                f"{vrf.name} {family}",
                not wrong,
                f"VRF {vrf.name} {family}: {'; '.join(wrong)}" if wrong else "",
                severity="leak" if stray else "fault",
                sites=sites,
                vrf=vrf.name,
                ground=Ground(vrfs=((device.name, vrf.name),)),
            )
    meant = {(vrf.name, family) for vrf in device.vrfs for family in device.families}
    for name, family in state.targets:
        if (name, family) not in meant:
            yield Check(
                ROUTE_TARGETS,
                device.name,
                f"{name} {family}",
                False,
                f"VRF {name} {family} is not in the inventory and imports or exports routes",
                severity="leak",
                vrf=name,
            )


def _routes(
    device: str, table: Table, state: DeviceState, expectation: VrfExpectation
) -> Iterator[Check]:
    vrf, family = table
    have = state.routes.get(table, frozenset())
    # A VRF that is not there is blamed once, by its route targets.
    closed = table in state.closed or table not in state.targets
    subject = f"{vrf} {family}"
    yield Check(
        "unreachable default",
        device,
        subject,
        closed,
        "" if closed else f"VRF {vrf} {family}: no unreachable default: look-ups leave it",
        severity="leak",
        sites=expectation.sites,
        vrf=vrf,
    )
    missing = tuple(sorted(_of_family(expectation.must, family) - have))
    yield Check(
        ROUTES,
        device,
        subject,
        not missing,
        lacks(vrf, family, missing) if missing else "",
        sites=expectation.sites,
        vrf=vrf,
        ground=Ground(vrfs=((device, vrf),), ways=True),
        missing=missing,
    )
    for site, prefixes in expectation.some_of:
        of_family = _of_family(prefixes, family)
        heard = not of_family or any(_within(prefix, of_family) for prefix in have)
        yield Check(
            BORDER_ROUTES,
            device,
            f"{vrf} {family} {site}",
            heard,
            ""
            if heard
            else f"VRF {vrf} {family}: no route from {site}, which may announce "
            f"{', '.join(sorted(of_family))}",
            sites=frozenset({site}),
            vrf=vrf,
            ground=Ground(accesses=((device, vrf, site),)),
        )


def _stray(device: str, table: Table, state: DeviceState, expectation: VrfExpectation) -> Check:
    """Routes that no site of the VPN has; a family that the network lacks has none."""
    vrf, family = table
    may = _of_family(expectation.may, family)
    have = state.routes.get(table, frozenset())
    stray = sorted(
        prefix
        for prefix in have - may
        if not prefix.startswith("fe80:") and not _within(prefix, may)
    )
    return Check(
        STRAY_ROUTES,
        device,
        f"{vrf} {family}",
        not stray,
        f"VRF {vrf} {family}: routes that are not its VPN's: {', '.join(stray)}" if stray else "",
        severity="leak",
        sites=expectation.sites,
        vrf=vrf,
    )


def _of_family(prefixes: Iterable[str], family: AddressFamily) -> set[str]:
    return {prefix for prefix in prefixes if (":" in prefix) == (family == "ipv6")}


def lacks(vrf: str, family: str, prefixes: Iterable[str]) -> str:
    """What is said of a table without routes that it must have."""
    return f"VRF {vrf} {family}: no route to {', '.join(prefixes)}"


def _within(prefix: str, allowed: Iterable[str]) -> bool:
    """Whether a CE announced a more specific part of a prefix it may announce."""
    inner = ip_network(prefix)
    return any(
        is_within(inner, outer)
        for outer in map(ip_network, allowed)
        if outer.prefixlen  # of the Internet's default route no part is announced
    )
