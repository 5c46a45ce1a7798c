"""An inventory as reports draw it."""

from egovnet.inventory.model import TIER_ORDER, Network, Role, Router, ZoneName
from egovnet.playbooks.results.network_map import MapRegion, MapRouter, NetworkMap


def network_map(network: Network) -> NetworkMap:
    """The map of a network; its cost is linear in the network."""
    return NetworkMap(
        name=network.backbone.name,
        tiers=tuple(tier.value for tier in TIER_ORDER),
        routers={
            name: MapRouter(
                region=router.region,
                roles=_roles(router),
                tier=router.tier.value,
                core=bool(router.roles & {Role.P, Role.RR}),
            )
            for name, router in network.routers.items()
        },
        regions={
            name: MapRegion(region.name, region.tier.value, region.parent)
            for name, region in network.regions.items()
        },
        circuits={
            name: (circuit.a.router, circuit.b.router) for name, circuit in network.circuits.items()
        }
        | {
            f"{at.pe} {at.pe_port}": (at.pe, name)
            for name, router in network.routers.items()
            if (at := router.attachment) is not None
        },
        zones=tuple(zone.value for zone in ZoneName),
        zone_of={name: vpn.zone.value for name, vpn in network.vpns.items()},
    )


def _roles(router: Router) -> tuple[str, ...]:
    """As people write them: "P", "RR", and in full "platform", "firewall" and "gateway"."""
    roles = sorted(router.roles, key=list(Role).index)
    words = (Role.PLATFORM, Role.FIREWALL, Role.GATEWAY)
    return tuple(r.value if r in words else r.value.upper() for r in roles)
