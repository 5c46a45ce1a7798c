"""The two inventories between which chaos changes the network."""

import re
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.inventories import BACKBONE

_SITE: dict[str, Any] = {
    "party-shanghai": {
        "description": "Municipal party committee, Shanghai",
        "region": "shanghai",
        "vpn": "party",
        "prefixes": ["10.1.13.0/24", "fde9:1:13::/64"],
        "site-network-accesses": {
            "main": {"pe": "sh-pe1", "port": "eth3", "routing-protocol": "bgp"}
        },
    }
}


def make_inventories(
    root: Path, network: str, hosts: Callable[[str], str], vpns: Collection[str]
) -> None:
    """`old` and `new` under `root`: a network of its own; `hosts` makes its hosts.yaml.

    New are a site at sh-pe1, a packet filter that records what the accesses of one VPN let in,
    another limit in every BGP access of `vpns`, and the number of one VRF
    of theirs: its table, so that Linux makes it anew, and its route distinguisher.
    """
    for name in ("old", "new"):
        shutil.copytree(BACKBONE, root / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        path = root / name / "network.yaml"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub("(?m)^name: reference$", f"name: {network}", text), encoding="utf-8")
        path = root / name / "hosts.yaml"
        path.write_text(hosts(path.read_text(encoding="utf-8")), encoding="utf-8")
    for path in (root / "new/sites").glob("*.yaml"):
        sites = yaml.safe_load(path.read_text(encoding="utf-8"))
        for site in sites.values():
            if site["vpn"] in vpns:
                _limit(site["site-network-accesses"])
        if path.stem == "shanghai":
            sites.update(_SITE)
        path.write_text(yaml.safe_dump(sites, sort_keys=False), encoding="utf-8")
    path = root / "new" / "vpns.yaml"
    described = yaml.safe_load(path.read_text(encoding="utf-8"))
    described[sorted(vpns)[0]]["filtering"] = "observed"
    path.write_text(yaml.safe_dump(described, sort_keys=False), encoding="utf-8")
    path = root / "new" / "plan.lock.yaml"
    lock = yaml.safe_load(path.read_text(encoding="utf-8"))
    numbers = lock["pools"]["vrf/gd-pe1"]
    assert "party" in vpns
    assert 1077 not in numbers.values()
    numbers["party"] = 1077
    path.write_text(yaml.safe_dump(lock, sort_keys=False), encoding="utf-8")


def _limit(accesses: Mapping[str, dict[str, Any]]) -> None:
    for access in accesses.values():
        if access["routing-protocol"] == "bgp":
            access["maximum-prefix"] = 77
