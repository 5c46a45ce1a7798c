"""What failed before a change and has nothing to do with its lines: pure.

A check is excused where it failed before, and nothing that it stands on has lines of the change:
the port, session and VRF at its ends, the circuits and the backbone between them. So is one that
leads to a customer, or comes from one, who was dark before and whose access has no lines: nobody
could answer it, be it new. A leak never is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from egovnet.inventory.model import BEHIND_A_PE, Network
from egovnet.playbooks.verify.control_plane import Check, Ground, lacks
from egovnet.playbooks.verify.customers import CUSTOMER, CustomerAccess
from egovnet.playbooks.verify.probe_plan import Flow
from egovnet.playbooks.verify.touched import Touched

#: Who sends: a VRF of a PE, or a host (no VRF), in a version of IP.
Sender = tuple[str, str | None, int]
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a network did before a change, held to what it is to do after it."""

    #: Checks that failed, but for leaks, and (router, VRF, prefix) of routes that were missing.
    failed: frozenset[tuple[str, str, str]]
    missing: frozenset[tuple[str, str, str]]
    #: Flows that were to be answered and were not.
    unanswered: frozenset[Flow]
    #: Addresses, sites and senders that an answer was due from, or to, and of which there was none.
    silent: frozenset[str]
    dark: frozenset[tuple[str, int]]
    mute: frozenset[Sender]

    @classmethod
    def of(
        cls, failed: Iterable[Check], asked: Iterable[Flow], answered: Iterable[Flow]
    ) -> "Baseline":
        """From the checks that failed, and the flows to which an answer was due."""
        checks = [check for check in failed if check.severity != "leak"]
        due, came = frozenset(asked), frozenset(answered)
        return cls(
            failed=frozenset(check.key for check in checks),
            missing=frozenset((c.device, c.vrf, prefix) for c in checks for prefix in c.missing),
            unanswered=due - came,
            silent=frozenset(f.address for f in due) - frozenset(f.address for f in came),
            dark=frozenset(map(_target, due)) - frozenset(map(_target, came)),
            mute=frozenset(map(_sender, due)) - frozenset(map(_sender, came)),
        )


class Known:
    """What of later failures a baseline excuses, while `touched` are a change's lines.

    `chosen` are the routers that take part: what is at the other end of a circuit and takes no
    part is not known to be there.
    """

    def __init__(
        self,
        network: Network,
        accesses: Iterable[CustomerAccess],
        chosen: frozenset[str],
        baseline: Baseline | None = None,
        touched: Touched | None = None,
    ) -> None:
        self._chosen = chosen
        self._before = baseline or NOTHING_FAILED
        self._touched = touched or Touched()
        self._of_site: dict[str, list[CustomerAccess]] = {}
        self._by_address: dict[str, CustomerAccess] = {}
        #: (PE, VRF) -> VPN.
        self._vpns: dict[Place, str] = {}
        for access in accesses:
            self._vpns[access.pe, access.vrf] = network.sites[access.site].vpn
            if not access.awaited:
                self._of_site.setdefault(access.site, []).append(access)
                self._by_address.update(dict.fromkeys(access.addresses, access))
        #: (VPN, prefix) -> its site there: behind the platform are prefixes of other VPNs.
        self._owner = {
            (entry.vpn, str(prefix)): site
            for site, entry in network.sites.items()
            for prefix in entry.prefixes
        }
        self._platform = frozenset(n for n, r in network.routers.items() if BEHIND_A_PE & r.roles)
        self._far: dict[Place, Place] = {}
        self._between: dict[Place, list[Place]] = {}
        for circuit in network.circuits.values():
            a, b = ((end.router, end.port) for end in (circuit.a, circuit.b))
            self._far |= {a: b, b: a}
            self._between.setdefault((a[0], b[0]), []).append(a)
            self._between.setdefault((b[0], a[0]), []).append(b)

    @property
    def can_excuse_any(self) -> bool:
        """Whether there is a place that the lines are not about."""
        accesses = [access for own in self._of_site.values() for access in own]
        return not all(map(self._touches, accesses)) or not all(
            self._touched.circuit(*end) for end in self._far
        )

    def split(self, check: Check) -> tuple[Check | None, Check | None]:
        """A failed check as what the change is blamed for, and what it is not."""
        if check.severity == "leak":
            return check, None
        if check.missing:
            return self._split_routes(check)
        excused = self.excuses(check.flow) if check.flow else self._check(check)
        return (None, check) if excused else (check, None)

    def excuses(self, flow: Flow) -> bool:
        """Whether an answer that does not come is nothing to blame a change for."""
        return self._target(flow) or self._source(flow) or self._same(flow)

    def can_excuse(self, flow: Flow) -> bool:
        """Whether it is of use to know, before the change, if an answer comes."""
        access = self._by_address.get(flow.address)
        behind = self._of_site.get(flow.target, ()) if access is None else (access,)
        ends = [*behind]
        if flow.vrf is None:
            ends += [access for site in flow.source_sites for access in self._of_site.get(site, ())]
        new = flow.vrf is not None and (flow.sender, flow.vrf) in self._touched.tables
        may = flow.must_reach and not new and not self._declares(flow)
        return may and not any(map(self._touches, ends))

    # -- checks of one place -------------------------------------------------------------------

    def _check(self, check: Check) -> bool:
        if check.kind == CUSTOMER:
            return any(
                access.label == check.subject
                and not self._touches(access)
                and self._was_silent(access.addresses)
                for access in self._of_site.get(next(iter(check.sites), ""), ())
            )
        if check.key not in self._before.failed:
            return False
        if check.ground is None:
            return check.device not in self._touched.devices
        return not self._bears(check.ground)

    def _bears(self, ground: Ground) -> bool:
        """Whether lines of the change bear on what a check stands on."""
        touched = self._touched
        circuits = [*ground.circuits]
        for pair in ground.neighbors:
            circuits += self._between.get(pair, ())
        return (
            any(touched.access(*place) for place in ground.accesses)
            or any(touched.vrf(*place) for place in ground.vrfs)
            or any(self._circuit_is_due(place) for place in circuits)
            or (ground.ways and touched.ways)
        )

    def _circuit_is_due(self, end: Place) -> bool:
        """Whether the lines should have made a circuit work: not without its other end."""
        far = self._far.get(end)
        if far is not None and far[0] not in self._chosen:
            return False
        return any(self._touched.circuit(*place) for place in (end, far) if place is not None)

    # -- routes --------------------------------------------------------------------------------

    def _split_routes(self, check: Check) -> tuple[Check | None, Check | None]:
        excused = [prefix for prefix in check.missing if self._route(check, prefix)]
        blamed = [prefix for prefix in check.missing if prefix not in excused]
        return _lacking(check, blamed), _lacking(check, excused)

    def _route(self, check: Check, prefix: str) -> bool:
        site = self._owner[self._vpns[check.device, check.vrf], prefix]
        version = ip_network(prefix).version
        if self._is_dark(site, version) or self._has_no_route(site, [prefix]):
            return True
        return (
            (check.device, check.vrf, prefix) in self._before.missing
            and check.ground is not None
            and not self._bears(check.ground)
            and not self._bears(self._ends(site))
        )

    def _ends(self, site: str) -> Ground:
        """A site's accesses and the VRFs that they are in."""
        accesses = self._of_site.get(site, ())
        return Ground(
            accesses=tuple((a.pe, a.vrf, a.site) for a in accesses),
            vrfs=tuple((a.pe, a.vrf) for a in accesses),
        )

    # -- customers who were dark ---------------------------------------------------------------

    def _is_dark(self, site: str, version: int) -> bool:
        """Whether nobody heard of a site before, and none of its accesses has lines."""
        accesses = self._of_site.get(site, [])
        if not accesses or any(self._touches(access) for access in accesses):
            return False
        if (site, version) in self._before.dark:
            return True
        own = [p for (_, p), owner in self._owner.items() if owner == site]
        return self._has_no_route(site, [p for p in own if ip_network(p).version == version])

    def _has_no_route(self, site: str, prefixes: list[str]) -> bool:
        """Whether prefixes of a site were missing on all of its own PEs; none has lines of it."""
        accesses = self._of_site.get(site, [])
        return bool(accesses and prefixes) and all(
            (access.pe, access.vrf, prefix) in self._before.missing and not self._touches(access)
            for access in accesses
            for prefix in prefixes
        )

    def _was_silent(self, addresses: Iterable[str]) -> bool:
        """Whether all were asked before, and answered nobody."""
        wanted = frozenset(addresses)
        return bool(wanted) and wanted <= self._before.silent

    def _touches(self, access: CustomerAccess) -> bool:
        return self._touched.access(access.pe, access.vrf, access.site)

    # -- packets -------------------------------------------------------------------------------

    def _target(self, flow: Flow) -> bool:
        """Whether it goes to a customer who was dark, or to an address of his that was."""
        if self._is_dark(flow.target, ip_address(flow.address).version):
            return True
        access = self._by_address.get(flow.address)
        behind = self._of_site.get(flow.target, ()) if access is None else (access,)
        return self._was_silent([flow.address]) and not any(map(self._touches, behind))

    def _source(self, flow: Flow) -> bool:
        """Whether it comes from a host that was cut off, or a VRF that was."""
        version = ip_address(flow.address).version
        if flow.vrf is None and any(self._is_dark(s, version) for s in flow.source_sites):
            return True
        return _sender(flow) in self._before.mute and not self._bears(self._sending(flow))

    def _same(self, flow: Flow) -> bool:
        """Whether the same failed before."""
        return (
            flow in self._before.unanswered
            and not self._declares(flow)
            and not (flow.crosses and self._touched.ways)
            and not self._bears(self._sending(flow))
            and not self._bears(self._ends(flow.target))
        )

    def _declares(self, flow: Flow) -> bool:
        """Whether the change may be there to make an exchange work: it is the platform's."""
        return flow.connection is not None and not self._touched.devices.isdisjoint(self._platform)

    def _sending(self, flow: Flow) -> Ground:
        if flow.vrf is None:
            grounds = [self._ends(site) for site in flow.source_sites]
            return Ground(
                accesses=tuple(place for ground in grounds for place in ground.accesses),
                vrfs=tuple(place for ground in grounds for place in ground.vrfs),
            )
        return Ground(vrfs=((flow.sender, flow.vrf),))


def _lacking(check: Check, prefixes: list[str]) -> Check | None:
    """A check of routes, of these only."""
    if not prefixes:
        return None
    family = f"ipv{ip_network(prefixes[0]).version}"
    return replace(check, missing=tuple(prefixes), message=lacks(check.vrf, family, prefixes))


def _sender(flow: Flow) -> Sender:
    return (flow.sender, flow.vrf, ip_address(flow.address).version)


def _target(flow: Flow) -> tuple[str, int]:
    return (flow.target, ip_address(flow.address).version)


#: Before a verification that follows no change.
NOTHING_FAILED = Baseline.of((), (), ())
