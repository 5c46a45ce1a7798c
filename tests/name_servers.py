"""A small network with name servers: two agencies of the intranet with one each, three routers.

The government's server stands beside the local network of its site, the party's within it.
"""

from pathlib import Path

import yaml

from tests.small_extranet import small_network

_ROUTERS = {"bj-p1", "bj-pe1", "sh-pe1"}
DOMAINS = {
    "intranet": {"domain": "intranet.example"},
    "extranet": {"domain": "extranet.example"},
}
VPNS = """\
government:
  name: Government business network
  zone: intranet
  owner: government
  name-servers: [10.1.20.53, "fde9:1:20::53"]
party:
  name: Party business network
  zone: intranet
  owner: party
  name-servers: [10.1.11.10]
public:
  name: Public services
  zone: extranet
  owner: informatization
  part: public
"""
SITES = """\
gov-beijing:
  region: beijing
  vpn: government
  prefixes: [10.1.20.0/24, "fde9:1:20::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth3, routing-protocol: static}
gov-shanghai:
  region: shanghai
  vpn: government
  prefixes: [10.1.22.0/24, "fde9:1:22::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth3, routing-protocol: static}
party-beijing:
  region: beijing
  vpn: party
  prefixes: [10.1.10.0/24, "fde9:1:10::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth3, routing-protocol: static}
party-shanghai:
  region: shanghai
  vpn: party
  prefixes: [10.1.11.0/24, "fde9:1:11::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth3, routing-protocol: static}
public-shanghai:
  region: shanghai
  vpn: public
  prefixes: [10.2.12.0/24, "fde9:2:12::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth4, routing-protocol: static}
"""
APPLICATIONS = """\
portal:
  name: Portal of the State Council
  owner: government
  vpn: government
  level: 2
  servers: [10.1.20.16/28, "fde9:1:20::80/128"]
  protocol: tcp
  ports: [443]
papers:
  name: Papers of the party
  owner: party
  vpn: party
  level: 2
  servers: [10.1.10.7/32]
  protocol: tcp
  ports: [443]
"""


def served_network(directory: Path) -> Path:
    """The inventory, written to `directory`, for a lab of this test process."""
    root = small_network(directory, _ROUTERS, VPNS, SITES)
    with (root / "network.yaml").open("a", encoding="utf-8") as file:
        file.write(yaml.safe_dump({"domains": DOMAINS}))
    (root / "applications.yaml").write_text(APPLICATIONS, encoding="utf-8")
    return root
