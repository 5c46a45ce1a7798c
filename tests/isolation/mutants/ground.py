"""The network that operators work on: its texts, and what each VRF in them is meant to be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import ip_interface

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import IPNetwork, Network, Role, SiteRole
from egovnet.templates.intend.access_ends import access_addresses, access_interface, policy_name
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device, Vrf
from egovnet.templates.registry import render
from tests.isolation.mutants.text import Edit

FAMILIES = ("ipv4", "ipv6")
#: Families that an operator's next mutant is about; takes turns over the places.
TURNS = (("ipv4", "ipv6"), ("ipv4",), ("ipv6",))
Families = tuple[str, ...]


@dataclass(frozen=True)
class Access:
    """A site-network-access on its PE."""

    site: str
    label: str
    interface: str
    port: str
    vlan: int | None
    #: Family -> address with length, and the CE's address alone.
    pe: Mapping[str, str]
    ce: Mapping[str, str]
    bgp: bool
    policy: str
    prefixes: tuple[IPNetwork, ...]

    def families(self) -> Families:
        """Families in which the site has prefixes, and so a session or statics."""
        return tuple(f for f in FAMILIES if self.of(f))

    def of(self, family: str) -> tuple[IPNetwork, ...]:
        """The site's prefixes of a family."""
        return tuple(p for p in self.prefixes if p.version == version(family))

    def net(self, family: str) -> str:
        """A prefix of the site (or of the access, where the site has none of the family)."""
        own = self.of(family)
        return str(own[0]) if own else network_of(self.pe[family])


@dataclass(frozen=True)
class VrfPlace:
    """A VRF on a PE."""

    host: str
    vrf: str
    vpn: str
    zone: str
    role: SiteRole
    #: Site of a spoke's VRF.
    spoke: str | None
    facts: Vrf
    accesses: tuple[Access, ...]
    header: str

    @property
    def at(self) -> tuple[str, str]:
        return self.host, self.vrf

    @property
    def imports(self) -> tuple[str, ...]:
        return self.facts.import_targets

    @property
    def exports(self) -> tuple[str, ...]:
        return self.facts.export_targets

    @property
    def export(self) -> str:
        """A target that it exports."""
        return self.facts.export_targets[0]

    def __str__(self) -> str:
        return f"{self.host}/{self.vrf}"


def version(family: str) -> int:
    """4 or 6."""
    return 4 if family == "ipv4" else 6


def ip(family: str) -> str:
    """FRR's word for a family in statics and lists."""
    return "ip" if family == "ipv4" else "ipv6"


def network_of(interface: str) -> str:
    """10.0.0.1/30 -> 10.0.0.0/30."""
    return str(ip_interface(interface).network)


def turn(number: int) -> Families:
    """Families of mutant `number` of an operator."""
    return TURNS[number % len(TURNS)]


class Ground:
    """A network and its texts, with what operators ask of them."""

    def __init__(
        self, network: Network, allocation: Allocation, texts: Mapping[str, str] | None = None
    ) -> None:
        self.network = network
        self.allocation = allocation
        self.devices: dict[str, Device] = intend(network, allocation)
        self.texts: Mapping[str, str] = texts or {
            name: render(device) for name, device in self.devices.items()
        }
        self.asn = network.backbone.asn
        self.management = network.backbone.management

    def edit(self, host: str | VrfPlace) -> Edit:
        """A fresh edit of a router's text."""
        return Edit(self.texts[host.host if isinstance(host, VrfPlace) else host])

    @cached_property
    def places(self) -> tuple[VrfPlace, ...]:
        """All customer VRFs, by router and name."""
        accesses: dict[tuple[str, str], list[Access]] = {}
        meaning: dict[tuple[str, str], str] = {}
        for site_name, site in self.network.sites.items():
            for name, access in site.site_network_accesses.items():
                label = f"{site_name}/{name}"
                vlan = self.allocation.vlan[label]
                ends = access_addresses(self.allocation, label)
                at = access.pe, self.allocation.vrf_name[vrf_of(self.network, site_name, access)]
                meaning[at] = site_name
                accesses.setdefault(at, []).append(
                    Access(
                        site_name,
                        label,
                        access_interface(self.network, access, vlan),
                        access.port,
                        vlan,
                        {f"ipv{end.version}": str(end) for end in ends.pe},
                        {f"ipv{end.version}": str(end.ip) for end in ends.ce},
                        access.routing_protocol == "bgp",
                        policy_name(site_name, name),
                        site.prefixes,
                    )
                )
        result = []
        for host, device in self.devices.items():
            for vrf in device.vrfs:
                site_name = meaning[host, vrf.name]
                site = self.network.sites[site_name]
                spoke = site.site_role is SiteRole.SPOKE
                result.append(
                    VrfPlace(
                        host,
                        vrf.name,
                        site.vpn,
                        self.network.vpns[site.vpn].zone,
                        site.site_role,
                        site_name if spoke else None,
                        vrf,
                        tuple(accesses[host, vrf.name]),
                        f"router bgp {self.asn} vrf {vrf.name}",
                    )
                )
        return tuple(result)

    def may_meet(self, one: VrfPlace, other: VrfPlace) -> bool:
        """Whether packets between them are meant (`egovnet.inventory.model.reachability`)."""
        if one.vpn != other.vpn:
            return False
        return not (one.spoke and other.spoke and one.spoke != other.spoke)

    def others(self, place: VrfPlace, *, local: bool | None = None) -> list[VrfPlace]:
        """VRFs of other VPNs: the other zone's first; `local`: (only, never) on the same router."""
        found = [
            other
            for other in self.places
            if other.vpn != place.vpn and local in (None, other.host == place.host)
        ]
        return sorted(found, key=lambda other: other.zone == place.zone)

    def victims(self, place: VrfPlace, *, local: bool | None = None) -> list[VrfPlace]:
        """One VRF of the other zone and one of the same zone's other agencies, where there are."""
        found: dict[bool, VrfPlace] = {}
        candidates = self.others(place, local=local)
        if candidates:
            turn = sum(map(ord, f"{place}")) % len(candidates)
            candidates = sorted(
                candidates[turn:] + candidates[:turn], key=lambda other: other.zone == place.zone
            )
        for other in candidates:
            found.setdefault(other.zone == place.zone, other)
        return list(found.values())

    def pairs(self, *, local: bool | None = None) -> Iterator[tuple[VrfPlace, VrfPlace, Families]]:
        """(VRF, one it must not meet, families in turn)."""
        number = 0
        for place in self.places:
            for other in self.victims(place, local=local):
                yield place, other, turn(number)
                number += 1

    def pairs_once(
        self, *, local: bool | None = None
    ) -> Iterator[tuple[VrfPlace, VrfPlace, Families]]:
        """One victim for each VRF: the other zone's where there is one."""
        for number, place in enumerate(self.places):
            for other in self.victims(place, local=local)[:1]:
                yield place, other, turn(number)

    def has_victims(self, place: VrfPlace) -> bool:
        """Whether anybody is there whom the VRF must not meet."""
        return bool(self.others(place) or self.other_spokes(place))

    def other_spokes(self, place: VrfPlace) -> list[VrfPlace]:
        """VRFs of other spoke sites of the same VPN."""
        return [
            other
            for other in self.places
            if place.spoke and other.vpn == place.vpn and other.spoke not in (None, place.spoke)
        ]

    def sessions(self) -> Iterator[tuple[VrfPlace, Access, str]]:
        """(VRF, access, family) of each session with a CE."""
        for place in self.places:
            for access in place.accesses:
                if access.bgp:
                    for family in access.families():
                        yield place, access, family

    def statics(self) -> Iterator[tuple[VrfPlace, Access, str]]:
        """(VRF, access, family) of each access with static routes."""
        for place in self.places:
            for access in place.accesses:
                if not access.bgp:
                    for family in access.families():
                        yield place, access, family

    @property
    def edges(self) -> list[str]:
        """Routers with customers' VRFs."""
        return [name for name, device in self.devices.items() if device.vrfs]

    @property
    def reflectors(self) -> list[str]:
        """Route reflectors."""
        return list(self.network.with_role(Role.RR))

    def circuits(self, host: str) -> list[str]:
        """Backbone ports of a router."""
        return [i.name for i in self.devices[host].interfaces if i.circuit]

    def unused_number(self, host: str) -> int:
        """A kernel table that the router does not use."""
        return max([1002, *(vrf.table for vrf in self.devices[host].vrfs)]) + 37

    def targets(self) -> dict[str, VrfPlace]:
        """Every target that is exported, and a VRF that does."""
        return {target: place for place in self.places for target in place.exports}


def words(families: Sequence[str]) -> str:
    """For a mutant's name: which families it is about."""
    return "" if len(families) > 1 else families[0]
