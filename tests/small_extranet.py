"""A small network for a lab: three PEs, two departments with one address plan, classes A, E and F.

Customs has the prefixes of health, and one of an agency of the intranet.
"""

from pathlib import Path

import yaml

from tests.extranet_network import AGENCIES
from tests.loopback import loopback_network
from tests.playbooks.console import copy_of_backbone, slower_bfd

_ROUTERS = {"bj-p1", "bj-pe1", "gd-pe1", "sh-pe1"}
VPNS = """\
party: {name: Party business network, zone: intranet, owner: party}
public: {name: Public services, zone: extranet, owner: informatization, part: public}
taxation: {name: Taxation, zone: extranet, owner: taxation, part: department}
health: {name: Health, zone: extranet, owner: health, part: department, address-plan: own}
customs: {name: Customs, zone: extranet, owner: customs, part: department, address-plan: own}
"""
SITES = """\
party-beijing:
  region: beijing
  vpn: party
  prefixes: [10.1.10.0/24, "fde9:1:10::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth3, routing-protocol: bgp}
party-shanghai:
  region: shanghai
  vpn: party
  prefixes: [10.1.11.0/24, "fde9:1:11::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth3, routing-protocol: static}
public-beijing:
  region: beijing
  vpn: public
  prefixes: [10.2.10.0/24, "fde9:2:10::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth4, routing-protocol: static, access-class: A}
tax-shanghai:
  region: shanghai
  vpn: taxation
  prefixes: [10.2.21.0/24, "fde9:2:21::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth4, routing-protocol: static}
health-beijing:
  region: beijing
  vpn: health
  prefixes: [10.0.5.0/24, "fdaa:0:5::/64"]
  attachments:
    services: {vpn: public, prefixes: [10.2.40.0/24, "fde9:2:40::/64"]}
  site-network-accesses:
    main: {pe: bj-pe1, port: eth4, routing-protocol: bgp, access-class: E}
health-shanghai:
  region: shanghai
  vpn: health
  prefixes: [10.0.6.0/24, "fdaa:0:6::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth5, routing-protocol: static}
customs-guangdong:
  region: guangdong
  vpn: customs
  prefixes: [10.0.5.0/24, "fdaa:0:5::/64"]
  site-network-accesses:
    main: {pe: gd-pe1, port: eth3, routing-protocol: static}
customs-shanghai:
  region: shanghai
  vpn: customs
  prefixes: [10.0.6.0/24, "fdaa:0:6::/64", 10.1.10.0/24]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth5, routing-protocol: bgp}
campus-guangdong:
  region: guangdong
  vpn: public
  prefixes: [10.2.42.0/24, "fde9:2:42::/64"]
  attachments:
    tax: {vpn: taxation, prefixes: [10.2.43.0/24, "fde9:2:43::/64"]}
    doctors: {vpn: health, prefixes: [10.0.7.0/24, "fdaa:0:7::/64"]}
  site-network-accesses:
    main: {pe: gd-pe1, port: eth4, routing-protocol: bgp, access-class: F}
"""


def small_extranet(directory: Path) -> Path:
    """The inventory, written to `directory`, for a lab of this test process."""
    return small_network(directory, _ROUTERS, VPNS, SITES)


def small_network(
    directory: Path, routers: set[str], vpns: str, sites: str, further: str = ""
) -> Path:
    """A part of the reference inventory with other VPNs and sites; `further`: routers besides."""
    root = copy_of_backbone(directory)
    hosts = yaml.safe_load((root / "hosts.yaml").read_text(encoding="utf-8"))
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    kept = {
        name: host | {"hostname": host["hostname"].replace("127.20.20.", addresses)}
        for name, host in hosts.items()
        if name in routers
    }
    circuits = yaml.safe_load((root / "circuits.yaml").read_text(encoding="utf-8"))
    between = {
        name: circuit
        for name, circuit in circuits.items()
        if {circuit["a"]["router"], circuit["b"]["router"]} <= routers
    }
    for name, data in (("hosts", kept), ("circuits", between)):
        (root / f"{name}.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    with (root / "hosts.yaml").open("a", encoding="utf-8") as file:
        file.write(further.replace("127.20.20.", addresses))
    agencies = root / "agencies.yaml"
    agencies.write_text(agencies.read_text(encoding="utf-8") + AGENCIES, encoding="utf-8")
    (root / "vpns.yaml").write_text(vpns, encoding="utf-8")
    for path in (*(root / "sites").iterdir(), root / "plan.lock.yaml"):
        path.unlink()
    (root / "sites" / "all.yaml").write_text(sites, encoding="utf-8")
    slower_bfd(root)
    return root
