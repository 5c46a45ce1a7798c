"""The one order and spelling that facts have, so that equal routers give equal facts."""

from egovnet.inventory.model.address_text import written
from egovnet.templates.model.device import IPInterface
from egovnet.templates.model.facts import StaticFacts


def address_key(address: IPInterface) -> tuple[int, int, int]:
    """Interfaces list IPv4 first, then by number."""
    return address.version, int(address.ip), address.network.prefixlen


def static_key(route: StaticFacts) -> tuple[object, ...]:
    """Static routes by table, prefix and way out."""
    prefix = route.prefix
    return (
        route.vrf or "",
        -1 if route.table is None else route.table,
        prefix.version,
        int(prefix.network_address),
        prefix.prefixlen,
        written(route.next_hop or ""),
        route.interface or "",
        route.next_hop_vrf or "",
        route.discards,
    )
