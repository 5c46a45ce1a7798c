"""The reference network with an Internet zone: two gateways at two PEs, three sites behind them.

The first site has addresses that are unique local, the second of IPv4 alone, the third a prefix
of IPv6 that the Internet has a route to. The Internet itself is of documentation addresses.
"""

from pathlib import Path

from tests.playbooks.console import copy_of_backbone

FIRST_GATEWAY = """\
bj-gw1:
  hostname: 127.20.20.61
  groups: [frr, centre]
  data:
    region: beijing
    roles: [gateway]
    management: 172.20.20.61/24
    attachment: {pe: bj-pe1, pe-port: eth9, port: eth1}
    uplink:
      vpn: internet
      port: eth2
      addresses: [203.0.113.2/30, "2001:db8:0:1::2/64"]
      next-hops: [203.0.113.1, "2001:db8:0:1::1"]
      pool: [203.0.113.64/29, "2001:db8:64::/112"]
      records: {days: 184}
"""
SECOND_GATEWAY = """\
sh-gw1:
  hostname: 127.20.20.62
  groups: [frr, province]
  data:
    region: shanghai
    roles: [gateway]
    management: 172.20.20.62/24
    attachment: {pe: sh-pe1, pe-port: eth9, port: eth1}
    uplink:
      vpn: internet
      port: eth2
      addresses: [203.0.113.6/30, "2001:db8:0:2::2/64"]
      next-hops: [203.0.113.5, "2001:db8:0:2::1"]
      pool: [203.0.113.72/32, "2001:db8:72::/112"]
"""
GATEWAYS = FIRST_GATEWAY + SECOND_GATEWAY
VPN = "internet: {name: Internet zone, zone: extranet, owner: taxation, part: internet, level: 2}\n"
SITES = """\
net-shanghai:
  region: shanghai
  vpn: internet
  prefixes: [10.9.1.0/24, "fde9:9:1::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth8, routing-protocol: bgp}
net-guangdong:
  region: guangdong
  vpn: internet
  prefixes: [10.9.2.0/24]
  site-network-accesses:
    main: {pe: gd-pe1, port: eth8, routing-protocol: static}
net-beijing:
  region: beijing
  vpn: internet
  prefixes: [10.9.8.0/24, "2400:9:8::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth8, routing-protocol: bgp}
"""


def gateway_network(directory: Path) -> Path:
    """The inventory, written to `directory`."""
    root = copy_of_backbone(directory)
    for file, text in (("hosts.yaml", GATEWAYS), ("vpns.yaml", VPN)):
        path = root / file
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    (root / "sites/internet.yaml").write_text(SITES, encoding="utf-8")
    return root
