"""The small network of an Internet zone with a second gateway, and two departments with the same
addresses at the same PEs, which filter both.
"""

from pathlib import Path

from tests.gateway_network import FIRST_GATEWAY, SECOND_GATEWAY
from tests.small_extranet import small_network
from tests.small_internet import ROUTERS, SITES, VPNS

_VPNS = """\
health: {name: Health, zone: extranet, owner: health, part: department, address-plan: own,
  filtering: enforced}
customs: {name: Customs, zone: extranet, owner: customs, part: department, address-plan: own,
  filtering: enforced}
"""
_SITES = """\
health-beijing:
  region: beijing
  vpn: health
  prefixes: [10.0.5.0/24, "fdaa:0:5::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth5, routing-protocol: static}
health-shanghai:
  region: shanghai
  vpn: health
  prefixes: [10.0.6.0/24, "fdaa:0:6::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth6, routing-protocol: static}
customs-beijing:
  region: beijing
  vpn: customs
  prefixes: [10.0.5.0/24, "fdaa:0:5::/64"]
  site-network-accesses:
    main: {pe: bj-pe1, port: eth6, routing-protocol: static}
customs-shanghai:
  region: shanghai
  vpn: customs
  prefixes: [10.0.6.0/24, "fdaa:0:6::/64"]
  site-network-accesses:
    main: {pe: sh-pe1, port: eth7, routing-protocol: static}
"""
#: What both departments declare: servers in Shanghai, with the same addresses and ports.
APPLICATIONS = """\
patients: {name: Patients, owner: health, vpn: health, level: 2, protocol: tcp, ports: [443],
  servers: [10.0.6.0/24, "fdaa:0:6::/64"]}
goods: {name: Goods, owner: customs, vpn: customs, level: 2, protocol: tcp, ports: [443],
  servers: [10.0.6.0/24, "fdaa:0:6::/64"]}
"""
_RECORDS = "      records: {days: 184}\n"


def small_gateways(directory: Path) -> Path:
    """The inventory, written to `directory`, for a lab of this test process."""
    gateways = FIRST_GATEWAY + SECOND_GATEWAY + _RECORDS
    root = small_network(directory, ROUTERS, VPNS + _VPNS, SITES + _SITES, gateways)
    (root / "applications.yaml").write_text(APPLICATIONS, encoding="utf-8")
    return root
