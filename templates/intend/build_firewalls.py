"""Firewalls of the interconnection platform to devices: ways, sessions and filters of each."""

from collections.abc import Iterable, Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import (
    Exchange,
    IPNetwork,
    Network,
    PlatformSite,
    Role,
    SiteNetworkAccess,
)
from egovnet.inventory.with_platform import exchanges_in_force
from egovnet.templates.intend.access_ends import access_addresses, management_of, policy_name
from egovnet.templates.intend.bfd_use import access_bfd
from egovnet.templates.intend.firewall_filter import FirewallVlan, firewall_filter
from egovnet.templates.model.device import (
    Device,
    Firewall,
    FirewallPeer,
    Interface,
    IPAddress,
    StaticRoute,
)
from egovnet.templates.registry import platform


def build_firewalls(network: Network, allocation: Allocation) -> dict[str, Device]:
    """Every firewall as it should be, by name; linear in the exchanges for each firewall.

    All of them take the same exchanges, so that one may fail.
    """
    names = network.with_role(Role.FIREWALL)
    if not names:
        return {}
    exchanges = tuple(exchanges_in_force(network))
    held = _prefixes_by_vpn(exchange for _, exchange in exchanges)
    return {name: _Builder(network, allocation, name).device(exchanges, held) for name in names}


def _prefixes_by_vpn(exchanges: Iterable[Exchange]) -> dict[str, tuple[IPNetwork, ...]]:
    """VPN -> its own prefixes that take part in exchanges, in order, IPv4 first."""
    held: dict[str, set[IPNetwork]] = {}
    for exchange in exchanges:
        for end in (exchange.source, exchange.target):
            own = (prefix for prefix in end.prefixes if prefix.version in exchange.versions)
            held.setdefault(end.vpn, set()).update(own)
    return {vpn: tuple(sorted(prefixes, key=_in_order)) for vpn, prefixes in held.items()}


def _in_order(prefix: IPNetwork) -> tuple[int, int, int]:
    return prefix.version, int(prefix.network_address), prefix.prefixlen


class _Builder:
    """Builds one firewall of a network."""

    def __init__(self, network: Network, allocation: Allocation, name: str) -> None:
        self.network, self.allocation, self.name = network, allocation, name
        self._router = network.routers[name]
        self._platform = platform(self._router.platform)
        #: Of each VPN that it joins, in the inventory's order.
        self._accesses = tuple(self._own_accesses())

    def device(
        self,
        exchanges: Iterable[tuple[str, Exchange]],
        held: dict[str, tuple[IPNetwork, ...]],
    ) -> Device:
        """The firewall; `held` are the prefixes of each VPN that take part in `exchanges`."""
        network, allocation = self.network, self.allocation
        assert allocation.platform_asn is not None  # noqa: S101 -- allocated where there is one
        management = management_of(network, self.name)
        vlans = tuple(self._vlan(site, access) for site, access in self._accesses)
        own = (self._platform.capabilities.loopback, management.vrf)
        return Device(
            name=self.name,
            platform=self._router.platform,
            asn=allocation.platform_asn,
            router_id=allocation.loopback4[self.name],
            loopbacks=(),
            isis_net="",
            management=management,
            interfaces=tuple(sorted(self._interfaces(vlans), key=lambda i: (len(i.port), i.name))),
            drained=self._router.leaving,
            families=("ipv4", "ipv6") if allocation.loopback6 else ("ipv4",),
            packet_filter=firewall_filter(exchanges, vlans, own),
            firewall=Firewall(
                asn=allocation.platform_asn,
                routes=tuple(
                    sorted(self._routes(vlans, held), key=lambda route: _in_order(route.prefix))
                ),
                peers=tuple(
                    sorted(self._peers(vlans), key=lambda p: (p.address.version, int(p.address)))
                ),
            ),
        )

    def _own_accesses(self) -> Iterator[tuple[str, SiteNetworkAccess]]:
        for name, site in self.network.sites.items():
            if isinstance(site, PlatformSite) and self.name in site.site_network_accesses:
                yield name, site.site_network_accesses[self.name]

    def _vlan(self, site: str, access: SiteNetworkAccess) -> FirewallVlan:
        label = f"{site}/{self.name}"
        ends = access_addresses(self.allocation, label)
        return FirewallVlan(
            vpn=self.network.sites[site].vpn,
            interface=self._interface_name(label),
            own=tuple(address.ip for address in ends.ce),
            pe=tuple(address.ip for address in ends.pe),
        )

    def _interface_name(self, label: str) -> str:
        return self._platform.capabilities.access_interface(self._port, self.allocation.vlan[label])

    @property
    def _port(self) -> str:
        attachment = self._router.attachment
        assert attachment is not None  # noqa: S101 -- its role asks for one
        return attachment.port

    def _interfaces(self, vlans: Iterable[FirewallVlan]) -> Iterator[Interface]:
        for vlan, (site, access) in zip(vlans, self._accesses, strict=True):
            label = f"{site}/{self.name}"
            yield Interface(
                name=vlan.interface,
                port=self._port,
                vlan=self.allocation.vlan[label],
                addresses=access_addresses(self.allocation, label).ce,
                description=f"VPN {vlan.vpn} by {access.pe} {access.port}",
            )

    def _routes(
        self, vlans: Iterable[FirewallVlan], held: dict[str, tuple[IPNetwork, ...]]
    ) -> Iterator[StaticRoute]:
        for vlan in vlans:
            hops: dict[int, IPAddress] = {address.version: address for address in vlan.pe}
            for prefix in held.get(vlan.vpn, ()):
                yield StaticRoute(prefix, hops[prefix.version])

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
                    )
