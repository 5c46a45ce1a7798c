"""A firewall of the platform on a real router that announces everything it should not.

Its own filters and RFC 8212 are taken away by hand, so that what is left between agencies is the
PEs' filters alone. Prefixes are drawn: other agencies' whole, parts of them and what holds them,
the backbone's own, strangers', and the default route.
"""

import json
import random
import shlex
import time
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, ip_network

from egovnet.inventory.allocation.allocate import vrf_of
from egovnet.inventory.model import Network
from egovnet.lab.backend import Backend
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.intend.access_ends import access_addresses

#: Seconds until PEs have heard all; sessions may have to come up first.
_SECONDS = 60.0


def drawn_prefixes(network: Network, number: int, seed: int) -> tuple[IPv4Network, ...]:
    """Up to `number` prefixes of IPv4, the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 -- draws, no secrets
    held = [
        prefix
        for site in network.sites.values()
        for prefix in site.prefixes
        if isinstance(prefix, IPv4Network)
    ]
    found = {ip_network("0.0.0.0/0"), *_whole(network)}
    while len(found) < number:
        prefix = chance.choice(held)
        length = chance.choice((8, 16, prefix.prefixlen, 25, 28, 32))
        address = prefix[chance.randrange(prefix.num_addresses)]
        found.add(IPv4Network((address, length), strict=False))
    return tuple(sorted(found))


def _whole(network: Network) -> Iterator[IPv4Network]:
    pools = network.backbone.pools
    yield from (pools.loopback_ipv4, network.backbone.management.prefix)
    yield from (ip_network(one) for one in ("8.8.8.0/24", "192.0.2.1/32"))


def announce(
    lab: Backend, workspace: Workspace, firewall: str, prefixes: Iterable[IPv4Network]
) -> None:
    """Announce all of them to every agency, and what one agency announces to the others."""
    device = workspace.devices[firewall]
    assert device.firewall is not None
    lines = [f"router bgp {device.firewall.asn}", "no bgp ebgp-requires-policy"]
    lines.append("no bgp network import-check")
    lines += ["address-family ipv4 unicast", *(f"network {prefix}" for prefix in prefixes)]
    for name, site in workspace.network.sites.items():
        if firewall in site.site_network_accesses:
            peer = access_addresses(workspace.allocation, f"{name}/{firewall}").pe[0].ip
            lines += [f"no neighbor {peer} route-map exchange-{site.vpn}_{firewall}-ipv4 out"]
            lines += [f"no neighbor {peer} route-map nothing in"]
    text = shlex.quote("\n".join((*lines, "end", "")))
    load = f"printf %s {text} >/run/wild.conf && vtysh -f /run/wild.conf"
    done = lab.exec(firewall, f"{load} && vtysh -c 'clear bgp ipv4 unicast * soft'")
    assert done.exit_code == 0, done.stdout + done.stderr


def taken(lab: Backend, workspace: Workspace, firewall: str) -> dict[str, set[IPv4Network]]:
    """VPN -> prefixes that its VRF at the firewall's PE has taken from the firewall."""
    found: dict[str, set[IPv4Network]] = {}
    for name, site in workspace.network.sites.items():
        if firewall in site.site_network_accesses:
            label, access = f"{name}/{firewall}", site.site_network_accesses[firewall]
            vrf = workspace.allocation.vrf_name[vrf_of(workspace.network, name, access)]
            peer = access_addresses(workspace.allocation, label).ce[0].ip
            show = f"show bgp vrf {vrf} ipv4 unicast neighbors {peer} routes json"
            routes = json.loads(lab.exec(access.pe, f"vtysh -c '{show}'").stdout).get("routes", {})
            found[site.vpn] = {IPv4Network(prefix) for prefix in routes}
    return found


def settled(
    lab: Backend, workspace: Workspace, firewall: str, expected: dict[str, set[IPv4Network]]
) -> dict[str, set[IPv4Network]]:
    """What was taken, once it is what is expected, or the time is over."""
    deadline = time.monotonic() + _SECONDS
    while (now := taken(lab, workspace, firewall)) != expected and time.monotonic() < deadline:
        time.sleep(1)
    return now
