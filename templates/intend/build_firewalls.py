"""Firewalls of the interconnection platform to devices: ways, sessions and filters of each."""

from collections.abc import Iterable, Iterator

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.model import Exchange, IPNetwork, Network, PlatformSite, Role
from egovnet.inventory.with_platform import exchanges_in_force
from egovnet.templates.intend.behind_a_pe import BehindPe
from egovnet.templates.intend.firewall_filter import FirewallVlan, firewall_filter
from egovnet.templates.model.device import Device, Firewall, IPAddress, StaticRoute


def build_firewalls(network: Network, allocation: Allocation) -> dict[str, Device]:
    """Every firewall as it should be, by name; linear in the exchanges for each firewall.

    All of them take the same exchanges, so that one may fail.
    """
    names = network.with_role(Role.FIREWALL)
    if not names:
        return {}
    exchanges = tuple(exchanges_in_force(network))
    held = _prefixes_by_vpn(exchange for _, exchange in exchanges)
    return {
        name: _Builder(network, allocation, name, PlatformSite).device(exchanges, held)
        for name in names
    }


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


class _Builder(BehindPe):
    """Builds one firewall of a network."""

    def device(
        self,
        exchanges: Iterable[tuple[str, Exchange]],
        held: dict[str, tuple[IPNetwork, ...]],
    ) -> Device:
        """The firewall; `held` are the prefixes of each VPN that take part in `exchanges`."""
        asn = self.allocation.platform_asn
        assert asn is not None  # noqa: S101 -- allocated where there is one
        vlans = self.vlans()
        routes = sorted(self._routes(vlans, held), key=lambda route: _in_order(route.prefix))
        packet_filter = firewall_filter(exchanges, vlans, self.own_interfaces, held)
        return self.host(
            Firewall(asn, tuple(routes), self.peers(vlans)),
            packet_filter,
            self.vlan_interfaces(vlans),
        )

    def _routes(
        self, vlans: Iterable[FirewallVlan], held: dict[str, tuple[IPNetwork, ...]]
    ) -> Iterator[StaticRoute]:
        for vlan in vlans:
            hops: dict[int, IPAddress] = {address.version: address for address in vlan.pe}
            for prefix in held.get(vlan.vpn, ()):
                yield StaticRoute(prefix, hops[prefix.version])
