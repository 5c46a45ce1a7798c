"""Which VPNs and sites a change touches, and which of them lose their routes for a moment.

By what depends on the lines that change: each line belongs to a part of its router
(`templates.model.parts`), and each part carries sites: a port those behind it, a VRF those in it, a
router's identity all of its own, those whose ways lead through it and those whose routes it
reflects. What only comes interrupts nobody.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from egovnet.inventory.model import BEHIND_A_PE, Role
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.inventory.model.reachability import Reachability
from egovnet.playbooks.change.dependents import Dependents, Sites, looked_up
from egovnet.playbooks.change.device_parts import DeviceParts, PartSites, Texts
from egovnet.playbooks.change.key_changes import changed_keys
from egovnet.playbooks.change.shortest_paths import ShortestPaths
from egovnet.playbooks.results.affected import Affected, Interruption
from egovnet.templates.model.interruption import InterruptionClass
from egovnet.templates.model.parts import Part, PartKind
from egovnet.templates.registry import platform

_NOBODY: Sites = frozenset()
_WORD = re.compile(r"[\w.:/-]+")
_SITE = re.compile(r"\bsite ([^\s/]+)/")
#: What tells the VRFs of a VPN's spokes apart.
_NUMBER = re.compile(r"-\d+$")

#: Ways between edges that are compared one by one, a second's work; above, an edge is taken to
#: lose what it may lose.
_MOST_WAYS = 1_000_000
#: On these nothing depends; whom another key interrupts, both ends of it say (`_keys`).
_SILENT = frozenset({PartKind.WORDS, PartKind.TIMING, PartKind.KEY})
#: What a router of the backbone has, and a fresh one has not.
_OF_BACKBONE = (PartKind.IGP, PartKind.LABELS)
#: These say what is let through: nothing is interrupted.
_ONLY_TOUCHING = frozenset(
    {PartKind.FILTER, PartKind.POLICY, PartKind.PACKET_FILTER, PartKind.VRF_GUARD, PartKind.BGP}
)
#: Of these what comes leaves alone what is there.
_ADDITIVE = frozenset(
    {
        PartKind.TARGETS,
        PartKind.DISTINGUISHER,
        PartKind.VRF_ROUTES,
        PartKind.ROUTE,
        PartKind.BACKBONE_PORT,
        PartKind.OTHER,
    }
)
#: Who is among them is said of the port: the VPN is touched, its other sites are not.
_VPN_ONLY = frozenset({PartKind.MEMBERS})
#: Where an access's own lines are: by them it is known to be there.
_LEAVES = (PartKind.PORT, PartKind.SESSION, PartKind.ROUTE)
#: Of the router as a whole, the most far-reaching first: what each interrupts.
_IDENTITY = {
    PartKind.AS_NUMBER: InterruptionClass.AS_NUMBER,
    PartKind.LOOPBACK: InterruptionClass.LOOPBACK,
    PartKind.IGP: InterruptionClass.IGP,
    PartKind.LABELS: InterruptionClass.LABELS,
    PartKind.ROUTER_ID: InterruptionClass.ROUTER_ID,
    PartKind.REFLECTION: InterruptionClass.REFLECTOR,
    PartKind.OTHER: InterruptionClass.OTHER,
}
#: With these the router passes nobody's packets on until it is found anew.
_FORWARDING = frozenset(
    {InterruptionClass.LOOPBACK, InterruptionClass.IGP, InterruptionClass.LABELS}
)
#: With these all of its BGP sessions are made anew.
_SPEAKING = frozenset(
    {
        InterruptionClass.AS_NUMBER,
        InterruptionClass.LOOPBACK,
        InterruptionClass.ROUTER_ID,
        InterruptionClass.REFLECTOR,
    }
)
_OF_A_VRF = {
    PartKind.TABLE: InterruptionClass.TABLE,
    PartKind.DISTINGUISHER: InterruptionClass.DISTINGUISHER,
    PartKind.TARGETS: InterruptionClass.TARGETS,
}


def _interrupts(device: DeviceParts, part: Part) -> bool:
    """Whether what is there now is made anew or ends."""
    old, new = device.old.get(part, frozenset()), device.new.get(part, frozenset())
    if part.kind in _ONLY_TOUCHING:
        return False
    if part.kind is PartKind.ROUTER_ID:
        return Part(PartKind.AS_NUMBER, part.vrf) in device.old
    return bool(old - new) if part.kind in _ADDITIVE else bool(old)


@dataclass(slots=True)
class _Found:
    """What is found while the devices are gone through."""

    touched: set[str] = field(default_factory=set)
    vpns: set[str] = field(default_factory=set)
    #: (class, device) -> sites.
    interrupted: dict[tuple[InterruptionClass, str], set[str]] = field(default_factory=dict)
    #: Device -> what of the router as a whole changes.
    identities: dict[str, InterruptionClass] = field(default_factory=dict)
    #: Devices of which something disruptive is there before and after: it is named though no
    #: site's way leads there, as it stands by for a failure.
    remade: set[str] = field(default_factory=set)
    #: Circuit -> (the devices that change it, whether it goes).
    circuits: dict[str, tuple[set[str], bool]] = field(default_factory=dict)
    #: Circuit -> the devices that change the key of the label session over it.
    label_sessions: dict[str, set[str]] = field(default_factory=dict)
    #: (device, router at the other end) of backbone sessions that are made anew.
    sessions: set[tuple[str, str]] = field(default_factory=set)
    #: Device -> why something that changes on it cannot change while sites depend on it.
    not_in_place: dict[str, str] = field(default_factory=dict)
    #: Sites that the old texts of the changed devices have, and those that the new ones have.
    there: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)

    def interrupt(self, klass: InterruptionClass, device: str, sites: Iterable[str]) -> None:
        self.touched.update(sites)
        self.interrupted.setdefault((klass, device), set()).update(sites)


class Impact:
    """Of changes of a network; `former` is the network as it runs, where that is known.

    Making one is linear in the network; `of` is linear in the texts.
    """

    def __init__(self, now: Dependents, former: Dependents | None = None) -> None:
        self._parts = PartSites(now, former)
        zones = now.network.backbone.zones.values()
        self._prefixes = tuple(f"{zone.vrf_prefix}-" for zone in zones)

    def parts(self, devices: Mapping[str, Texts]) -> dict[str, DeviceParts]:
        """The texts of `devices` by parts."""
        return {name: self._parts.device(name, texts) for name, texts in devices.items()}

    def of(
        self, devices: Mapping[str, Texts], parts: Mapping[str, DeviceParts] | None = None
    ) -> Affected:
        """What the pushes of `devices` touch and interrupt; `parts` are theirs, if known."""
        found = _Found()
        pushed = self.parts(devices) if parts is None else parts
        for name, device in pushed.items():
            self._device(device, found)
            self._faults(name, device.platform.faults(devices[name].diff), found)
        self._keys(devices, pushed, found)
        self._transit(found)
        self._reflection(pushed, found)
        return self._result(pushed, found)

    # -- keys ------------------------------------------------------------------------------------

    def _keys(
        self, devices: Mapping[str, Texts], pushed: Mapping[str, DeviceParts], found: _Found
    ) -> None:
        """What keys interrupt whose values change on some of the routers that have them.

        IS-IS holds an adjacency for its hold time and believes what it was told before: nothing is
        lost where all that have the key get the other within it, as those of one wave do. LDP
        makes the session anew; BGP, too, as the part of the session says.
        """
        before = {
            name
            for name, device in pushed.items()
            if any(part.kind in _OF_BACKBONE for part in device.old)
        }
        network = self._parts.now.network
        for key, changing in changed_keys(devices).items():
            purpose, _, of = key.partition("/")
            running = changing & before
            if not running:
                continue
            if purpose == KeyPurpose.HELLO:
                ends = {router for router, _ in self._parts.ends(of)}
                if of in network.circuits and ends - changing:
                    found.circuits[of] = (running | found.circuits.get(of, (set(),))[0], False)
            elif purpose == KeyPurpose.DOMAIN:
                others = {n for n, r in network.routers.items() if not BEHIND_A_PE & r.roles}
                if others - changing:
                    for name in running:
                        known = found.identities.get(name, InterruptionClass.IGP)
                        klass = min(known, InterruptionClass.IGP, key=lambda one: one.rank)
                        found.identities[name] = klass
            elif purpose == KeyPurpose.LDP:
                pair = set(of.split("+"))
                for name, circuit in network.circuits.items():
                    if {circuit.a.router, circuit.b.router} == pair:
                        found.label_sessions[name] = running

    # -- one device ------------------------------------------------------------------------------

    def _device(self, device: DeviceParts, found: _Found) -> None:
        for parts, known in ((device.old, found.there), (device.new, found.left)):
            for part in parts:
                if part.kind in _LEAVES:
                    known.update(self._parts.sites(device, part))
        for part in device.changed():
            if part.kind in _SILENT:
                continue
            if part.vrf:
                found.vpns.update(self.vpns_of(device.name, part.vrf))
            if part.kind in _VPN_ONLY:
                continue
            if part.kind in _IDENTITY and not part.vrf:
                if _interrupts(device, part):
                    self._identity(device, part, found)
                continue
            circuit = self._parts.circuit(device, part)
            if circuit is not None:
                self._of_circuit(device, circuit, part, found)
                continue
            sites = self._parts.sites(device, part)
            found.touched |= sites
            if _interrupts(device, part):
                self._part(device, part, sites, found)

    def _identity(self, device: DeviceParts, part: Part, found: _Found) -> None:
        klass = _IDENTITY[part.kind]
        if part in device.new and klass.disruptive:
            found.remade.add(device.name)
            why = device.platform.capabilities.not_in_place.get(part.kind)
            if why:
                found.not_in_place[device.name] = why
        known = found.identities.get(device.name, klass)
        found.identities[device.name] = min(known, klass, key=lambda one: one.rank)

    def _part(self, device: DeviceParts, part: Part, sites: Sites, found: _Found) -> None:
        if part.kind is PartKind.SESSION and not part.vrf:
            for other in self._at(part.name):
                found.sessions.add((device.name, other))
            return
        klass = {
            PartKind.PORT: InterruptionClass.PORT,
            PartKind.BACKBONE_PORT: InterruptionClass.PORT,
            PartKind.SESSION: InterruptionClass.SESSION,
            PartKind.ROUTE: InterruptionClass.ROUTE,
            **_OF_A_VRF,
        }.get(part.kind, InterruptionClass.VRF)
        if sites:
            found.interrupt(klass, device.name, sites)

    def vpns_of(self, device: str, vrf: str) -> Iterator[str]:
        """The VPNs of a VRF by the inventories or by its name; none of a VRF of ours."""
        known = {index.on(device).vpns.get(vrf) for index in self._parts.both} - {None}
        if known:
            yield from (vpn for vpn in known if vpn)
            return
        vpns = self._parts.now.network.vpns
        for prefix in self._prefixes:
            if vrf.startswith(prefix):
                vpn = vrf.removeprefix(prefix)
                spoke = _NUMBER.sub("", vpn)
                yield spoke if vpn not in vpns and spoke in vpns else vpn

    def _faults(self, device: str, sentences: Iterable[str], found: _Found) -> None:
        """Who is told of in what a device does otherwise than its text says."""
        words = [index.on(device).words for index in self._parts.both]
        for sentence in sentences:
            for word in _WORD.findall(sentence):
                found.touched |= looked_up(words, word) or looked_up(words, word.rstrip(":"))
            found.touched.update(_SITE.findall(sentence))

    # -- the backbone ----------------------------------------------------------------------------

    def _of_circuit(self, device: DeviceParts, circuit: str, part: Part, found: _Found) -> None:
        sides = (Part(kind, name=part.name) for kind in (PartKind.PORT, PartKind.BACKBONE_PORT))
        own = tuple(sides)
        if not any(side in device.old for side in own) or not _interrupts(device, part):
            return
        devices, gone = found.circuits.get(circuit, (set(), False))
        goes = circuit not in self._parts.now.network.circuits or not any(
            side in device.new for side in own
        )
        found.circuits[circuit] = ({*devices, device.name}, gone or goes)

    def _transit(self, found: _Found) -> None:
        """Who loses the way through routers and circuits, and everybody behind such a router."""
        network = self._parts.both[-1].network
        edges = network.with_role(Role.PE)
        asked = len(found.circuits) + len(found.label_sessions)
        asked += sum(k in _FORWARDING for k in found.identities.values())
        paths = ShortestPaths(network, exact=asked * len(edges) ** 2 <= _MOST_WAYS)
        for name, klass in found.identities.items():
            users = paths.through(name, edges) if klass in _FORWARDING else ()
            found.interrupt(klass, name, self._sites_on({name, *users}))
        for circuit, devices in found.label_sessions.items():
            for name in devices:
                sites = self._sites_on(paths.over(circuit, edges))
                found.interrupt(InterruptionClass.LABEL_SESSION, name, sites)
        for circuit, (devices, gone) in found.circuits.items():
            klass = InterruptionClass.CIRCUIT_GONE if gone else InterruptionClass.CIRCUIT
            for name in devices:
                found.interrupt(klass, name, self._sites_on(paths.over(circuit, edges)))

    def _reflection(self, pushed: Mapping[str, DeviceParts], found: _Found) -> None:
        """Who loses the routes that reflectors gave it."""
        speaking = {n for n, klass in found.identities.items() if klass in _SPEAKING}
        if not speaking and not found.sessions:
            return
        broken: dict[str, set[str]] = {}
        for one, other in found.sessions:
            broken.setdefault(one, set()).add(other)
            broken.setdefault(other, set()).add(one)
        last = self._parts.both[-1]
        for edge in last.network.with_role(Role.PE):
            reflectors = self._reflectors_of(edge, pushed.get(edge), last)
            lost = reflectors & (broken.get(edge, set()) | speaking)
            if not lost or edge in speaking:
                continue
            whole = lost == reflectors
            klass = InterruptionClass.REFLECTOR if whole else InterruptionClass.REFLECTOR_ONE
            causes = sorted(lost & pushed.keys()) or [edge]
            for name in causes:
                found.interrupt(klass, name, self._sites_on([edge]))

    def _reflectors_of(self, edge: str, device: DeviceParts | None, index: Dependents) -> Sites:
        """Routers that a router has its routes from before the change: those it has sessions
        with, by its text; without one, the reflectors."""
        if device is None:
            return index.reflectors - {edge}
        addresses = [p.name for p in device.old if p.kind is PartKind.SESSION and not p.vrf]
        return _NOBODY.union(*map(self._at, addresses))

    def _at(self, loopback: str) -> Sites:
        """The router that has a loopback, by either inventory; the address itself where that is
        neither's, as of a reflector that has moved while nothing is known of what ran before.
        """
        owners = [index.owners.get(loopback) for index in self._parts.both]
        return frozenset(name for name in owners if name is not None) or frozenset({loopback})

    def _sites_on(self, routers: Iterable[str]) -> Sites:
        names = list(routers)
        return _NOBODY.union(*(index.sites_on(names) for index in self._parts.both))

    # -- what comes of it ------------------------------------------------------------------------

    def _result(self, pushed: Mapping[str, DeviceParts], found: _Found) -> Affected:
        staying = self._staying(pushed, found)
        by_site: dict[str, InterruptionClass] = {}
        for klass, device in sorted(found.interrupted, key=lambda key: key[0].rank):
            for site in found.interrupted[klass, device] & staying:
                by_site.setdefault(site, klass)
        far = self._far_ends(by_site.keys(), staying)
        by_site.update(dict.fromkeys(far, InterruptionClass.FAR_END))
        found.touched |= far
        named = {(found.identities[name], name) for name in found.remade}
        named |= {
            (InterruptionClass.CIRCUIT, name)
            for devices, gone in found.circuits.values()
            for name in devices
            if not gone
        }
        named |= {
            (InterruptionClass.LABEL_SESSION, name)
            for devices in found.label_sessions.values()
            for name in devices
        }
        rows: list[Interruption] = []
        for klass in InterruptionClass:
            sites = {site for site, own in by_site.items() if own is klass}
            devices = {
                device
                for (own, device), theirs in found.interrupted.items()
                if own is klass and (theirs & sites or ((own, device) in named and staying))
            }
            if sites or devices:
                rows.append(self._row(klass, devices, sites, rows))
        vpns = found.vpns.union(*(index.vpns_of(found.touched) for index in self._parts.both))
        in_service = {name for row in rows if row.sites for name in row.devices}
        stuck = {name: why for name, why in found.not_in_place.items() if name in in_service}
        return Affected(tuple(sorted(vpns)), tuple(sorted(found.touched)), tuple(rows), stuck)

    def _row(
        self,
        klass: InterruptionClass,
        devices: set[str],
        sites: set[str],
        others: Sequence[Interruption],
    ) -> Interruption:
        took = [
            platform(self._parts.platform(name)).capabilities.interruption_seconds.get(klass)
            for name in devices
        ]
        if klass is InterruptionClass.FAR_END:
            # for as long as those that they reach
            took = [other.seconds for other in others]
        known = [seconds for seconds in took if seconds is not None]
        vpns: frozenset[str] = frozenset()
        for index in self._parts.both:
            vpns |= index.vpns_of(sites)
        return Interruption(
            klass,
            tuple(sorted(devices)),
            tuple(sorted(vpns)),
            tuple(sorted(sites)),
            max(known) if known and len(known) == len(took) else None,
        )

    def _staying(self, pushed: Mapping[str, DeviceParts], found: _Found) -> Sites:
        """Sites that are there before the change and after it."""
        staying = set()
        both = found.there & found.left
        for name, site in self._parts.now.network.sites.items():
            edges = {access.pe for access in site.site_network_accesses.values()}
            if name in both or edges - pushed.keys():
                staying.add(name)
        return frozenset(staying)

    def _far_ends(self, interrupted: Iterable[str], staying: Sites) -> Sites:
        """Sites whose every site that they may reach is interrupted, and they are not."""
        lost = set(interrupted)
        if not lost:
            return _NOBODY
        network = self._parts.now.network
        reachability = Reachability(network)
        there: dict[str, list[str]] = {}
        for site in staying:
            there.setdefault(reachability.group_of(site).label, []).append(site)
        far = set()
        for label, members in there.items():
            group = reachability.groups[label]
            reached = [
                s for other in reachability.imports(group) for s in there.get(other.label, ())
            ]
            left = [site for site in reached if site not in lost]
            if len(left) > 1 or not reached:
                continue
            for site in members:
                others = len(reached) - (site in reached)
                if site not in lost and others and not set(left) - {site}:
                    far.add(site)
        return frozenset(far)
