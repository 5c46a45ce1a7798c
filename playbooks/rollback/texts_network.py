"""The network that routers' texts make: what of an inventory they have.

For a rollback by texts, after which nobody knows the intent: a day-0 text has no customer and no
circuit, so nothing is to be reached through it.
"""

from collections.abc import Mapping

from egovnet.inventory.allocation.allocate import Allocation, vrf_of
from egovnet.inventory.model import CircuitEnd, Network, Role, SiteNetworkAccess
from egovnet.templates.intend.access_ends import access_interface
from egovnet.templates.model.facts import DeviceFacts


def network_in(
    network: Network, allocation: Allocation, facts: Mapping[str, DeviceFacts]
) -> Network:
    """`network` without the circuits, accesses and BGP speakers that `facts` do not have.

    A router without facts has all that the network says. What only the facts have is not added:
    nobody knows whose it is.
    """

    def has_circuit(end: CircuitEnd) -> bool:
        known = facts.get(end.router)
        if known is None:
            return True
        port = known.interfaces.get(end.port)
        return port is not None and bool(port.igp)

    def has_access(site: str, name: str, access: SiteNetworkAccess) -> bool:
        known = facts.get(access.pe)
        if known is None:
            return True
        port = access_interface(network, access, allocation.vlan[f"{site}/{name}"])
        found = known.interfaces.get(port)
        vrf = allocation.vrf_name[vrf_of(network, site, access)]
        return found is not None and found.vrf == vrf

    sites = {}
    for site, entry in network.sites.items():
        accesses = {
            name: access
            for name, access in entry.site_network_accesses.items()
            if has_access(site, name, access)
        }
        if accesses:
            sites[site] = entry.model_copy(update={"site_network_accesses": accesses})
    silent = {
        name
        for name, known in facts.items()
        if name in network.routers
        and network.routers[name].attachment is None
        and (None not in known.bgp or not known.bgp[None].neighbors)
    }
    routers = {
        name: router.model_copy(update={"roles": frozenset({Role.P})}) if name in silent else router
        for name, router in network.routers.items()
    }
    circuits = {
        name: circuit
        for name, circuit in network.circuits.items()
        if has_circuit(circuit.a) and has_circuit(circuit.b)
    }
    return network.model_copy(update={"sites": sites, "routers": routers, "circuits": circuits})
