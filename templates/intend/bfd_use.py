"""Where BFD is spoken, and how fast: what an inventory and the platforms' capabilities come to."""

from egovnet.inventory.model import BfdTimers, Circuit, Network, Site, SiteNetworkAccess
from egovnet.templates.model.device import BfdProfile
from egovnet.templates.registry import platform

#: Names of the profiles on a router.
CIRCUIT, ACCESS = "circuit", "access"


def circuit_bfd(network: Network, circuit: Circuit) -> BfdProfile | None:
    """The profile of both ends; None: BFD is not asked for, or an end's platform has none."""
    timers = network.backbone.bfd.circuits
    asked = timers.enabled if circuit.bfd is None else circuit.bfd
    routers = (circuit.a.router, circuit.b.router)
    able = asked and all(_can(network, router) for router in routers)
    return _profile(CIRCUIT, timers) if able else None


def access_bfd(network: Network, site: Site, access: SiteNetworkAccess) -> BfdProfile | None:
    """The profile of an access's sessions; None: BFD is not asked for, or its PE has none, or none
    that goes with TTL security."""
    timers = network.backbone.bfd.accesses
    if access.routing_protocol != "bgp":
        return None
    asked = access.bfd
    if asked is None:
        asked = timers.enabled and len(site.site_network_accesses) > 1
    able = asked and _can(network, access.pe)
    if able and access.ttl_security:
        able = platform(network.routers[access.pe].platform).capabilities.bfd_with_ttl_security
    return _profile(ACCESS, timers) if able else None


def _can(network: Network, router: str) -> bool:
    return platform(network.routers[router].platform).capabilities.bfd


def _profile(name: str, timers: BfdTimers) -> BfdProfile:
    return BfdProfile(name, timers.interval, timers.multiplier)
