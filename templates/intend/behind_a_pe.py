"""What hosts behind a PE have in common: a VLAN for each VPN that they join, and sessions by it.

They are firewalls of the interconnection platform and Internet gateways. Each stands where a
customer's router would, at accesses of sites that nobody wrote.
"""

from collections.abc import Iterable, Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import BehindPeSite, Network, SiteNetworkAccess
from egovnet.inventory.session_keys import platform_key
from egovnet.templates.intend.access_ends import access_addresses, management_of, policy_name
from egovnet.templates.intend.bfd_use import access_bfd
from egovnet.templates.intend.firewall_filter import FirewallVlan
from egovnet.templates.intend.untagged_ports import untagged_ports
from egovnet.templates.model.device import Device, Firewall, FirewallPeer, Interface
from egovnet.templates.model.packet_filter import PacketFilter
from egovnet.templates.registry import platform


class BehindPe:
    """A host behind a PE, with its accesses of sites of one `kind`."""

    def __init__(
        self, network: Network, allocation: Allocation, name: str, kind: type[BehindPeSite]
    ) -> None:
        self.network, self.allocation, self.name = network, allocation, name
        self._router = network.routers[name]
        self._platform = platform(self._router.platform)
        #: Of each VPN that it joins, in the inventory's order.
        self._accesses = tuple(self._own_accesses(kind))

    def host(
        self, firewall: Firewall, packet_filter: PacketFilter, interfaces: Iterable[Interface]
    ) -> Device:
        """The whole device."""
        network, allocation, interfaces = self.network, self.allocation, tuple(interfaces)
        return Device(
            name=self.name,
            platform=self._router.platform,
            asn=firewall.asn,
            router_id=allocation.loopback4[self.name],
            loopbacks=(),
            isis_net="",
            management=management_of(network, self.name),
            interfaces=tuple(sorted(interfaces, key=lambda i: (len(i.port), i.name))),
            untagged=untagged_ports(self._platform, interfaces),
            drained=self._router.leaving,
            families=("ipv4", "ipv6") if allocation.loopback6 else ("ipv4",),
            packet_filter=packet_filter,
            firewall=firewall,
        )

    @property
    def own_interfaces(self) -> tuple[str, str]:
        """The loopback and the management's, by which it takes everything."""
        management = management_of(self.network, self.name)
        return self._platform.capabilities.loopback, management.vrf

    def _own_accesses(self, kind: type[BehindPeSite]) -> Iterator[tuple[str, SiteNetworkAccess]]:
        for name, site in self.network.sites.items():
            if isinstance(site, kind) and self.name in site.site_network_accesses:
                yield name, site.site_network_accesses[self.name]

    def vlans(self) -> tuple[FirewallVlan, ...]:
        """Its VLANs, one of a VPN."""
        return tuple(self._vlan(site) for site, _ in self._accesses)

    def _vlan(self, site: str) -> FirewallVlan:
        label = f"{site}/{self.name}"
        ends = access_addresses(self.allocation, label)
        vlan = self.allocation.vlan[label]
        return FirewallVlan(
            vpn=self.network.sites[site].vpn,
            interface=self._platform.capabilities.access_interface(self._port, vlan),
            own=tuple(address.ip for address in ends.ce),
            pe=tuple(address.ip for address in ends.pe),
        )

    @property
    def _port(self) -> str:
        attachment = self._router.attachment
        assert attachment is not None  # noqa: S101 -- its role asks for one
        return attachment.port

    def vlan_interfaces(self, vlans: Iterable[FirewallVlan]) -> Iterator[Interface]:
        """The interfaces of its VLANs."""
        for vlan, (site, access) in zip(vlans, self._accesses, strict=True):
            label = f"{site}/{self.name}"
            yield Interface(
                name=vlan.interface,
                port=self._port,
                vlan=self.allocation.vlan[label],
                addresses=access_addresses(self.allocation, label).ce,
                description=f"VPN {vlan.vpn} by {access.pe} {access.port}",
            )

    def peers(self, vlans: Iterable[FirewallVlan]) -> tuple[FirewallPeer, ...]:
        """Its sessions: to each VPN it announces what is behind its site there."""
        found = self._peers(vlans)
        return tuple(sorted(found, key=lambda p: (p.address.version, int(p.address))))

    def _peers(self, vlans: Iterable[FirewallVlan]) -> Iterator[FirewallPeer]:
        for vlan, (site, access) in zip(vlans, self._accesses, strict=True):
            entry = self.network.sites[site]
            bfd = access_bfd(self.network, entry, access)
            for address in vlan.pe:
                announces = tuple(p for p in entry.prefixes if p.version == address.version)
                if announces:
                    yield FirewallPeer(
                        address=address,
                        remote_as=self.network.backbone.asn,
                        description=f"VPN {vlan.vpn} by {access.pe}",
                        policy=policy_name(site, self.name),
                        announces=announces,
                        bfd=bfd if self._platform.capabilities.bfd else None,
                        key=platform_key(self.network, self.name, entry.vpn),
                    )
