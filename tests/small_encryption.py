"""A small network with an encrypted VPN: two PEs, a P router between them, another VPN in clear."""

from pathlib import Path

import yaml

from tests.small_extranet import small_network

ROUTERS = {"bj-p1", "bj-pe1", "sh-pe1"}
VPNS = """\
party:
  {name: Party business network, zone: intranet, owner: party, level: 3, encryption: pe-to-pe}
public: {name: Public services, zone: extranet, owner: informatization, part: public}
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
    main: {pe: bj-pe1, port: eth4, routing-protocol: static}
public-shanghai:
  region: shanghai
  vpn: public
  prefixes: [10.2.11.0/24, "fde9:2:11::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth4, routing-protocol: bgp}
"""
POOLS = "  encrypted-ipv4: 10.250.0.0/20\n  encrypted-ipv6: fde9:e0::/64\n"


def serial_number(router: str) -> str:
    """Of the machine, as it stands in the inventory."""
    return f"SN-{router.upper()}"


def small_encryption(directory: Path) -> Path:
    """The inventory, written to `directory`, for a lab of this test process."""
    root = small_network(directory, ROUTERS, VPNS, SITES)
    path = root / "network.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  vlan: {first", f"{POOLS}  vlan: {{first"), encoding="utf-8")
    hosts = yaml.safe_load((root / "hosts.yaml").read_text(encoding="utf-8"))
    for name, entry in hosts.items():
        entry["data"]["serial-number"] = serial_number(name)
    (root / "hosts.yaml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    return root
