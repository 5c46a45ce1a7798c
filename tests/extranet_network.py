"""The reference network with all parts of the extranet, and a site of every access class.

Health and customs have address plans of their own, with the same prefixes, and customs those of an
agency of the intranet besides.
"""

from collections.abc import Callable
from pathlib import Path

from tests.gateway_network import FIRST_GATEWAY
from tests.playbooks.console import copy_of_backbone, edit

AGENCIES = """\
health: {name: National Health Commission, kind: department}
customs: {name: General Administration of Customs, kind: department}
"""
VPNS = """\
health:
  name: Health department network
  zone: extranet
  part: department
  address-plan: own
  owner: health
customs:
  name: Customs department network
  zone: extranet
  part: department
  address-plan: own
  owner: customs
internet:
  name: Shared Internet exit
  zone: extranet
  part: internet
  owner: informatization
"""
SITES = """\
health-beijing:
  region: beijing
  vpn: health
  prefixes: [10.0.5.0/24, "fdaa:0:5::/64"]
  attachments:
    services: {vpn: public, prefixes: [10.2.40.0/24, "fde9:2:40::/64"]}
  site-network-accesses:
    main:
      pe: bj-pe1
      port: eth6
      routing-protocol: bgp
      access-class: E
      internet-line: China Telecom, 200 Mbit/s
health-sichuan:
  region: sichuan
  vpn: health
  prefixes: [10.0.6.0/24, "fdaa:0:6::/64"]
  site-network-accesses:
    main: {pe: sc-pe1, port: eth5, routing-protocol: static}
customs-shanghai:
  region: shanghai
  vpn: customs
  prefixes: [10.0.5.0/24, "fdaa:0:5::/64"]
  attachments:
    services: {vpn: public, prefixes: [10.2.41.0/24, "fde9:2:41::/64"]}
  site-network-accesses:
    main: {pe: sh-pe1, port: eth6, routing-protocol: bgp, access-class: D}
customs-sichuan:
  region: sichuan
  vpn: customs
  prefixes: [10.0.6.0/24, "fdaa:0:6::/64", 10.1.10.0/24]
  site-network-accesses:
    main: {pe: sc-pe1, port: eth5, routing-protocol: bgp}
campus-guangdong:
  region: guangdong
  vpn: public
  prefixes: [10.2.42.0/24, "fde9:2:42::/64"]
  attachments:
    tax: {vpn: taxation, prefixes: [10.2.43.0/24, "fde9:2:43::/64"]}
    doctors: {vpn: health, prefixes: [10.0.7.0/24, "fdaa:0:7::/64"]}
  site-network-accesses:
    main: {pe: gd-pe1, port: eth6, routing-protocol: bgp, access-class: F}
"""


def extranet_network(directory: Path, onto: Callable[[Path], Path] = copy_of_backbone) -> Path:
    """The inventory, written to `directory`; `onto` writes what it is added to."""
    root = onto(directory)
    for name, text in (("agencies", AGENCIES), ("vpns", VPNS)):
        path = root / f"{name}.yaml"
        path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + f"\n{text}", "utf-8")
    hosts = root / "hosts.yaml"
    hosts.write_text(hosts.read_text(encoding="utf-8") + FIRST_GATEWAY, encoding="utf-8")
    (root / "sites" / "extranet.yaml").write_text(SITES, encoding="utf-8")
    for place, site, own in (
        ("beijing", "pe: bj-pe1, port: eth4, routing-protocol: static", "A"),
        ("shanghai", "pe: sh-pe1, port: eth4, routing-protocol: bgp", "B"),
        ("guangdong", "pe: gz-pe1, port: eth4, routing-protocol: bgp", "C"),
    ):
        edit(root / "sites" / f"{place}.yaml", site, f"{site}, access-class: {own}")
    return root
