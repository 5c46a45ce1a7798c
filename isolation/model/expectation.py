"""What is expected of a network: which domains there are, where, and who may reach whom.

Everything that the proof holds a text against stands here, so that the properties themselves
never look at an inventory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import UNTAGGED_VRF, Network, SiteRole, Topology
from egovnet.isolation.algebra.route_targets import target_of
from egovnet.isolation.model.domains import BACKBONE, MANAGEMENT, UNTAGGED, Attachment, Domain
from egovnet.isolation.model.verdict import AllowedCell
from egovnet.templates.intend.build_devices import access_addresses
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.facts import ExtendedCommunity

Place = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What may be where, and who may reach whom."""

    #: Domains by label, in the matrix's order; spoke sites of a VPN share one.
    domains: Mapping[str, Domain]
    #: Routers whose texts must be among those judged; others are strangers. Empty: not known.
    devices: frozenset[str] = frozenset()
    #: (port, VLAN) -> what is attached there, per router. Circuits and management are among them.
    attachments: Mapping[str, Mapping[Place, Attachment]] = field(default_factory=dict)
    #: Whether `attachments` are all there are, so that any other interface is a stranger.
    attachments_known: bool = True
    #: Names that VRFs have in the inventory: for VRFs where nothing known is attached.
    vrf_names: Mapping[tuple[str, str], Domain] = field(default_factory=dict)
    #: Name patterns (as in a shell) of VRFs, first match first, when there is no inventory.
    patterns: tuple[tuple[str, Domain], ...] = ()
    #: Addresses of the inventory's routers; empty: those in the texts themselves.
    routers: Mapping[IPAddress, str] = field(default_factory=dict)
    #: Label of the domain whose target the inventory says it is.
    targets: Mapping[ExtendedCommunity, str] = field(default_factory=dict)
    #: Declared exchanges and the Internet gateway come in here: (source, target) by VPN or label.
    exchanges: tuple[AllowedCell, ...] = ()
    #: VPNs or labels whose tables may hold a default route.
    defaults: frozenset[str] = frozenset()
    #: The caller proves a part of the network: routers that are not there are no risk.
    limited: bool = False

    def limit(self) -> "Expectation":
        """The same for a part of the network: what is missing was left out on purpose."""
        return replace(self, limited=True)

    def with_former(self, former: "Expectation") -> "Expectation":
        """The same, and what was where before, for states on the way from there to here.

        Where both say something of one place this one is right. What was of a VPN that is in
        another zone here stays a stranger.
        """
        zones = {domain.vpn: domain.zone for domain in self.domains.values()}

        def known(domain: Domain) -> bool:
            return zones.get(domain.vpn, domain.zone) == domain.zone

        attachments: dict[str, Mapping[Place, Attachment]] = dict(self.attachments)
        for device, places in former.attachments.items():
            were = {place: at for place, at in places.items() if known(at.domain)}
            attachments[device] = {**were, **self.attachments.get(device, {})}
        names = {place: domain for place, domain in former.vrf_names.items() if known(domain)}
        domains = {label: domain for label, domain in former.domains.items() if known(domain)}
        return replace(
            self,
            domains={**domains, **self.domains},
            attachments=attachments,
            vrf_names={**names, **self.vrf_names},
            routers={**former.routers, **self.routers},
            targets={**former.targets, **self.targets},
        )

    def allowed(self, source: Domain, target: Domain) -> str:
        """Why packets of `source` may arrive at `target`; empty if they may not."""
        if source.vpn == target.vpn:
            return _within_vpn(source, target)
        if source == MANAGEMENT and target == BACKBONE:
            return "management reaches the routers themselves"
        for cell in self.exchanges:
            if cell.source in {source.vpn, source.label} and cell.target in {
                target.vpn,
                target.label,
            }:
                return cell.reason
        return ""

    def may_hold_default(self, domain: Domain) -> bool:
        """Whether a default route in this domain's tables is meant."""
        return domain.vpn in self.defaults or domain.label in self.defaults

    def vrf_domain(self, device: str, vrf: str) -> Domain | None:
        """The domain that a VRF's name stands for on a router."""
        named = self.vrf_names.get((device, vrf))
        if named is not None:
            return named
        return next((d for pattern, d in self.patterns if fnmatchcase(vrf, pattern)), None)

    def cells(self) -> tuple[AllowedCell, ...]:
        """Everything that is allowed, for the matrix."""
        found = []
        for source in self.domains.values():
            for target in self.domains.values():
                reason = self.allowed(source, target)
                if reason:
                    found.append(AllowedCell(source.label, target.label, reason))
        return tuple(found)


def _within_vpn(source: Domain, target: Domain) -> str:
    if source == target:
        return "one VPN" if not source.site else "one site"
    spokes = bool(source.site) and bool(target.site)
    return "" if spokes else "hub and spoke of one VPN"


def from_inventory(
    network: Network, allocation: Allocation, exchanges: Iterable[AllowedCell] = ()
) -> Expectation:
    """What an inventory and its allocation say. Linear in the inventory."""
    domains = _domains(network)
    sites = {name: _site_domain(network, domains, name) for name in network.sites}
    attachments: dict[str, dict[Place, Attachment]] = {name: {} for name in network.routers}
    names: dict[tuple[str, str], Domain] = {}
    management = network.backbone.management
    for name in network.routers:
        port = Attachment("management", name, network.management_port(name), None, MANAGEMENT)
        attachments[name][port.port, None] = port
        names[name, management.vrf] = MANAGEMENT
    for name, circuit in network.circuits.items():
        for end in (circuit.a, circuit.b):
            place = Attachment(f"circuit {name}", end.router, end.port, None, BACKBONE)
            attachments[end.router][end.port, None] = place
    for site_name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            label = f"{site_name}/{access_name}"
            vlan = allocation.vlan[label]
            attachments[access.pe][access.port, vlan] = Attachment(
                label,
                access.pe,
                access.port,
                vlan,
                sites[site_name],
                site.prefixes,
                tuple(end.ip for end in access_addresses(allocation, label).ce),
            )
            vrf = allocation.vrf_name[vrf_of(network, site_name, access)]
            names[access.pe, vrf] = sites[site_name]
    for router, places in attachments.items():
        names[router, UNTAGGED_VRF] = UNTAGGED
        named = {trunk for trunk, vlan in places if vlan is None}
        for trunk in sorted({trunk for trunk, _ in places} - named):
            places[trunk, None] = Attachment("untagged frames", router, trunk, None, UNTAGGED)
    routers: dict[IPAddress, str] = {ip: name for name, ip in allocation.loopback4.items()}
    routers.update({ip: name for name, ip in allocation.loopback6.items()})
    return Expectation(
        domains=domains,
        devices=frozenset(network.routers),
        attachments=attachments,
        vrf_names=names,
        routers=routers,
        targets={
            target_of(network.backbone.asn, number): owner
            for owner, number in allocation.route_target.items()
        },
        exchanges=tuple(exchanges),
    )


def _domains(network: Network) -> dict[str, Domain]:
    result: dict[str, Domain] = {}
    for name, vpn in network.vpns.items():
        if vpn.vpn_service_topology is Topology.HUB_SPOKE:
            for role, site in (("hub", ""), ("spoke", "*")):
                label = f"{name}/{role}"
                result[label] = Domain(label, name, vpn.zone, vpn.owner, site)
        else:
            result[name] = Domain(name, name, vpn.zone, vpn.owner)
    for own in (BACKBONE, MANAGEMENT, UNTAGGED):
        result[own.label] = own
    return result


def _site_domain(network: Network, domains: Mapping[str, Domain], name: str) -> Domain:
    site = network.sites[name]
    if site.site_role is SiteRole.HUB:
        return domains[f"{site.vpn}/hub"]
    if site.site_role is SiteRole.SPOKE:
        return replace(domains[f"{site.vpn}/spoke"], site=name)
    return domains[site.vpn]
