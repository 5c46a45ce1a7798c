"""Draft entries of `applications.yaml` for observed flows: for a person to go through.

They declare the flows and little more: servers are single addresses, users whole sites.
"""

from collections.abc import Iterable
from typing import Any

from egovnet.inventory.allocation.pool import natural
from egovnet.inventory.model import Network
from egovnet.playbooks.results.observed_flows import ObservedFlow

_Servers = tuple[str, ...]
_Users = frozenset[str]


def draft_applications(
    network: Network, flows: Iterable[ObservedFlow]
) -> dict[str, dict[str, Any]]:
    """Entry by name, as YAML has it: each server's ports by their users; equal ones together."""
    users: dict[tuple[str, str, str], dict[int | None, set[str]]] = {}
    for flow in flows:
        server = users.setdefault((flow.vpn, flow.protocol, flow.target), {})
        server.setdefault(flow.port, set()).add(flow.source_site)
    ports: dict[tuple[str, str, str, _Users], list[int | None]] = {}
    for (vpn, protocol, target), by_port in users.items():
        for port, own_sites in by_port.items():
            ports.setdefault((vpn, protocol, target, frozenset(own_sites)), []).append(port)
    servers: dict[tuple[str, str, tuple[int | None, ...], _Users], list[str]] = {}
    for (vpn, protocol, target, sites), own in ports.items():
        key = (vpn, protocol, tuple(sorted(own, key=lambda port: port or 0)), sites)
        servers.setdefault(key, []).append(target)
    drafts: dict[str, dict[str, Any]] = {}
    for (vpn, protocol, own_ports, sites), targets in servers.items():
        name = _free_name(f"observed-{vpn}-{protocol}", {*network.applications, *drafts})
        drafts[name] = {
            "name": f"Observed: {protocol} of {len(targets)} servers",
            "owner": network.vpns[vpn].owner,
            "vpn": vpn,
            "level": network.vpns[vpn].level or 1,
            "servers": [_alone(target) for target in sorted(targets, key=natural)],
            "protocol": protocol,
            **({"ports": [p for p in own_ports if p is not None]} if protocol != "icmp" else {}),
            "users": {"sites": sorted(sites, key=natural)},
        }
    return drafts


def _alone(address: str) -> str:
    return f"{address}/128" if ":" in address else f"{address}/32"


def _free_name(wanted: str, taken: set[str]) -> str:
    number = 1
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
