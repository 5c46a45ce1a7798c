"""Hypothesis strategies: networks with registers of applications and exchanges, and packets."""

from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Literal

from hypothesis import strategies as st

from egovnet.inventory.model import (
    Application,
    Exchange,
    Filtering,
    IPNetwork,
    Network,
    Region,
    Router,
    ZoneName,
)
from egovnet.inventory.with_platform import with_platform
from tests.strategies import networks

DAY = date(2026, 11, 29)
_PORTS = st.sampled_from([1, 22, 53, 80, 443, 8443, 65535, "8000-8010", "60-100", "400-450"])
_PROTOCOLS = st.sampled_from(["tcp", "tcp", "udp", "icmp"])
#: Most of them hold today; others have ended, or begin later.
_DAYS = st.sampled_from(
    [
        ("2026-04-01", "2099-01-01"),
        ("2026-11-29", "2026-11-29"),
        ("2026-04-01", "2026-11-28"),
        ("2026-11-30", "2026-12-31"),
    ]
)
_FILTERING = st.sampled_from([Filtering.ENFORCED] * 3 + list(Filtering))
_OWNERS = ("party", "congress", "government")
_REGIONS = ("centre", "west", "south")


@dataclass(frozen=True)
class DrawnPacket:
    """A packet at an access, of either direction of its connection."""

    source: IPv4Address | IPv6Address
    target: IPv4Address | IPv6Address
    protocol: Literal["tcp", "udp", "icmp"]
    source_port: int
    target_port: int
    icmp_type: int
    direction: Literal["open", "reply"]


@st.composite
def networks_with_registers(draw: st.DrawFn) -> Network:
    """A network of a day: filtered VPNs, applications, exchanges in force and others."""
    wanted = networks(max_edges=2, max_vpns=3, max_sites=3).filter(lambda n: len(n.sites) > 1)
    network = draw(wanted)
    sites = {
        name: site.model_copy(update={"region": draw(st.sampled_from(_REGIONS))})
        for name, site in network.sites.items()
    }
    vpns = {
        name: vpn.model_copy(
            update={"filtering": draw(_FILTERING), "zone": ZoneName.INTRANET, "owner": owner}
        )
        for (name, vpn), owner in zip(network.vpns.items(), _OWNERS, strict=False)
    }
    regions = {**network.regions, "south": Region(name="South", tier="prefecture", parent="west")}
    routers = {**network.routers, "fw1": _firewall()}
    network = network.model_copy(
        update={"sites": sites, "vpns": vpns, "regions": regions, "routers": routers}
    )
    owned = {vpn: _prefixes(network, vpn) for vpn in vpns}
    with_sites = [vpn for vpn in vpns if owned[vpn]]
    applications: dict[str, Application] = {}
    exchanges: dict[str, Exchange] = {}
    for number in range(draw(st.integers(1, 4)) if with_sites else 0):
        vpn = draw(st.sampled_from(with_sites))
        applications[f"app{number}"] = draw(_application(network, vpn, owned[vpn]))
    for number in range(draw(st.integers(1, 4)) if len(with_sites) > 1 else 0):
        ends = draw(st.permutations(with_sites))[:2]
        exchanges[f"exchange{number}"] = draw(_exchange(network, ends, owned))
    made = network.model_copy(update={"applications": applications, "exchanges": exchanges})
    return with_platform(made, DAY)


def _firewall() -> Router:
    return Router.model_validate(
        {
            "hostname": "fw1.example",
            "platform": "frr",
            "region": "west",
            "tier": "province",
            "roles": ["firewall"],
            "management": "172.20.20.200/24",
            "attachment": {"pe": "pe1", "pe-port": "eth99", "port": "eth1"},
        }
    )


def _prefixes(network: Network, vpn: str) -> list[IPNetwork]:
    return [p for site in network.sites.values() if site.vpn == vpn for p in site.prefixes]


@st.composite
def _within(draw: st.DrawFn, prefixes: list[IPNetwork]) -> list[str]:
    """One to three prefixes, each within one of `prefixes`."""
    found = []
    for _ in range(draw(st.integers(1, 3))):
        prefix = draw(st.sampled_from(prefixes))
        longer = draw(st.integers(0, min(4, prefix.max_prefixlen - prefix.prefixlen)))
        part = draw(st.integers(0, 2**longer - 1))
        length = prefix.prefixlen + longer
        first = int(prefix.network_address) + (part << (prefix.max_prefixlen - length))
        found.append(str(type(prefix)((first, length))))
    return found


@st.composite
def _connections(draw: st.DrawFn) -> dict[str, Any]:
    protocol = draw(_PROTOCOLS)
    if protocol == "icmp":
        return {"protocol": protocol}
    return {"protocol": protocol, "ports": draw(st.lists(_PORTS, min_size=1, max_size=3))}


@st.composite
def _application(
    draw: st.DrawFn, network: Network, vpn: str, owned: list[IPNetwork]
) -> Application:
    own_sites = [name for name, site in network.sites.items() if site.vpn == vpn]
    users: dict[str, Any] = {}
    if draw(st.booleans()):
        users["sites"] = draw(st.lists(st.sampled_from(own_sites), min_size=1, unique=True))
    if draw(st.booleans()):
        users["regions"] = [draw(st.sampled_from(_REGIONS))]
    return Application.model_validate(
        {
            "name": "Drawn",
            "owner": network.vpns[vpn].owner,
            "vpn": vpn,
            "level": 2,
            "servers": draw(_within(owned)),
            "users": users,
            **draw(_connections()),
        }
    )


@st.composite
def _exchange(
    draw: st.DrawFn, network: Network, ends: list[str], owned: dict[str, list[IPNetwork]]
) -> Exchange:
    source, target = (
        {
            "agency": network.vpns[vpn].owner,
            "vpn": vpn,
            "prefixes": draw(_within(owned[vpn])),
        }
        for vpn in ends
    )
    first, last = draw(_DAYS)
    return Exchange.model_validate(
        {
            "from": source,
            "to": target,
            "opened-by": draw(st.sampled_from(["from", "both"])),
            "level": 2,
            "owner": network.vpns[ends[0]].owner,
            "approved-by": "Li Na",
            "approved-on": "2026-03-02",
            "reason": "drawn",
            "valid-from": first,
            "valid-until": last,
            **draw(_connections()),
        }
    )


@st.composite
def packets(draw: st.DrawFn, network: Network) -> DrawnPacket:
    """A packet as a register's entry has it, or with something beside it in one place or more."""
    written = [*network.applications.values(), *network.exchanges.values()]
    entry = draw(st.sampled_from(written)) if written else None
    everywhere = [p for site in network.sites.values() for p in site.prefixes]
    openers, servers, ports = everywhere, everywhere, (443,)
    if isinstance(entry, Application):
        own = [site for site in network.sites.values() if site.vpn == entry.vpn]
        openers = [p for site in own for p in site.prefixes]
        servers = list(entry.servers)
    elif isinstance(entry, Exchange):
        openers, servers = map(list, (entry.source.prefixes, entry.target.prefixes))
        if draw(st.integers(0, 3)) == 0:
            openers, servers = servers, openers
    if entry is not None and entry.ports:
        ports = tuple(port for ends in entry.port_ranges for port in ends)
    version = draw(st.sampled_from(sorted({p.version for p in servers})))
    opener = _address(draw, [p for p in openers if p.version == version] or everywhere)
    server = _address(draw, [p for p in servers if p.version == opener.version] or everywhere)
    port = draw(st.sampled_from(ports)) + draw(st.sampled_from([0, 0, 0, 1, -1]))
    direction = draw(st.sampled_from(["open", "reply"]))
    answers = direction == "reply"
    if draw(st.integers(0, 9)) == 0:
        answers = not answers
    echo = (8, 0) if server.version == 4 else (128, 129)
    protocol = entry.protocol if entry is not None else "tcp"
    if draw(st.integers(0, 9)) == 0:
        protocol = draw(st.sampled_from(["tcp", "udp", "icmp"]))
    return DrawnPacket(
        server if answers else opener,
        opener if answers else server,
        protocol,
        port if answers else 40000,
        40000 if answers else port,
        draw(st.sampled_from([echo[answers], echo[answers], *echo, 3])),
        direction,
    )


def _address(draw: st.DrawFn, prefixes: list[IPNetwork]) -> IPv4Address | IPv6Address:
    prefix = draw(st.sampled_from(prefixes))
    first, last = int(prefix.network_address), int(prefix.broadcast_address)
    numbers = (first, last, (first + last) // 2, first, first - 1, last + 1)
    return type(prefix.network_address)(draw(st.sampled_from(numbers)))
