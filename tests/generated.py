"""Networks of any size for benchmarks, and inventories written from models."""

import json
from pathlib import Path
from typing import Any

from egovnet.inventory.model import Network
from tests.strategies import BACKBONE

_Section = dict[str, Any]


def nation(edges: int, accesses: int, *, group: int | None = None) -> dict[str, _Section]:
    """Sections of an inventory: `edges` PEs, each with one site in each of `accesses` VPNs.

    The VPNs span all edges in the region "west"; with `group` each spans so many edges, which are
    a region ("west1", ...) and have VPNs of their own: then tables do not grow with the network.
    """
    groups = [range(first, min(first + (group or edges), edges + 1))
              for first in range(1, edges + 1, group or max(edges, 1))]  # fmt: skip
    names = [""] if group is None else [str(number) for number in range(1, len(groups) + 1)]
    vpns: _Section = {}
    hosts: _Section = {}
    circuits: _Section = {}
    sites: _Section = {}
    regions: _Section = {"centre": {"name": "Centre", "tier": "centre"}}
    for number in range(1, 3):
        hosts[f"rr{number}"] = _host(number, "centre", "centre", ["p", "rr"])
    for name, members in zip(names, groups, strict=True):
        regions[f"west{name}"] = {
            "name": f"West {name}".strip(),
            "tier": "province",
            "parent": "centre",
        }
        prefix = f"vpn{name}v" if name else "vpn"
        for number in range(1, accesses + 1):
            vpns[f"{prefix}{number}"] = {
                "name": f"VPN {name} {number}" if name else f"VPN {number}",
                "zone": "intranet" if number % 2 else "extranet",
                "owner": "government" if number % 2 else "tax",
                "vpn-service-topology": "hub-spoke" if number % 5 == 0 else "any-to-any",
            }
        for edge in members:
            hosts[f"pe{edge}"] = _host(edge + 2, f"west{name}", "province", ["pe"])
            for core in (1, 2):
                circuits[f"pe{edge}--rr{core}"] = {
                    "a": {"router": f"pe{edge}", "port": f"eth{core}"},
                    "b": {"router": f"rr{core}", "port": f"eth{edge}x"},
                }
            for number in range(1, accesses + 1):
                where = {"region": f"west{name}", "vpn": f"{prefix}{number}"}
                sites[f"site{edge}-{number}"] = where | _site(edge, number, accesses)
                if number % 5 == 0:
                    role = "hub-role" if edge == members[0] else "spoke-role"
                    sites[f"site{edge}-{number}"]["site-role"] = role
    return {
        "network": BACKBONE
        | {
            "pools": dict(BACKBONE["pools"])  # type: ignore[call-overload] # a nested mapping
            | {
                "loopback-ipv4": "10.255.0.0/16",
                "circuit-ipv4": "10.254.0.0/16",
                "access-ipv4": "10.128.0.0/10",
            },
            "management": {"prefix": "172.16.0.0/12"},
        },
        "regions": regions,
        "agencies": {
            "government": {"name": "Government", "kind": "system"},
            "tax": {"name": "Tax", "kind": "department"},
        },
        "hosts": hosts,
        "groups": {"frr": {"platform": "frr"}},
        "defaults": {},
        "circuits": circuits,
        "vpns": vpns,
        "sites": sites,
    }


def write(sections: dict[str, _Section], directory: Path) -> Path:
    """Write sections as an inventory; JSON is YAML, and one entry a line keeps line numbers."""
    directory.mkdir(parents=True, exist_ok=True)
    for section, entries in sections.items():
        lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items())
        (directory / f"{section}.yaml").write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    return directory


def sections_of(network: Network) -> dict[str, _Section]:
    """`network` as the sections that would be written for it."""
    dumped = network.model_dump(mode="json", by_alias=True, exclude_unset=True)
    hosts = {
        name: {
            "hostname": router.pop("hostname"),
            "platform": router.pop("platform"),
            "data": router,
        }
        for name, router in dumped.pop("routers").items()
    }
    return {
        "network": dumped.pop("backbone"),
        "hosts": hosts,
        "groups": {},
        "defaults": {},
        **dumped,
    }


def network_of(sections: dict[str, _Section]) -> Network:
    """The network that `sections`, as `nation` makes them, mean."""
    hosts = {
        name: {"platform": "frr", "hostname": host["hostname"], **host["data"]}
        for name, host in sections["hosts"].items()
    }
    return Network.model_validate_json(
        json.dumps(
            {"backbone": sections["network"], "routers": hosts}
            | {k: sections[k] for k in ("regions", "agencies", "circuits", "vpns", "sites")}
        )
    )


def _host(number: int, region: str, tier: str, roles: list[str]) -> _Section:
    octets = f"{16 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
    return {
        "hostname": f"172.{octets}",
        "groups": ["frr"],
        "data": {
            "region": region,
            "tier": tier,
            "roles": roles,
            "management": f"172.{octets}/12",
        },
    }


def _site(edge: int, number: int, accesses: int) -> _Section:
    index = edge * accesses + number
    return {
        "prefixes": [
            f"10.{index >> 13}.{index >> 5 & 255}.{(index & 31) << 3}/29",
            f"fde9:1:{index >> 16:x}:{index & 0xFFFF:x}::/64",
        ],
        "site-network-accesses": {
            "main": {
                "pe": f"pe{edge}",
                "port": f"eth{90 + number % 2}",
                "routing-protocol": "bgp" if number % 2 else "static",
            }
        },
    }
