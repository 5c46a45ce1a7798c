"""Hypothesis strategies: valid networks of any small size, and what may happen to them.

A network here is what `inventory.load` could have returned: `tests/inventory` checks that
every one of them passes the cross checks and survives being written and read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from egovnet.inventory.model import (
    Agency,
    Backbone,
    Circuit,
    Network,
    Region,
    Router,
    ServiceState,
    Site,
    SiteNetworkAccess,
    SiteRole,
    Topology,
    Vpn,
    ZoneName,
)

_ALL_POOLS = {
    "loopback-ipv4": "10.255.0.0/20",
    "loopback-ipv6": "fde9:ff::/64",
    "circuit-ipv4": "10.254.0.0/18",
    "circuit-ipv6": "fde9:fe::/64",
    "access-ipv4": "10.200.0.0/14",
    "access-ipv6": "fde9:fa::/64",
    "vlan": {"first": 100, "last": 3999},
    "site-asn": {"first": 4200000001, "last": 4200099999},
}
BACKBONE = {
    "name": "generated",
    "asn": 65000,
    "isis-area": "49.0001",
    "zones": {
        "intranet": {"vrf-prefix": "i", "route-targets": {"first": 1001, "last": 1999}},
        "extranet": {"vrf-prefix": "e", "route-targets": {"first": 2001, "last": 2999}},
    },
    "pools": _ALL_POOLS,
    "management": {"vrf": "mgmt", "table": 1001, "port": "eth0", "prefix": "172.20.20.0/24"},
}
#: What a site may use: far from every pool.
_SITES4 = ip_network("10.0.0.0/9")
_SITES6 = ip_network("fde9:1::/40")
#: With IPv6, and without.
_POOLS = {
    True: _ALL_POOLS,
    False: {name: pool for name, pool in _ALL_POOLS.items() if not name.endswith("ipv6")},
}
#: The backbone's AS: of two octets, and of four.
BOTH_VERSIONS = st.just(frozenset({4, 6}))
_VERSIONS = st.one_of(BOTH_VERSIONS, BOTH_VERSIONS, st.just(frozenset({4})))
_ASNS = st.sampled_from([65000, 4210000000])
#: Most customers are there.
_STATES = st.sampled_from([ServiceState.IN_SERVICE] * 4 + [ServiceState.WAITING])
_SYSTEMS = ("party", "congress", "government", "cppcc", "court", "procuratorate")
#: Names that sort differently as text and as numbers, and that share beginnings.
_SITE_NAMES = ("gov-{}", "gov-{}-east", "site{}", "a-{}")


_MAYBE = st.sampled_from([None, None, True, False])
_BFD_TIMERS = st.fixed_dictionaries(
    {
        "enabled": st.booleans(),
        "interval": st.sampled_from([50, 200, 300, 1000]),
        "multiplier": st.integers(2, 5),
    }
)
_BFD = st.fixed_dictionaries({"circuits": _BFD_TIMERS, "accesses": _BFD_TIMERS})
_AUTHENTICATION = st.sampled_from(
    [
        {},
        {"isis": "hmac-md5"},
        {"ldp": "tcp-md5", "bgp": "tcp-md5"},
        {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"},
    ]
)


@dataclass
class _Draft:
    """A network in the making: counters that keep everything valid."""

    sites: dict[str, Site] = field(default_factory=dict)
    prefixes: int = 0
    ports: int = 0
    vlans: int = 4000  # above the pool, so that no explicit VLAN meets an allocated one
    asns: int = 64512
    #: IP versions that the network has.
    versions: frozenset[int] = frozenset({4, 6})


@st.composite
def networks(
    draw: st.DrawFn,
    max_edges: int = 4,
    max_vpns: int = 5,
    max_sites: int = 4,
    versions: st.SearchStrategy[frozenset[int]] = _VERSIONS,
    *,
    authentication: Mapping[str, str] | None = None,
) -> Network:
    """A valid network: both topologies and zones, static and BGP, multihoming, an AS of two octets
    or of four, with IPv6 or without.
    """
    cores = [f"p{index}" for index in range(1, draw(st.integers(1, 2)) + 1)]
    edges = [f"pe{index}" for index in range(1, draw(st.integers(1, max_edges)) + 1)]
    vpns = draw(_vpns(max_vpns))
    draft = _Draft(versions=draw(versions))
    for vpn_id, vpn in vpns.items():
        for index in range(draw(st.integers(0, max_sites))):
            _add_site(draw, draft, vpn_id, vpn, edges, first=index == 0)
    return Network(
        backbone=Backbone.model_validate(
            BACKBONE
            | {
                "asn": draw(_ASNS),
                "pools": _POOLS[6 in draft.versions],
                "bfd": draw(_BFD),
                "authentication": draw(_AUTHENTICATION)
                if authentication is None
                else authentication,
            }
        ),
        regions={
            "centre": Region(name="Centre", tier="centre"),
            "west": Region(name="West", tier="province", parent="centre"),
        },
        agencies={
            **{name: Agency(name=name, kind="system") for name in _SYSTEMS},
            "tax": Agency(name="Tax", kind="department"),
        },
        routers={
            name: _router(draw, draft, index, name, core=name in cores)
            for index, name in enumerate([*cores, *edges])
        },
        circuits=_circuits(draw, cores, edges),
        vpns=vpns,
        sites=draft.sites,
    )


@st.composite
def shuffled(draw: st.DrawFn, network: Network) -> Network:
    """The same network, every mapping in another order."""
    changes: dict[str, Any] = {}
    for name in ("regions", "agencies", "routers", "circuits", "vpns", "sites"):
        entries = getattr(network, name)
        changes[name] = {key: entries[key] for key in draw(st.permutations(list(entries)))}
    for name, site in changes["sites"].items():
        accesses = site.site_network_accesses
        order = draw(st.permutations(list(accesses)))
        changes["sites"][name] = site.model_copy(
            update={"site_network_accesses": {key: accesses[key] for key in order}}
        )
    return network.model_copy(update=changes)


@st.composite
def parts(draw: st.DrawFn, network: Network) -> Network:
    """What is left when some sites, circuits, edges and VPNs are not there (yet, or any more)."""
    kept_vpns = draw(_some(network.vpns))
    kept_edges = draw(_some([n for n in network.routers if n.startswith("pe")]))
    routers = {n: r for n, r in network.routers.items() if n.startswith("p") and n[1:2] != "e"}
    routers |= {n: network.routers[n] for n in kept_edges}
    circuits = {
        name: circuit
        for name, circuit in network.circuits.items()
        if circuit.a.router in routers and circuit.b.router in routers
    }
    sites = {
        name: site
        for name, site in network.sites.items()
        if site.vpn in kept_vpns
        and all(access.pe in routers for access in site.site_network_accesses.values())
    }
    kept_sites = draw(_some(sites))
    return network.model_copy(
        update={
            "vpns": {n: v for n, v in network.vpns.items() if n in kept_vpns},
            "routers": routers,
            "circuits": {n: circuits[n] for n in draw(_some(circuits))},
            "sites": {n: sites[n] for n in kept_sites},
        }
    )


def _some(names: Iterable[str]) -> st.SearchStrategy[list[str]]:
    ordered = sorted(names)
    if not ordered:
        return st.just([])
    return st.lists(st.sampled_from(ordered), unique=True)


@st.composite
def _vpns(draw: st.DrawFn, most: int) -> dict[str, Vpn]:
    result: dict[str, Vpn] = {}
    for index in range(draw(st.integers(0, most))):
        zone = draw(st.sampled_from(ZoneName))
        owner = draw(st.sampled_from([*_SYSTEMS, *(["tax"] if zone == "extranet" else [])]))
        result[draw(st.sampled_from(["vpn", "n"])) + str(index)] = Vpn(
            name=f"VPN {index}",
            zone=zone,
            owner=owner,
            vpn_service_topology=draw(st.sampled_from(Topology)),
        )
    return result


def _router(draw: st.DrawFn, draft: _Draft, index: int, name: str, *, core: bool) -> Router:
    explicit = draw(st.sampled_from(["none", "none", "inside", "outside"]))
    loopbacks = {
        "none": {},
        "inside": {"loopback_ipv4": f"10.255.8.{index + 1}"},
        "outside": {
            "loopback_ipv4": f"100.64.2.{index + 1}",
            **({"loopback_ipv6": f"fde9:db8::{index + 1}"} if 6 in draft.versions else {}),
        },
    }[explicit]
    return Router.model_validate(
        {
            "hostname": f"{name}.example",
            "platform": "frr",
            "region": "centre" if core else "west",
            "tier": "centre" if core else "province",
            "roles": ["p", "rr"] if core else ["pe"],
            "management": f"172.20.20.{index + 11}/24",
            # one of several cores may be on its way out: who joins sites may not
            "state": draw(st.sampled_from(["in-service", "leaving"]))
            if core and index
            else "in-service",
            **loopbacks,
        }
    )


def _circuits(draw: st.DrawFn, cores: list[str], edges: list[str]) -> dict[str, Circuit]:
    result: dict[str, Circuit] = {}
    pairs = [(edge, core) for edge in edges for core in cores]
    for number, (edge, core) in enumerate([*pairwise(cores), *pairs], start=1):
        result[f"{edge}--{core}"] = Circuit.model_validate(
            {
                "a": {"router": edge, "port": f"eth{number}"},
                "b": {"router": core, "port": f"eth{number}"},
                "metric": draw(st.integers(1, 100)),
                "bfd": draw(_MAYBE),
            }
        )
    return result


def _add_site(
    draw: st.DrawFn, draft: _Draft, vpn_id: str, vpn: Vpn, edges: list[str], *, first: bool
) -> None:
    role = SiteRole.ANY_TO_ANY
    if vpn.vpn_service_topology is Topology.HUB_SPOKE:
        role = SiteRole.HUB if first or draw(st.booleans()) else SiteRole.SPOKE
    name = draw(st.sampled_from(_SITE_NAMES)).format(len(draft.sites))
    state = draw(_STATES)
    draft.sites[name] = Site(
        region="west",
        vpn=vpn_id,
        site_role=role,
        state=state,
        prefixes=tuple(_prefixes(draw, draft)),
        asn=_asn(draw, draft),
        site_network_accesses={
            access: _access(draw, draft, draw(st.sampled_from(edges)), state)
            for access in ("main", "east-main", "backup")[: draw(st.integers(1, 3))]
        },
    )


def _prefixes(draw: st.DrawFn, draft: _Draft) -> list[IPv4Network | IPv6Network]:
    either = [(4,), (4, 4), (6,), (4, 6), (6, 4), (4, 4, 6)]
    families = draw(st.sampled_from([f for f in either if draft.versions.issuperset(f)]))
    result: list[IPv4Network | IPv6Network] = []
    for family in families:
        draft.prefixes += 1
        length, pool = (24, _SITES4) if family == 4 else (64, _SITES6)
        start = int(pool[0]) + (draft.prefixes << (pool.max_prefixlen - length))
        result.append(type(pool)((start, draw(st.integers(length, pool.max_prefixlen)))))
    return result


def _asn(draw: st.DrawFn, draft: _Draft) -> int | None:
    kind = draw(st.sampled_from(["allocated", "outside", "inside"]))
    if kind == "allocated":
        return None
    draft.asns += 1
    # Far up the pool, where allocation from below does not come.
    return draft.asns if kind == "outside" else 4200090000 + draft.asns - 64512


def _access(draw: st.DrawFn, draft: _Draft, pe: str, of_site: ServiceState) -> SiteNetworkAccess:
    kind = draw(st.sampled_from(["allocated", "allocated", "explicit", "untagged"]))
    values: dict[str, Any] = {"pe": pe, "port": draw(st.sampled_from(["eth90", "eth91"]))}
    if kind == "untagged":
        draft.ports += 1
        values |= {"port": f"c{draft.ports}", "vlan": "untagged"}
    elif kind == "explicit":
        draft.vlans += 1
        values["vlan"] = draft.vlans
    values["routing-protocol"] = draw(st.sampled_from(["static", "bgp"]))
    if values["routing-protocol"] == "bgp":
        values["access-priority"] = draw(st.integers(1, 300))
        values["maximum-prefix"] = draw(st.integers(1, 1000))
        values["bfd"] = draw(_MAYBE)
        values["timers"] = draw(st.sampled_from([None, None, {"keepalive": 3, "hold": 9}]))
    if of_site is ServiceState.IN_SERVICE:
        values["state"] = draw(st.one_of(st.none(), _STATES))
    return SiteNetworkAccess.model_validate(values)
