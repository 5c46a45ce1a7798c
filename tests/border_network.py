"""Two inventories that meet at a border: a nation's backbone, and one province's of its own.

Each has a PE with a site of two VPNs, one of either zone, and a border router. The nation allocates
what the border needs, the province writes it.
"""

from pathlib import Path

NATION_ASN, PROVINCE_ASN = 65000, 64844
_NETWORK = """\
name: {name}
description: {description}
asn: {asn}
isis-area: "49.0001"
zones:
  intranet:
    description: Internal work of the six systems
    vrf-prefix: i
    route-targets: {{first: 1001, last: 1999}}
  extranet:
    description: Public services
    vrf-prefix: e
    route-targets: {{first: 2001, last: 2999}}
pools:
  loopback-ipv4: 10.{n}.0.0/24
  loopback-ipv6: fde9:{n}:ff::/64
  circuit-ipv4: 10.{n}.8.0/24
  circuit-ipv6: fde9:{n}:fe::/64
  access-ipv4: 10.{n}.16.0/20
  access-ipv6: fde9:{n}:fa::/64
  vlan: {{first: 100, last: 3999}}
  site-asn: {{first: {first}, last: {last}}}
management: {{vrf: mgmt, table: 1001, port: eth0, prefix: 172.20.20.0/24}}
"""
_HOSTS = """\
{edge}:
  hostname: {loopback}{n}1
  groups: [frr]
  data: {{region: {region}, tier: {tier}, roles: [pe], management: 172.20.20.{n}1/24}}
{border}:
  hostname: {loopback}{n}2
  groups: [frr]
  data: {{region: {region}, tier: {tier}, roles: [pe, rr], management: 172.20.20.{n}2/24}}
"""
_SITES = """\
{party}-office:
  region: {region}
  vpn: {party}
  prefixes: [10.{n}1.1.0/24, "fde9:{n}1:1::/64"]
  site-network-accesses:
    main: {{pe: {edge}, port: eth3, routing-protocol: bgp}}
{tax}-office:
  region: {region}
  vpn: {tax}
  prefixes: [10.{n}2.1.0/24, "fde9:{n}2:1::/64"]
  site-network-accesses:
    main: {{pe: {edge}, port: eth4, routing-protocol: static}}
"""
_VPNS = """\
{party}: {{name: Party business network, zone: intranet, owner: party}}
{tax}: {{name: Taxation network, zone: extranet, owner: taxation}}
"""
_AGENCIES = """\
party: {name: Party system, kind: system}
taxation: {name: Tax administration, kind: department}
"""
_CIRCUITS = """\
{edge}--{border}:
  a: {{router: {edge}, port: eth1}}
  b: {{router: {border}, port: eth1}}
"""
#: What the nation allocates for the border: VLAN, and a link of each family.
ALLOCATED = {
    "party": (100, "10.1.16.0/30", "fde9:1:fa::/126"),
    "taxation": (101, "10.1.16.4/30", "fde9:1:fa::4/126"),
}
NATION_BORDER = """\
guangdong-1:
  option: A
  neighbor: guangdong
  neighbor-asn: 64844
  neighbor-router: gd-asbr1
  neighbor-port: eth5
  router: bj-asbr1
  port: eth5
  numbering: ours
  vpns:
    party:
      vpn: party
      neighbor-vpn: gdparty
      neighbor-zone: intranet
      accepts: [10.41.0.0/16, "fde9:41::/32"]
      announces: [10.11.0.0/16, "fde9:11::/32"]
    taxation:
      vpn: taxation
      neighbor-vpn: gdtax
      neighbor-zone: extranet
      accepts: [10.42.0.0/16, "fde9:42::/32"]
      announces: [10.12.0.0/16, "fde9:12::/32"]
      maximum-prefix: 50
"""
PROVINCE_BORDER = """\
nation-1:
  option: A
  neighbor: nation
  neighbor-asn: 65000
  neighbor-router: bj-asbr1
  neighbor-port: eth5
  router: gd-asbr1
  port: eth5
  numbering: theirs
  vpns:
    party:
      vpn: gdparty
      neighbor-vpn: party
      neighbor-zone: intranet
      vlan: 100
      links: [10.1.16.0/30, "fde9:1:fa::/126"]
      accepts: [10.11.0.0/16, "fde9:11::/32"]
      announces: [10.41.0.0/16, "fde9:41::/32"]
    taxation:
      vpn: gdtax
      neighbor-vpn: taxation
      neighbor-zone: extranet
      vlan: 101
      links: [10.1.16.4/30, "fde9:1:fa::4/126"]
      accepts: [10.12.0.0/16, "fde9:12::/32"]
      announces: [10.42.0.0/16, "fde9:42::/32"]
"""
_NATION = {
    "name": "nation",
    "description": "The national backbone",
    "asn": NATION_ASN,
    "n": 1,
    "first": 4200000001,
    "last": 4200000999,
    "edge": "bj-pe1",
    "border": "bj-asbr1",
    "region": "beijing",
    "tier": "centre",
    "party": "party",
    "tax": "taxation",
}
_PROVINCE = {
    "name": "guangdong",
    "description": "The backbone of Guangdong",
    "asn": PROVINCE_ASN,
    "n": 4,
    "first": 4200044001,
    "last": 4200044999,
    "edge": "gd-pe1",
    "border": "gd-asbr1",
    "region": "guangdong",
    "tier": "province",
    "party": "gdparty",
    "tax": "gdtax",
}


def nation(directory: Path, borders: str = NATION_BORDER, loopback: str = "127.20.20.") -> Path:
    """The nation's inventory, written to `directory`; routers answer below `loopback`."""
    return _written(directory, {**_NATION, "loopback": loopback}, borders)


def province(directory: Path, borders: str = PROVINCE_BORDER, loopback: str = "127.20.20.") -> Path:
    """The province's, in the same way."""
    return _written(directory, {**_PROVINCE, "loopback": loopback}, borders)


def _written(directory: Path, words: dict[str, object], borders: str) -> Path:
    (directory / "sites").mkdir(parents=True)
    files = {
        "network.yaml": _NETWORK.format(**words),
        "hosts.yaml": _HOSTS.format(**words),
        "groups.yaml": "frr: {platform: frr, port: 2222}\n",
        "defaults.yaml": "data: {}\n",
        "regions.yaml": f"{words['region']}: {{name: A region, tier: {words['tier']}}}\n",
        "agencies.yaml": _AGENCIES,
        "vpns.yaml": _VPNS.format(**words),
        "sites/all.yaml": _SITES.format(**words),
        "circuits.yaml": _CIRCUITS.format(**words),
        "borders.yaml": borders,
    }
    for name, text in files.items():
        if text:
            (directory / name).write_text(text, encoding="utf-8")
    return directory
