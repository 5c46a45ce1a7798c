"""What is expected of a network: which domains there are, where, and who may reach whom.

Everything that the proof holds a text against stands here, so that the properties themselves
never look at an inventory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import (
    UNTAGGED_VRF,
    BorderSite,
    GatewaySite,
    Network,
    PlatformSite,
    Role,
)
from egovnet.inventory.model.reachability import Reachability
from egovnet.inventory.overlapping_plans import tracked_apart
from egovnet.isolation.algebra.route_targets import target_of
from egovnet.isolation.model.domains import (
    BACKBONE,
    GATEWAY,
    INTERNET,
    MANAGEMENT,
    NO_VPNS,
    PLATFORM,
    UNTAGGED,
    Attachment,
    Domain,
)
from egovnet.isolation.model.filtered_access import FilteredAccess
from egovnet.isolation.model.from_applications import filtered_accesses
from egovnet.isolation.model.from_borders import border_accesses
from egovnet.isolation.model.from_encryption import EncryptedVpns, encrypted_vpns
from egovnet.isolation.model.from_exchanges import firewall_attachments, platform_edge
from egovnet.isolation.model.from_gateways import with_exits
from egovnet.isolation.model.from_keys import Keys, expected_keys
from egovnet.isolation.model.platform_edge import PlatformEdge
from egovnet.isolation.model.verdict import AllowedCell
from egovnet.templates.intend.access_ends import customer_addresses
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.facts import ExtendedCommunity

Place = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What may be where, and who may reach whom."""

    #: Domains by label, in the matrix's order; spoke sites of a VPN share one.
    domains: Mapping[str, Domain]
    #: Routers whose texts must be among those proved; others are unknown. Empty: no such list.
    devices: frozenset[str] = frozenset()
    #: (port, VLAN) -> what is attached there, per router. Circuits and management are among them.
    attachments: Mapping[str, Mapping[Place, Attachment]] = field(default_factory=dict)
    #: Whether `attachments` are all there are, so that any other interface is unknown.
    attachments_known: bool = True
    #: Names that VRFs have in the inventory: for VRFs where nothing known is attached.
    vrf_names: Mapping[tuple[str, str], Domain] = field(default_factory=dict)
    #: Name patterns (as in a shell) of VRFs, first match first, when there is no inventory.
    patterns: tuple[tuple[str, Domain], ...] = ()
    #: Addresses of the inventory's routers; empty: those in the texts themselves.
    routers: Mapping[IPAddress, str] = field(default_factory=dict)
    #: Label of the domain whose target the inventory says it is.
    targets: Mapping[ExtendedCommunity, str] = field(default_factory=dict)
    #: (source label, target label) -> why packets of the one may arrive at the other; a domain
    #: and itself are not among them.
    reasons: Mapping[tuple[str, str], str] = field(default_factory=dict)
    #: VPNs or labels whose tables may hold a default route.
    defaults: frozenset[str] = frozenset()
    #: Where agencies meet, and what may pass there.
    platform: PlatformEdge = field(default_factory=PlatformEdge)
    #: (PE, port, VLAN) -> an access of an enforced VPN, and what it may send.
    filtered_accesses: Mapping[tuple[str, str, int | None], FilteredAccess] = field(
        default_factory=dict
    )
    #: Router -> (purpose, place) of its sessions that are to be authenticated -> the key's name.
    session_keys: Mapping[str, Keys] = field(default_factory=dict)
    encrypted: EncryptedVpns = field(default_factory=EncryptedVpns)
    #: PE -> pairs of its VPNs that have the same addresses.
    tracked_apart: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    #: The caller proves a part of the network: routers that are not there are no risk.
    limited: bool = False

    def limit(self) -> "Expectation":
        """The same for a part of the network: what is missing was left out on purpose."""
        return replace(self, limited=True)

    def with_former(self, former: "Expectation") -> "Expectation":
        """The same, and what was where before, for states on the way from there to here.

        Where both say something of one place this one is right. What was of a VPN that is in
        another zone here stays unknown.
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
        gone = [domain for label, domain in domains.items() if label not in self.domains]
        return replace(
            self,
            domains={**domains, **self.domains},
            reasons={**_meeting_on_the_way(gone, [*gone, *self.domains.values()]), **self.reasons},
            attachments=attachments,
            vrf_names={**names, **self.vrf_names},
            routers={**former.routers, **self.routers},
            targets={**former.targets, **self.targets},
            platform=self.platform.with_former(former.platform),
            encrypted=self.encrypted.with_former(former.encrypted),
        )

    def allowed(self, source: Domain, target: Domain) -> str:
        """Why packets of `source` may arrive at `target`; empty if they may not."""
        if source.label == target.label:
            # Spoke sites share a label, and so do VRFs that nobody knows.
            if (source.vpn, source.site) != (target.vpn, target.site):
                return ""
            if source.site:
                return "one site"
            return "the network itself" if source in NO_VPNS else "one VPN"
        return self.reasons.get((source.label, target.label), "")

    def may_hold_default(self, domain: Domain) -> bool:
        """Whether a default route in this domain's tables is intended."""
        return domain.vpn in self.defaults or domain.label in self.defaults

    def vrf_domain(self, device: str, vrf: str) -> Domain | None:
        """The domain that a VRF's name stands for on a router."""
        named = self.vrf_names.get((device, vrf))
        if named is not None:
            return named
        return next((d for pattern, d in self.patterns if fnmatchcase(vrf, pattern)), None)

    def cells(self) -> tuple[AllowedCell, ...]:
        """Everything that is allowed, for the matrix."""
        place = {label: number for number, label in enumerate(self.domains)}
        own = {(label, label): self.allowed(d, d) for label, d in self.domains.items()}
        met = self.platform.reasons()
        found = {pair: why for pair, why in {**own, **met, **self.reasons}.items() if why}
        known = (pair for pair in found if place.keys() >= set(pair))
        ordered = sorted(known, key=lambda pair: (place[pair[0]], place[pair[1]]))
        return tuple(AllowedCell(*pair, found[pair]) for pair in ordered)


def _meeting_on_the_way(
    gone: Iterable[Domain], others: Iterable[Domain]
) -> dict[tuple[str, str], str]:
    """A VPN that changes its topology has domains of both on the way: they may meet, but for two
    that are spoke sites."""
    by_vpn: dict[str, list[Domain]] = {}
    for domain in others:
        by_vpn.setdefault(domain.vpn, []).append(domain)
    return {
        pair: "one VPN, as it was and as it will be"
        for old in gone
        for other in by_vpn[old.vpn]
        if other.label != old.label and not (old.site and other.site)
        for pair in ((old.label, other.label), (other.label, old.label))
    }


def from_inventory(network: Network, allocation: Allocation) -> Expectation:
    """What an inventory and its allocation say. Linear in the inventory.

    Who may reach whom is `egovnet.inventory.model.reachability`'s to say; the proof adds its own
    three domains: the backbone, management, and frames without a tag.
    """
    reachability = Reachability(network)
    domains = _domains(network, reachability)
    sites = {name: _site_domain(domains, reachability, name) for name in network.sites}
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
    platform = with_exits(platform_edge(network, allocation, sites), network, allocation, sites)
    partners = platform.partner_prefixes()
    for at in firewall_attachments(platform):
        attachments[at.device][at.port, at.vlan] = at
    for site_name, site in network.sites.items():
        # Behind the platform's is what the exchanges say, whatever was made of them.
        prefixes = partners.get(site.vpn, ()) if isinstance(site, PlatformSite) else site.prefixes
        for access_name, access in site.site_network_accesses.items():
            label = f"{site_name}/{access_name}"
            vlan = allocation.vlan[label]
            attachments[access.pe][access.port, vlan] = Attachment(
                label,
                access.pe,
                access.port,
                vlan,
                sites[site_name],
                prefixes,
                customer_addresses(allocation, label),
                access.maximum_prefix,
                1 if access.ttl_security else None,
                exact=isinstance(site, GatewaySite),
                announces=site.announces if isinstance(site, BorderSite) else None,
                remote_as=site.asn if isinstance(site, BorderSite) else None,
                aggregate=isinstance(site, BorderSite) and site.aggregate,
            )
            vrf = allocation.vrf_name[vrf_of(network, site_name, access)]
            names[access.pe, vrf] = sites[site_name]
    for router, places in attachments.items():
        names[router, UNTAGGED_VRF] = UNTAGGED
        named = {trunk for trunk, vlan in places if vlan is None}
        for trunk in sorted({trunk for trunk, _ in places} - named):
            places[trunk, None] = Attachment("untagged frames", router, trunk, None, UNTAGGED)
    routers: dict[IPAddress, str] = {
        ip: name
        for loopbacks in (allocation.loopback4, allocation.loopback6)
        for name, ip in loopbacks.items()
        if name not in platform.firewalls
    }
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
        reasons=_reasons(reachability),
        platform=platform,
        session_keys=expected_keys(network, allocation),
        encrypted=encrypted_vpns(network, allocation),
        filtered_accesses={
            (pe, port, vlan): access
            for pe, port, vlan, access in (
                *filtered_accesses(network, allocation, platform.flows),
                *border_accesses(network, allocation),
            )
        },
        tracked_apart=tracked_apart(network),
    )


def _reasons(reachability: Reachability) -> dict[tuple[str, str], str]:
    reasons = {
        (source.label, target.label): reachability.why(source, target)
        for source in reachability.groups.values()
        for target in reachability.imports(source)
        if target != source
    }
    for own in (BACKBONE, PLATFORM, GATEWAY):
        reasons[MANAGEMENT.label, own.label] = "management reaches the routers themselves"
    return reasons


def _domains(network: Network, reachability: Reachability) -> dict[str, Domain]:
    """A domain for each group of sites; one of spokes stands for each of its sites."""
    result = {
        label: Domain(
            label,
            group.vpn,
            group.zone,
            network.vpns[group.vpn].owner,
            "" if group.meshed else "*",
        )
        for label, group in reachability.groups.items()
    }
    own = (
        BACKBONE,
        MANAGEMENT,
        UNTAGGED,
        *([PLATFORM] if network.with_role(Role.FIREWALL) else []),
        *([GATEWAY, INTERNET] if network.with_role(Role.GATEWAY) else []),
    )
    return {**result, **{one.label: one for one in own}}


def _site_domain(domains: Mapping[str, Domain], reachability: Reachability, name: str) -> Domain:
    group = reachability.group_of(name)
    domain = domains[group.label]
    return domain if group.meshed else replace(domain, site=name)
