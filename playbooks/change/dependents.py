"""Which sites depend on what of a network's routers: the index that impact is looked up in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import TypeVar

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import BehindPeSite, BorderSite, Network, Role
from egovnet.templates.intend.access_ends import access_addresses, access_interface, policy_name
from egovnet.templates.model.device import aggregates_policy

Sites = frozenset[str]
K = TypeVar("K", str, tuple[str, str])
_NOBODY: Sites = frozenset()


@dataclass(slots=True)
class RouterDependents:
    """Sites by what of one router they stand on, in the names of its text."""

    #: An interface, or the port under it.
    ports: dict[str, set[str]] = field(default_factory=dict)
    #: (VRF, address of the CE).
    sessions: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    policies: dict[str, set[str]] = field(default_factory=dict)
    #: (VRF, prefix).
    routes: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    vrfs: dict[str, set[str]] = field(default_factory=dict)
    #: VRF -> VPN.
    vpns: dict[str, str] = field(default_factory=dict)
    sites: set[str] = field(default_factory=set)
    #: Other names of a site in a diff: its interface, addresses, prefixes.
    words: dict[str, set[str]] = field(default_factory=dict)


class Dependents:
    """Of one inventory. Built once, linear in it."""

    def __init__(self, network: Network, allocation: Allocation) -> None:
        self.network = network
        #: Access ("site/access") -> its VLAN; None: it has none.
        self.vlans = allocation.vlan
        self.routers = {name: RouterDependents() for name in network.routers}
        #: Loopback -> router.
        self.owners = {str(ip): name for name, ip in allocation.loopback4.items()}
        self.owners |= {str(ip): name for name, ip in allocation.loopback6.items()}
        self.reflectors = frozenset(network.with_role(Role.RR))
        #: Route target -> VPN.
        self.targets = {
            f"{network.backbone.asn}:{number}": label.split("/")[0]
            for label, number in allocation.route_target.items()
        }
        self.circuits = {
            (end.router, end.port): name
            for name, circuit in network.circuits.items()
            for end in (circuit.a, circuit.b)
        }
        #: Addresses of CEs of accesses that are no more -> their sites.
        self.former_ends = _former_ends(allocation)
        for site, entry in network.sites.items():
            for name, access in entry.site_network_accesses.items():
                label = f"{site}/{name}"
                router = self.routers[access.pe]
                key = vrf_of(network, site, access)
                vrf = allocation.vrf_name[key]
                router.sites.add(site)
                router.vrfs.setdefault(vrf, set()).add(site)
                router.vpns[vrf] = entry.vpn
                interface = access_interface(network, access, allocation.vlan[label])
                ends = access_addresses(allocation, label)
                if isinstance(entry, BehindPeSite):
                    self._other_end(name, site, allocation)
                for port in {interface, access.port}:
                    router.ports.setdefault(port, set()).add(site)
                for end in ends.ce:
                    router.sessions.setdefault((vrf, str(end.ip)), set()).add(site)
                policies = [
                    policy_name(site, name) + family
                    for family in ("", "-ipv4", "-ipv6", "-out", "-out-ipv4", "-out-ipv6")
                ]
                if isinstance(entry, BorderSite) and entry.aggregate:
                    policies += [aggregates_policy(vrf) + f for f in ("", "-ipv4", "-ipv6")]
                for policy in policies:
                    router.policies.setdefault(policy, set()).add(site)
                for prefix in entry.prefixes:
                    router.routes.setdefault((vrf, str(prefix)), set()).add(site)
                for word in (interface, *(str(end.ip) for end in (*ends.pe, *ends.ce))):
                    router.words.setdefault(word, set()).add(site)

    def _other_end(self, firewall: str, site: str, allocation: Allocation) -> None:
        """The end of an access that is ours as well: a firewall's or a gateway's."""
        own, at = self.routers[firewall], self.network.routers[firewall].attachment
        label = f"{site}/{firewall}"
        ends = access_addresses(allocation, label)
        own.sites.add(site)
        if at is not None:
            port = f"{at.port}.{allocation.vlan[label]}"
            own.ports.setdefault(port, set()).add(site)
            own.words.setdefault(port, set()).add(site)
        for end in ends.pe:
            own.sessions.setdefault(("", str(end.ip)), set()).add(site)
            own.words.setdefault(str(end.ip), set()).add(site)
        for family in ("", "-ipv4", "-ipv6"):
            own.policies.setdefault(policy_name(site, firewall) + family, set()).add(site)

    def on(self, router: str) -> RouterDependents:
        """What stands on a router; nothing on one that the inventory does not have."""
        return self.routers.get(router) or RouterDependents()

    def sites_on(self, routers: Iterable[str]) -> Sites:
        """Sites with an access on any of the routers."""
        return _NOBODY.union(*(self.on(router).sites for router in routers))

    def vpns_of(self, sites: Iterable[str]) -> frozenset[str]:
        """VPNs of those sites that the inventory has."""
        known = self.network.sites
        return frozenset(known[site].vpn for site in sites if site in known)


def _former_ends(allocation: Allocation) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pool in ("access-ipv4", "access-ipv6"):
        for label, prefix in allocation.lock.retired.get(pool, {}).items():
            # the second host address is the CE's
            found.setdefault(str(ip_network(str(prefix))[2]), set()).add(label.split("/")[0])
    return found


def looked_up(indices: Iterable[Mapping[K, set[str]]], key: K) -> Sites:
    """The sites that any of the mappings has for the key."""
    return _NOBODY.union(*(index.get(key, ()) for index in indices))
