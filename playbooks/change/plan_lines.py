"""The lines that a plan changes, and what each of them is about: its matters.

Of a line both networks are asked, the one that runs and the one that is intended: a port that goes
from one agency to another is a matter of both.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from egovnet.inventory.model import (
    BorderSite,
    DerivedSite,
    Exchange,
    GatewaySite,
    Network,
    PlatformSite,
    Role,
)
from egovnet.inventory.model.matters import Matter, MatterKind
from egovnet.inventory.with_platform import exchanges_in_force
from egovnet.playbooks.change.approval.rules import ChangedLine
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import DeviceParts, PartSites, Texts
from egovnet.playbooks.results.service_move import ServiceMove
from egovnet.templates.model.parts import Part, PartKind

_BACKBONE = frozenset(
    {PartKind.AS_NUMBER, PartKind.ROUTER_ID, PartKind.REFLECTION, PartKind.BGP}
    | {PartKind.LOOPBACK, PartKind.IGP, PartKind.LABELS, PartKind.SESSION, PartKind.FILTER}
    | {PartKind.BACKBONE_PORT, PartKind.TIMING}
)
#: Of a firewall, where an exchange is.
_OF_EXCHANGES = frozenset({PartKind.PACKET_FILTER, PartKind.POLICY, PartKind.FILTER})
_Whose = tuple[MatterKind, str, str]


@dataclass
class PlanLines:
    """Lines of plans between two networks. Making one is linear in them."""

    where: PartSites
    _exchanges: frozenset[tuple[str, _Whose]] | None = field(default=None, init=False)

    def of(self, devices: Mapping[str, Texts]) -> Iterator[ChangedLine]:
        """Every changed line of the devices' texts, in their order; linear in the texts."""
        for name, texts in devices.items():
            device = self.where.device(name, texts)
            numbers = _Numbers(texts)
            for part in device.changed():
                old, new = (side.get(part, frozenset()) for side in (device.old, device.new))
                for sign, statements in (("-", old - new), ("+", new - old)):
                    for statement in sorted(statements):
                        matters = self.matters(device, part, statement)
                        number = numbers.of(sign, statement)
                        yield ChangedLine(name, sign, statement, matters, number)
            for sentence in device.platform.faults(texts.diff):
                whose = frozenset(self._of_fault(device, sentence))
                yield ChangedLine(name, "!", sentence, self._placed(name, whose))

    def of_moves(self, moves: Iterable[ServiceMove]) -> Iterator[ChangedLine]:
        """A line for each service that goes from one state to another: on its PE, and a matter of
        whose access it is, though no line of the router is another."""
        for move in moves:
            found: dict[str, set[_Whose]] = {}
            for index in self.where.both:
                site = index.network.numbered.sites.get(move.site)
                access = None if site is None else site.site_network_accesses.get(move.access)
                if site is not None and access is not None:
                    whose = _of_vpn(index.network, site.vpn, MatterKind.ACCESS)
                    found.setdefault(access.pe, set()).add(whose)
            for pe, its in found.items():
                matters = self._placed(pe, frozenset(its))
                yield ChangedLine(pe, "+", f"service {move.words}", matters)

    def matters(self, device: DeviceParts, part: Part, statement: str) -> frozenset[Matter]:
        """What a statement of a part of a device is about; at least one matter."""
        return self._placed(device.name, frozenset(self._whose(device, part, statement)))

    def _placed(self, device: str, whose: frozenset[_Whose]) -> frozenset[Matter]:
        routers = [index.network.routers.get(device) for index in self.where.both]
        places = {(one.region, one.tier.value) for one in routers if one is not None}
        return frozenset(
            Matter(kind, *place, agency, zone) for kind, agency, zone in whose for place in places
        )

    def _whose(self, device: DeviceParts, part: Part, statement: str) -> Iterator[_Whose]:
        roles = self._roles(device.name)
        if Role.FIREWALL in roles:
            yield MatterKind.PLATFORM, "", ""
            if part.kind in _OF_EXCHANGES:
                yield from (whose for _, whose in self.changed_exchanges)
            return
        if Role.GATEWAY in roles:
            yield from self._gateways(device.name)
            return
        kind = part.kind
        if kind in (PartKind.WORDS, PartKind.TIMING) and part.name:
            # of a neighbour or a port, as its other lines
            of_neighbor = part.vrf or any(part.name in i.owners for i in self.where.both)
            part = Part(PartKind.SESSION if of_neighbor else PartKind.PORT, part.vrf, part.name)
        if self.where.circuit(device, part) is not None:
            yield MatterKind.CIRCUIT, "", ""
            return
        known = set(self._of_sites(device, part))
        if part.vrf and not known:
            known = set(self._of_vrf(device.name, part.vrf))
        if part.kind is PartKind.TARGETS:
            known |= set(self._of_target(statement))
        if part.kind is PartKind.MEMBERS:
            known |= set(self._of_sites(device, Part(PartKind.PORT, name=statement)))
        if not known:
            backbone = not part.vrf and (kind in _BACKBONE or part.kind is PartKind.SESSION)
            known = {(MatterKind.BACKBONE if backbone else MatterKind.ROUTER, "", "")}
        yield from known

    def _roles(self, device: str) -> frozenset[Role]:
        found = (index.network.routers.get(device) for index in self.where.both)
        return frozenset().union(*(router.roles for router in found if router is not None))

    def _gateways(self, device: str) -> Iterator[_Whose]:
        for index in self.where.both:
            router = index.network.routers.get(device)
            if router is not None and router.uplink is not None:
                yield _of_vpn(index.network, router.uplink.vpn, MatterKind.GATEWAY)

    def _of_sites(self, device: DeviceParts, part: Part) -> Iterator[_Whose]:
        """Of an access: whose site it is."""
        if part.vrf and part.kind not in (PartKind.SESSION, PartKind.FILTER, PartKind.ROUTE):
            return  # a VRF's own: everybody's in it, and so the VPN's
        for site in sorted(self.where.sites(device, part)):
            for index in self.where.both:
                yield from self._of_site(index, site)

    def _of_site(self, index: Dependents, name: str) -> Iterator[_Whose]:
        site = index.network.sites.get(name)
        if isinstance(site, PlatformSite):
            yield MatterKind.PLATFORM, "", ""
            yield from (whose for vpn, whose in self.changed_exchanges if vpn == site.vpn)
        elif isinstance(site, GatewaySite):
            yield _of_vpn(index.network, site.vpn, MatterKind.GATEWAY)
        elif isinstance(site, BorderSite):
            yield _of_vpn(index.network, site.vpn, MatterKind.BORDER)
        elif site is not None:
            assert not isinstance(site, DerivedSite)  # noqa: S101 -- the kinds are those above
            yield _of_vpn(index.network, site.vpn, MatterKind.ACCESS)

    def _of_vrf(self, device: str, vrf: str) -> Iterator[_Whose]:
        for index in self.where.both:
            vpn = index.on(device).vpns.get(vrf)
            if vpn is not None:
                yield _of_vpn(index.network, vpn, MatterKind.VPN)

    def _of_target(self, statement: str) -> Iterator[_Whose]:
        """Whose a route target is: what is imported or exported by it is theirs as well."""
        target = statement.rsplit(maxsplit=1)[-1]
        for index in self.where.both:
            vpn = index.targets.get(target)
            if vpn is not None:
                yield _of_vpn(index.network, vpn, MatterKind.VPN)

    def _of_fault(self, device: DeviceParts, sentence: str) -> Iterator[_Whose]:
        """Of what a device does otherwise than its text says: whose words stand in the sentence."""
        words = {word.rstrip(":,;") for word in sentence.split()}
        found = {
            whose
            for word in words
            for part in (Part(PartKind.PORT, name=word), Part(PartKind.TABLE, word))
            for whose in self._whose(device, part, "")
        }
        named = found - {(MatterKind.ROUTER, "", "")}
        yield from named or found

    @property
    def changed_exchanges(self) -> frozenset[tuple[str, _Whose]]:
        """(VPN, whose) of each end of an exchange that the two networks do not have alike; of all,
        where nobody knows what runs."""
        if self._exchanges is None:
            now = dict(exchanges_in_force(self.where.now.network))
            former: dict[str, Exchange] = {}
            for index in self.where.both[1:]:
                former = dict(exchanges_in_force(index.network))
            alike = {name for name in now if now[name] == former.get(name)}
            changed = (
                (index.network, exchange)
                for index, exchanges in ((self.where.now, now), (self.where.both[-1], former))
                for name, exchange in exchanges.items()
                if name not in alike
            )
            self._exchanges = frozenset(
                (end.vpn, _of_vpn(network, end.vpn, MatterKind.EXCHANGE))
                for network, exchange in changed
                for end in (exchange.source, exchange.target)
            )
        return self._exchanges


def _of_vpn(network: Network, vpn: str, kind: MatterKind) -> _Whose:
    entry = network.vpns[vpn]
    return kind, entry.owner, entry.zone.value


class _Numbers:
    """Numbers of statements' lines in a device's two texts, where they have one place."""

    def __init__(self, texts: Texts) -> None:
        self._texts = {"-": texts.before, "+": texts.intended}
        self._lines: dict[str, dict[str, list[int]]] = {}

    def of(self, sign: str, statement: str) -> int | None:
        """The line of the text whose words end the statement, the longest such; from 1."""
        if sign not in self._lines:
            found: dict[str, list[int]] = {}
            for number, line in enumerate(self._texts[sign].splitlines(), start=1):
                found.setdefault(" ".join(line.split()), []).append(number)
            self._lines[sign] = found
        words = statement.split()
        for start in range(len(words)):
            numbers = self._lines[sign].get(" ".join(words[start:]))
            if numbers is not None:
                return numbers[0] if len(numbers) == 1 else None
        return None
