"""A small network with an Internet gateway for a lab: two PEs, classes B and D, and the intranet.

The sites of classes B and D are translated in both families; the third of the Internet zone
has a prefix of IPv6 that the Internet has a route to.
"""

from pathlib import Path

from tests.gateway_network import FIRST_GATEWAY
from tests.small_extranet import small_network

ROUTERS = {"bj-p1", "bj-pe1", "sh-pe1"}
VPNS = """\
party: {name: Party business network, zone: intranet, owner: party}
public: {name: Public services, zone: extranet, owner: informatization, part: public}
taxation: {name: Taxation, zone: extranet, owner: taxation, part: department}
internet: {name: Internet zone, zone: extranet, owner: informatization, part: internet, level: 2}
"""
SITES = """\
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
    main: {pe: bj-pe1, port: eth4, routing-protocol: static, access-class: B}
tax-shanghai:
  region: shanghai
  vpn: taxation
  prefixes: [10.2.21.0/24, "fde9:2:21::/64"]
  attachments:
    services: {vpn: public, prefixes: [10.2.41.0/24, "fde9:2:41::/64"]}
  site-network-accesses:
    main: {pe: sh-pe1, port: eth4, routing-protocol: static, access-class: D}
net-shanghai:
  region: shanghai
  vpn: internet
  prefixes: [10.9.8.0/24, "2400:9:8::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth5, routing-protocol: static}
"""


def small_internet(directory: Path) -> Path:
    """The inventory, written to `directory`, for a lab of this test process."""
    return small_network(directory, ROUTERS, VPNS, SITES, FIRST_GATEWAY)
