"""The reference network with an interconnection platform: two firewalls, three agencies.

The party may ask the government's portal and its resolver; the government may ask a court's server.
So the party and the court have the government between them, and never each other.
"""

from pathlib import Path

from tests.playbooks.console import copy_of_backbone, edit

FIREWALLS = """\
bj-fw1:
  hostname: 127.20.20.51
  groups: [frr, centre]
  data:
    region: beijing
    roles: [firewall]
    management: 172.20.20.51/24
    attachment: {pe: bj-pe1, pe-port: eth5, port: eth1}
sh-fw1:
  hostname: 127.20.20.52
  groups: [frr, province]
  data:
    region: shanghai
    roles: [firewall]
    management: 172.20.20.52/24
    attachment: {pe: sh-pe1, pe-port: eth5, port: eth1}
"""
_ENDS = """\
  from:
    agency: party
    vpn: party
    prefixes: [10.1.10.0/24, 10.1.11.0/24, "fde9:1:10::/64"]
  to:
    agency: government
    vpn: government
    prefixes: [10.1.20.0/25, "fde9:1:20::/65"]
"""
_APPROVED = """\
  owner: government
  approved-by: Li Na
  approved-on: 2026-03-02
  valid-from: 2026-04-01
  valid-until: 2099-03-31
"""
EXCHANGES = f"""\
party-portal:
  description: The portal of the State Council
{_ENDS}  protocol: tcp
  ports: [443]
  level: 2
  reason: documents that both work on
{_APPROVED}party-names:
{_ENDS}  protocol: udp
  ports: [53]
  level: 2
  reason: names of the portal
{_APPROVED}court-files:
  from:
    agency: government
    vpn: government
    prefixes: [10.1.20.0/24, "fde9:1:20::/64"]
  to:
    agency: court
    vpn: court
    prefixes: [10.1.30.16/28, "fde9:1:30::10/124"]
  protocol: tcp
  ports: [8443, "9000-9010"]
  level: 2
  reason: files of cases
{_APPROVED}"""


def platform_network(directory: Path) -> Path:
    """The inventory, written to `directory`."""
    root = copy_of_backbone(directory)
    hosts = root / "hosts.yaml"
    edit(
        hosts,
        "    region: shanghai\n    roles: [pe]",
        "    region: shanghai\n    roles: [pe, platform]",
    )
    hosts.write_text(hosts.read_text(encoding="utf-8") + FIREWALLS, encoding="utf-8")
    (root / "exchanges.yaml").write_text(EXCHANGES, encoding="utf-8")
    return root
