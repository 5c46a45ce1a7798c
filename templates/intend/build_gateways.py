"""Internet gateways to devices: the default route, ways back, filter and translation."""

from collections.abc import Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import GatewaySite, IPNetwork, Network, Role, Uplink
from egovnet.inventory.with_gateways import DEFAULTS, leaving_prefixes
from egovnet.templates.intend.behind_a_pe import BehindPe
from egovnet.templates.intend.firewall_filter import FirewallVlan
from egovnet.templates.intend.gateway_filter import gateway_filter
from egovnet.templates.model.device import (
    Device,
    Firewall,
    Interface,
    IPAddress,
    StaticRoute,
)


def build_gateways(network: Network, allocation: Allocation) -> dict[str, Device]:
    """Every gateway as it should be, by name; linear in the sites of its zone for each gateway."""
    return {
        name: _Builder(network, allocation, name, GatewaySite).device()
        for name in network.with_role(Role.GATEWAY)
    }


class _Builder(BehindPe):
    """Builds one gateway of a network."""

    def device(self) -> Device:
        """The gateway; one that is leaving joins no zone, and lets nothing through."""
        uplink, asn = self._router.uplink, self.allocation.gateway_asn
        assert uplink is not None  # noqa: S101 -- its role asks for one
        assert asn is not None  # noqa: S101 -- allocated where there is one
        vlans = self.vlans()
        prefixes = leaving_prefixes(self.network, uplink.vpn)
        routes = tuple(self._routes(uplink, vlans, prefixes))
        packet_filter = gateway_filter(uplink, vlans, prefixes, self.own_interfaces)
        interfaces = (*self.vlan_interfaces(vlans), _to_the_internet(uplink))
        return self.host(Firewall(asn, routes, self.peers(vlans)), packet_filter, interfaces)

    def _routes(
        self, uplink: Uplink, vlans: tuple[FirewallVlan, ...], prefixes: tuple[IPNetwork, ...]
    ) -> Iterator[StaticRoute]:
        """The default to the provider, and each site's prefixes to the PE; IPv4 first."""
        for version in (4, 6):
            hop = uplink.next_hop(version)
            if vlans and hop is not None:
                yield StaticRoute(DEFAULTS[version], hop)
            for vlan in vlans:
                hops: dict[int, IPAddress] = {address.version: address for address in vlan.pe}
                for prefix in prefixes:
                    if prefix.version == version and version in uplink.versions:
                        yield StaticRoute(prefix, hops[version])


def _to_the_internet(uplink: Uplink) -> Interface:
    addresses = tuple(sorted(uplink.addresses, key=lambda one: one.version))
    return Interface(uplink.port, addresses, description="Internet", port=uplink.port)
