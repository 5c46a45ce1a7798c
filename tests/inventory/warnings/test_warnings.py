"""What is allowed and probably not intended: each kind in a network that is right but for it."""

from pathlib import Path

import pytest

from egovnet.inventory.warnings import codes
from egovnet.inventory.warnings.pools import NEARLY_FULL
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.verbs.validate import validate
from tests.inventory.warnings.test_exchange_warnings import CODES as OF_EXCHANGES
from tests.playbooks.console import copy_of_backbone, egovnet

#: Name of a case -> edits of the reference inventory, and (code, file, field) of all warnings.
CASES: dict[str, tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]] = {
    "a PE with one circuit": (
        [("circuits.yaml", "sh-pe1--bj-p2:\n  a: {router: sh-pe1, port: eth2}\n"
          "  b: {router: bj-p2, port: eth4}\n  metric: 10\n", "")],
        [("pe-with-one-circuit", "hosts.yaml", "sh-pe1")],
    ),
    "a PE with none": (
        [("circuits.yaml", "sc-pe1--bj-p1:\n  a: {router: sc-pe1, port: eth1}\n"
          "  b: {router: bj-p1, port: eth5}\n  metric: 10\n", ""),
         ("circuits.yaml", "sc-pe1--bj-p2:\n  a: {router: sc-pe1, port: eth2}\n"
          "  b: {router: bj-p2, port: eth5}\n  metric: 10\n", "")],
        [("pe-without-circuit", "hosts.yaml", "sc-pe1")],
    ),
    "a PE whose circuits lead to one router": (
        [("circuits.yaml", "b: {router: bj-p2, port: eth5}", "b: {router: bj-p1, port: eth9}")],
        [("pe-behind-one-router", "hosts.yaml", "sc-pe1")],
    ),
    "two parts": (
        [("circuits.yaml", "b: {router: bj-p1, port: eth4}", "b: {router: sc-pe1, port: eth8}"),
         ("circuits.yaml", "b: {router: bj-p2, port: eth4}", "b: {router: sc-pe1, port: eth9}"),
         ("circuits.yaml", "b: {router: bj-p1, port: eth5}", "b: {router: sh-pe1, port: eth8}"),
         ("circuits.yaml", "b: {router: bj-p2, port: eth5}", "b: {router: sh-pe1, port: eth9}")],
        [("backbone-in-parts", "hosts.yaml", "sh-pe1"),
         ("pe-behind-one-router", "hosts.yaml", "sc-pe1"),
         ("pe-behind-one-router", "hosts.yaml", "sh-pe1")],
    ),
    "an enforced VPN of which nothing is declared": (
        [("vpns.yaml", "owner: government}", "owner: government, filtering: enforced}")],
        [("enforced-without-declarations", "vpns.yaml", "government.filtering"),
         ("filtered-site-at-two-pes", "sites/guangdong.yaml",
          "gov-guangdong.site-network-accesses")],
    ),
    "one reflector": (
        [("hosts.yaml", "roles: [p, rr]\n    management: 172.20.20.12/24",
          "roles: [p]\n    management: 172.20.20.12/24")],
        [("one-reflector", "hosts.yaml", "bj-p1.data.roles")],
    ),
    "keys of IS-IS without BFD": (
        [("network.yaml", "name: reference\n",
          "name: reference\nauthentication: {isis: hmac-md5}\n"),
         ("circuits.yaml", "  metric: 5\n", "  metric: 5\n  bfd: false\n")],
        [("hello-without-bfd", "circuits.yaml", "bj-p1--bj-p2.bfd")],
    ),
    "a PE without a site": (
        [("sites/sichuan.yaml", "pe: sc-pe1, port: eth3", "pe: bj-pe1, port: eth9"),
         ("sites/sichuan.yaml", "pe: sc-pe1, port: eth4", "pe: bj-pe1, port: eth8")],
        [("router-without-use", "hosts.yaml", "sc-pe1")],
    ),
    "a P without a circuit": (
        [("hosts.yaml", "bj-pe1:\n", "bj-p3:\n  hostname: 127.20.20.13\n  groups: [frr, centre]\n"
          "  data: {region: beijing, roles: [p], management: 172.20.20.13/24}\nbj-pe1:\n")],
        [("router-without-use", "hosts.yaml", "bj-p3")],
    ),
    "a site on another province's PE": (
        [("sites/shanghai.yaml", "main: {pe: sh-pe1, port: eth4", "main: {pe: sc-pe1, port: eth9")],
        [("site-outside-region", "sites/shanghai.yaml",
          "public-shanghai.site-network-accesses.main.pe")],
    ),
    "a site of the centre on a province's PE": (
        [("sites/beijing.yaml", "main: {pe: bj-pe1, port: eth4", "main: {pe: sc-pe1, port: eth9")],
        [("site-outside-region", "sites/beijing.yaml",
          "public-beijing.site-network-accesses.main.pe")],
    ),
    "a province of no country": (
        [("regions.yaml", "Sichuan, tier: province, parent: beijing}", "Sichuan, tier: province}")],
        [("region-without-parent", "regions.yaml", "sichuan")],
    ),
    "a pool of network.yaml": (
        [("network.yaml", "vlan: {first: 100, last: 3999}", "vlan: {first: 100, last: 102}")],
        [("pool-nearly-full", "network.yaml", "pools.vlan")],
    ),
    "a zone's route targets": (
        [("network.yaml", "{first: 1001, last: 1999}", "{first: 1001, last: 1007}")],
        [("pool-nearly-full", "network.yaml", "zones.intranet.route-targets")],
    ),
    "retired numbers count": (
        [("plan.lock.yaml", "  site-asn:\n", "  loopback-ipv4:\n"
          "    x1: 10.255.0.8\n    x2: 10.255.0.9\n    x3: 10.255.0.10\n    x4: 10.255.0.11\n"
          "    x5: 10.255.0.12\n    x6: 10.255.0.13\n    x7: 10.255.0.14\n  site-asn:\n"),
         ("network.yaml", "10.255.0.0/20", "10.255.0.0/28")],
        [("pool-nearly-full", "network.yaml", "pools.loopback-ipv4")],
    ),
    "a prefix in no pool for it": (
        [("network.yaml", "management:\n", "site-pools: {party: {zone: intranet, agency: party, "
          "ipv4: 10.1.0.0/20}}\nmanagement:\n"),
         ("sites/sichuan.yaml", "10.1.12.0/24", "10.9.12.0/24")],
        [("prefix-outside-plan", "sites/sichuan.yaml", "party-sichuan.prefixes.0")],
    ),
    "a prefix that is kept for another": (
        [("plan.lock.yaml", "", "  site-ipv4/party:\n    party-chengdu: 10.1.12.0/26\n"),
         ("network.yaml", "management:\n", "site-pools: {party: {zone: intranet, agency: party, "
          "ipv4: 10.1.0.0/20}}\nmanagement:\n")],
        [("prefix-kept-for-another", "sites/sichuan.yaml", "party-sichuan.prefixes.0")],
    ),
    "an AS number of a site without BGP": (
        [("sites/guangdong.yaml", "  vpn: court\n", "  vpn: court\n  asn: 64512\n")],
        [("asn-without-bgp", "sites/guangdong.yaml", "court-guangzhou.asn")],
    ),
    "more prefixes than a session takes": (
        [("sites/beijing.yaml", "[10.1.10.0/24, ", "[10.1.10.0/24, 10.9.0.0/24, "),
         ("sites/beijing.yaml", "maximum-prefix: 50", "maximum-prefix: 1")],
        [("maximum-prefix-too-small", "sites/beijing.yaml",
          "party-beijing.site-network-accesses.main.maximum-prefix")],
    ),
}  # fmt: skip


def edited(root: Path, edits: list[tuple[str, str, str]]) -> Path:
    copy_of_backbone(root)
    for file, old, new in edits:
        path = root / file
        text = path.read_text(encoding="utf-8")
        if file == "plan.lock.yaml":  # what is under pools is in use
            new = "retired:\n" + new.removesuffix("  site-asn:\n")  # noqa: PLW2901 -- its own place
            path.write_text(text + new, encoding="utf-8")
            continue
        assert text.count(old), f"{file} holds no {old!r}: mend the case"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return root


@pytest.mark.parametrize("case", CASES)
def test_each_is_found_where_it_is_and_nothing_else(case: str, tmp_path: Path) -> None:
    edits, wanted = CASES[case]
    root = edited(tmp_path / "network", edits)
    found = validate(Workspace(root)).result.warnings
    told = [(each.code, Path(each.file).relative_to(root).as_posix(), each.field) for each in found]
    assert sorted(told) == sorted(wanted)
    for each in found:
        assert each.line > 0
        assert each.found and each.remedy


def test_every_code_has_a_case() -> None:
    tried = {code for _, wanted in CASES.values() for code, _, _ in wanted} | OF_EXCHANGES
    assert tried == set(codes())
    assert all(meaning.endswith(".") for meaning in codes().values())
    assert 0 < NEARLY_FULL < 100


def test_the_reference_network_has_none() -> None:
    assert validate(Workspace(REFERENCE)).result.warnings == ()


def test_warnings_are_told_on_stderr_and_in_json_and_exit_0(tmp_path: Path) -> None:
    root = edited(tmp_path / "network", CASES["a PE with one circuit"][0])
    ran = egovnet("validate", "--inventory", root, "--json", state=tmp_path / "state")
    assert ran.code == 0
    (warning,) = ran.json["warnings"]
    assert warning == {
        "file": f"{root}/hosts.yaml",
        "line": 31,
        "field": "sh-pe1",
        "code": "pe-with-one-circuit",
        "found": "a PE with one circuit, sh-pe1--bj-p1",
        "remedy": "add a second one, to another router",
    }
    told = f"warning: {root}/hosts.yaml:31: sh-pe1: a PE with one circuit, sh-pe1--bj-p1 -> "
    assert told in ran.stderr
    assert ran.stderr.rstrip().endswith("[pe-with-one-circuit]")
    assert ran.json["problems"] == []


def test_a_kind_about_many_is_one_line_and_v_has_each(tmp_path: Path) -> None:
    """Thirty routers that nothing uses: one line, the number, some names."""
    root = copy_of_backbone(tmp_path / "inventory")
    with (root / "hosts.yaml").open("a", encoding="utf-8") as file:
        for number in range(30):
            file.write(
                f"spare{number}:\n  hostname: 127.20.21.{number + 1}\n  groups: [frr, centre]\n"
                f"  data: {{region: beijing, roles: [p], management: 172.20.20.{number + 99}/24}}\n"
            )
    short = egovnet("validate", "--inventory", root, state=tmp_path / "state")
    (line, note) = short.stderr.splitlines()
    assert short.code == 0
    assert "30 warnings" in short.stdout
    assert (
        "; 29 like it, at spare1, spare10, " in line or "; 29 like it, at spare1, spare2, " in line
    )
    assert line.endswith("[router-without-use]")
    assert note == "note: 30 warnings, equal ones in one line: egovnet validate -v has each"
    long = egovnet("validate", "-v", "--inventory", root, state=tmp_path / "state")
    assert len(long.stderr.splitlines()) == 30
    asked = egovnet("validate", "--json", "--inventory", root, state=tmp_path / "state")
    assert len(asked.json["warnings"]) == 30
