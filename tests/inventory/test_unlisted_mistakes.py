"""Mistakes that people make and no model lists: each is one problem, where it is, with what to do.

Of every kind of file: wrong types, indentation, tabs, letters that look like others, keys given
twice, empty files, names of another kind, entries in the wrong file.
"""

from pathlib import Path

import pytest

from egovnet.inventory.errors import InventoryError, Problem
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.validate import validate
from tests.inventory.mistakes import base, written

TEXTS = {file: written(data) for file, data in base().items()}
FIREWALL = "    attachment:\n      pe: bj-pe1\n      pe-port: eth9\n      port: eth1\n"
PAPERS = "party-papers:\n  from:\n    agency: party\n    vpn: party\n"
VPN = "taxes:\n  name: Taxes\n  zone: extranet\n  owner: taxation\n"
KEYS_OF_VPNS = "the keys here are name, zone, owner, vpn-service-topology, filtering, level"

#: File, what stands in it, what is written instead; where the problem is, and what it says.
CASES = [
    # -- exchanges
    ("exchanges.yaml", PAPERS, PAPERS.replace("    agency", "\tagency"),
     "exchanges.yaml:3: not YAML: a tab -> indent with spaces: YAML takes no tabs there"),
    ("exchanges.yaml", PAPERS, PAPERS.replace("    vpn", "      vpn"),
     "exchanges.yaml:4: not YAML: indented below a key that has a value -> indent it as the keys "
     "that it stands beside"),
    ("exchanges.yaml", PAPERS, PAPERS.replace("    vpn", "   vpn"),
     "exchanges.yaml:4: not YAML: indented as none of the lines above -> indent it as the keys"),
    ("exchanges.yaml", PAPERS, PAPERS.replace("papers:", "papers"),
     "exchanges.yaml:1: not YAML: a line without a colon -> write a key, a colon and a space"),
    ("exchanges.yaml", PAPERS, PAPERS.replace("papers:", "papers\uff1a"),
     "exchanges.yaml:1: not YAML: '\uff1a' (FULLWIDTH COLON) -> write ':', which is another"),
    ("exchanges.yaml", "vpn: party\n", "vpn: services-of-party\n",
     "exchanges.yaml:4: party-papers.from.vpn: 'services-of-party' does not fit -> write a"),
    ("exchanges.yaml", "vpn: party\n", "vpn: beijing\n",
     "exchanges.yaml:4: party-papers.from.vpn: no VPN 'beijing', which is a region -> "),
    ("exchanges.yaml", "vpn: party\n", "vpn: party-beijing\n",
     "exchanges.yaml:4: party-papers.from.vpn: no VPN 'party-beijing', which is a site -> "),
    ("exchanges.yaml", "vpn: party\n", "vpn: public\n",
     "exchanges.yaml:3: party-papers.from.agency: party does not own VPN public"),
    ("exchanges.yaml", "agency: party\n", "agency: p\u0430rty\n",
     "exchanges.yaml:3: party-papers.from.agency: 'p\u0430rty' does not fit, with '\u0430' "
     "(CYRILLIC SMALL LETTER A) -> did you mean 'party'? write "),
    ("exchanges.yaml", "  level: 2\n", "  l\u0435vel: 2\n",
     "unknown key, with '\u0435' (CYRILLIC SMALL LETTER IE) -> did you mean 'level'? the keys"),
    ("exchanges.yaml", "  level: 2\n", "  level: '2'\n",
     "party-papers.level: 2 in quotes, which is text -> write 2 without them"),
    ("exchanges.yaml", "approved-on: '2026-03-02'", "approved-on: 2026-02-30",
     "party-papers.approved-on: '2026-02-30' is not a date -> write one such as 2027-01-31"),
    ("exchanges.yaml", "approved-on: '2026-03-02'", "approved-on: 2026-03-02 10:00:00",
     "party-papers.approved-on: 2026-03-02 10:00:00 is not a date -> write one such as"),
    ("exchanges.yaml", "approved-by: Li Na", "approved-by: ''",
     "party-papers.approved-by: is empty -> write text, such as Li Na"),
    ("exchanges.yaml", "  ports:\n  - 443\n", "  ports: 443\n",
     "party-papers.ports: 443 where a list belongs -> write a list, such as [443]"),
    ("exchanges.yaml", "protocol: tcp", "protocol: [tcp, udp]",
     "party-papers.protocol: a list where one word belongs -> use 'tcp', 'udp' or 'icmp'"),
    ("exchanges.yaml", "  protocol: tcp\n", "  protocol: tcp\n  protocol: udp\n",
     "party-papers.protocol: given twice, first in line 12 -> keep one"),
    ("exchanges.yaml", None, "- party-papers\n",
     "exchanges.yaml:1: a list or text, not a mapping -> write each entry as a name with a colon"),
    ("exchanges.yaml", None, f"exchanges:\n  {PAPERS.replace(chr(10), chr(10) + '  ')}\n",
     "exchanges.yaml:1: exchanges: the file's own name, and everything below it -> remove this"),
    # -- applications
    ("applications.yaml", "  vpn: taxation\n", "  vpn: public\n",
     "filing.owner: taxation does not own VPN public, "),
    ("applications.yaml", "    - tax-sichuan\n", "    - sichuan\n",
     "filing.users.sites.0: no site 'sichuan', which is a region -> did you mean"),
    ("applications.yaml", "  ports:\n  - 443\n", "  ports:\n  - https\n",
     "portal.ports.0: 'https' is not a port -> write a port of 1 to 65535"),
    ("applications.yaml", "name: Portal", "name: yes",
     "portal.name: true is not text -> write text, such as Tax filing; numbers, dates, yes and no"),
    ("applications.yaml", "name: Portal", "name: Portal: of the council",
     "applications.yaml:2: not YAML: a second colon in a line -> put the text in quotes"),
    ("applications.yaml", "portal:\n", f"{VPN}portal:\n",
     "applications.yaml:1: taxes: a VPN, by its keys, where an application belongs -> move it to "
     "vpns.yaml"),
    # -- levels
    ("levels.yaml", "requires: backbone-encryption", "requires: backbone_encription",
     "requires: 'backbone_encription' is not known -> did you mean 'backbone-encryption'?"),
    ("levels.yaml", "from-level: 3", "from-level: level 3",
     "from-level: 'level 3' is not a whole number -> write a whole number, such as 3"),
    ("levels.yaml", "backbone-encryption:\n", "3:\n",
     "levels.yaml:1: 3: a key that YAML reads as int, not as text -> put it in quotes"),
    # -- a firewall
    ("hosts.yaml", "    - firewall\n", "    - firewal\n",
     "bj-fw1.data.roles.0: 'firewal' is not known -> did you mean 'firewall'? use"),
    ("hosts.yaml", "    roles:\n    - firewall\n", "    roles: firewall\n",
     "bj-fw1.data.roles: 'firewall' where a list belongs -> write a list, such as [firewall]"),
    ("hosts.yaml", FIREWALL, FIREWALL.replace("bj-pe1", "beijing"),
     "bj-fw1.data.attachment.pe: no router 'beijing', which is a region -> "),
    ("hosts.yaml", FIREWALL, FIREWALL.replace("bj-pe1", "bj-fw1"),
     "bj-fw1.data.attachment.pe: bj-fw1 is not a PE of the platform (roles: firewall) -> name one"),
    ("hosts.yaml", FIREWALL, FIREWALL.replace("    attachment", "  attachment"),
     "bj-fw1.attachment: a key that Nornir does not know here -> move it below data"),
    ("hosts.yaml", FIREWALL, FIREWALL.replace("pe-port: eth9", "pe-port: 9"),
     "bj-fw1.data.attachment.pe-port: 9 is not text -> write text, such as eth5"),
    ("hosts.yaml", "bj-fw1:\n  hostname", "bj-fw1:\nhostname", "not YAML: "),
    ("hosts.yaml", None, "{}\n", "hosts.yaml:1: no router, and "),
    # -- the others
    ("groups.yaml", None, "", "groups.yaml:1: no group, and frr, centre, "),
    ("regions.yaml", None, "{}\n", "regions.yaml:1: no region, and "),
    ("regions.yaml", "  tier: centre\n", "  tier: center\n",
     "beijing.tier: 'center' is not known -> did you mean 'centre'? use"),
    ("agencies.yaml", "party:\n", f"{VPN}party:\n",
     "agencies.yaml:1: taxes: a VPN, by its keys, where an agency belongs -> move it to vpns.yaml"),
    ("vpns.yaml", "  zone: intranet\n", "  zone:intranet\n",
     "vpns.yaml:3: not YAML: a colon without a space behind it -> write a key, a colon"),
    ("vpns.yaml", None, "party:\nname: Party\nzone: intranet\nowner: party\n",
     "vpns.yaml:1: party: nothing below it, and name, zone, owner beside it -> indent its keys"),
    ("vpns.yaml", "congress:\n", "government:\n", "government: given twice, first in line "),
    ("vpns.yaml", "filtering: observed", "filtering: on",
     "party.filtering: true where one word belongs -> use 'open', 'observed' or 'enforced'"),
    ("vpns.yaml", "  owner: party\n", "  owner: \u201cparty\u201d\n",
     "with '\u201c' (LEFT DOUBLE QUOTATION MARK) -> did you mean 'party'? write"),
    ("vpns.yaml", "name: Party business network", "name: {Party business network",
     "vpns.yaml:2: not YAML: a bracket that is not closed with } -> write } where it ends"),
    ("vpns.yaml", "name: Party business network", 'name: "Party business network',
     "vpns.yaml:2: not YAML: a quote that is not closed -> close it with the same quote"),
    ("vpns.yaml", "name: Party business network", "name: @party",
     "vpns.yaml:2: not YAML: text that begins with @ -> put the text in quotes"),
    ("vpns.yaml", "congress:\n", "---\ncongress:\n",
     "not YAML: a second document in the file -> remove the line ---"),
    ("circuits.yaml", "  metric: 5\n", "<<<<<<< HEAD\n  metric: 5\n=======\n",
     "circuits.yaml:8: not YAML: a merge of Git that is not finished -> keep the lines"),
    ("circuits.yaml", "    router: bj-p1\n", "    router: [bj-p1]\n",
     "bj-p1--bj-p2.a.router: a list is not text -> write text, such as "),
    ("sites/shanghai.yaml", None, VPN,
     "sites/shanghai.yaml:1: taxes: a VPN, by its keys, where a site belongs -> move it to vpns"),
    ("network.yaml", "asn: 65000", "asn: AS65000",
     "network.yaml:3: asn: 'AS65000' is not a whole number -> write a whole number, such as 65000"),
    ("network.yaml", "asn: 65000", "asn: 65000\nasn: 65001",
     "network.yaml:4: asn: given twice, first in line 3 -> keep one"),
    ("legacy-circuits.yaml", "    capacity: 155\n", "    capacity: 155 Mbit/s\n", "capacity"),
    ("borders.yaml", "option: A", "option: C",
     "borders.yaml:2: guangdong-1.option: 'C' is not known -> use 'A' or 'B'"),
    ("borders.yaml", "option: A", "option: B",
     "guangdong-1.option: B, and platform frr of gd-pe1 cannot join backbones by it: FRR 8.4, "
     "whose texts are written here, gives a neighbour's VPN routes no label of its own, so that "
     "their packets are dropped; FRR 10.3 of Debian 13 does (mpls bgp "
     "l3vpn-multi-domain-switching), and loses labels of more than two next hops -> use A"),
    ("keys.yaml", "algorithm: hmac-md5", "algorithm: hmac-sha256",
     "isis/bj-p1--bj-p2.algorithm: 'hmac-sha256' is not known -> "),
    ("keys.yaml", "  serial: 2\n", "  serial: 2\n  value: hunter2\n",
     "isis/bj-p1--bj-p2.value: unknown key -> the keys here are ends, algorithm, serial, created"),
    ("keys.yaml", "isis/bj-p1--bj-p2:", "ospf/bj-p1--bj-p2:", "'ospf/bj-p1--bj-p2' does not fit"),
    ("drift.yaml", "    class: unmanaged\n", "    class: unmanagd\n",
     "acknowledged.snmp.class: 'unmanagd' is not known -> did you mean 'unmanaged'? use"),
]  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("unlisted") / "network"
    for name, text in TEXTS.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text, encoding="utf-8")
    return directory


def problems(root: Path) -> list[Problem]:
    try:
        validate(Workspace(root))
    except InventoryError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(("file", "old", "new", "told"), CASES)
def test_an_unlisted_mistake_is_one_problem(
    file: str, old: str | None, new: str, told: str, root: Path
) -> None:
    text = TEXTS[file]
    assert old is None or old in text
    (root / file).write_text(new if old is None else text.replace(old, new, 1), encoding="utf-8")
    try:
        found = [str(problem).removeprefix(f"{root}/") for problem in problems(root)]
    finally:
        (root / file).write_text(text, encoding="utf-8")
    assert len(found) == 1, "\n".join(found)
    assert found[0].startswith(f"{file}:")
    assert told in found[0]
    assert " -> " in found[0]


def test_every_kind_of_file_is_tried() -> None:
    tried = {case[0] for case in CASES}
    assert {file for file in TEXTS if not file.startswith("sites/")} - tried == {"defaults.yaml"}
