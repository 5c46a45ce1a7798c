"""`application observed`: whose a recorded flow is, and drafts that let it through."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Application, Filtering, Network
from egovnet.playbooks.report.files.draft_entries import draft_entries
from egovnet.playbooks.results.observed_flows import ObservedFlows
from egovnet.playbooks.verbs.observed_flows import undeclared
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.read_inventory import read_inventory
from egovnet.templates.model.recorded_flow import RecordedFlow
from tests.application_register import APPLICATIONS
from tests.extranet_network import extranet_network
from tests.hypothesis_profiles import examples
from tests.playbooks.console import all_down, copy_of_backbone, edit, egovnet, logged_in
from tests.playbooks.test_json_shapes import check
from tests.registers import DrawnPacket, networks_with_registers
from tests.templates.intend.test_access_filters import decision, interface_of, rules_at

OBSERVED = "zone: extranet, owner: taxation, filtering: observed"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = copy_of_backbone(tmp_path / "network")
    (made / "applications.yaml").write_text(APPLICATIONS, encoding="utf-8")
    edit(made / "vpns.yaml", "zone: extranet, owner: taxation", OBSERVED)
    return made


def flow(source: str, target: str, protocol: str, port: int | None = None) -> RecordedFlow:
    return RecordedFlow(ip_address(source), ip_address(target), protocol, port, 2, 120)


GUANGDONG, SICHUAN = "10.2.21.20", "10.2.22.9"


def found(root: Path, *flows: RecordedFlow, more: tuple[RecordedFlow, ...] = ()) -> ObservedFlows:
    return undeclared(read_inventory(root)[0], {"gd-pe1": flows, "sc-pe1": more}, {})


def test_flows_are_of_sites_and_counted_together(root: Path) -> None:
    ssh = flow(SICHUAN, GUANGDONG, "tcp", 22)
    result = found(root, ssh, more=(ssh, flow(GUANGDONG, SICHUAN, "udp", 161)))
    first, second = result.flows
    assert (first.source_site, first.target_site, first.service) == (
        "tax-sichuan",
        "tax-guangdong",
        "tcp 22",
    )
    assert (first.packets, first.octets, first.devices) == (4, 240, ("gd-pe1", "sc-pe1"))
    assert second.service == "udp 161"
    assert list(result.drafts) == ["observed-taxation-tcp-1", "observed-taxation-udp-1"]


def test_what_a_register_has_by_now_is_no_news(root: Path) -> None:
    result = found(
        root,
        flow(SICHUAN, "10.2.21.17", "tcp", 8005),
        flow("192.0.2.1", "192.0.2.2", "tcp", 1),
    )
    assert (result.flows, result.declared, result.unknown) == ((), 1, 1)


def test_what_no_entry_can_have_is_told_and_not_drafted(root: Path) -> None:
    result = found(
        root,
        flow(SICHUAN, GUANGDONG, "sctp"),
        flow(SICHUAN, "10.1.10.1", "tcp", 80),
    )
    assert {each.service: each.not_drafted for each in result.flows} == {
        "sctp": "no register has the protocol sctp",
        "tcp 80": "no site of VPN taxation has the target",
    }
    assert not result.drafts


def test_the_shape_of_its_json(root: Path) -> None:
    network = read_inventory(root)[0]
    flows = (flow(SICHUAN, GUANGDONG, "tcp", 22), flow(SICHUAN, GUANGDONG, "icmp"))
    check(
        "application observed",
        undeclared(network, {"gd-pe1": flows}, {"sc-pe1": "no answer"}).to_dict(),
    )


def test_drafts_are_entries_of_the_register(root: Path) -> None:
    result = found(
        root,
        flow(SICHUAN, GUANGDONG, "tcp", 22),
        flow(SICHUAN, GUANGDONG, "tcp", 80),
        flow(SICHUAN, "10.2.21.30", "tcp", 80),
        flow(SICHUAN, "10.2.21.30", "tcp", 22),
    )
    text = draft_entries(result.drafts)
    assert yaml.safe_load(text)["observed-taxation-tcp-1"]["servers"] == [
        "10.2.21.20/32",
        "10.2.21.30/32",
    ]
    register = root / "applications.yaml"
    register.write_text(register.read_text(encoding="utf-8") + text, encoding="utf-8")
    entry = read_inventory(root)[0].applications["observed-taxation-tcp-1"]
    assert entry.port_ranges == ((22, 22), (80, 80))
    assert not found(root, flow(SICHUAN, GUANGDONG, "tcp", 22)).flows


def test_a_network_without_observed_vpns_is_asked_nothing(tmp_path: Path) -> None:
    ran = egovnet("application", "observed", state=tmp_path)
    assert ran.code == 0
    assert ran.stdout == "no VPN is observed: set filtering: observed in vpns.yaml\n"


def test_a_router_that_does_not_answer_is_named(root: Path, tmp_path: Path) -> None:
    all_down(root)
    ran = egovnet(
        "application", "observed", "--draft", tmp_path / "draft.yaml", "--inventory", root,
        "--json", state=tmp_path, env=logged_in(tmp_path),
    )  # fmt: skip
    assert ran.code == 5
    assert ran.json["unreachable"].keys() == {"gd-pe1", "sc-pe1"}
    assert (tmp_path / "draft.yaml").read_text(encoding="utf-8").startswith("# Draft entries")


@st.composite
def recorded(draw: st.DrawFn, network: Network) -> list[RecordedFlow]:
    """Flows between hosts of sites, as an observed VPN has them."""
    prefixes = [p for site in network.written_sites.values() for p in site.prefixes]
    flows = []
    for _ in range(draw(st.integers(0, 8))):
        source, target = (draw(st.sampled_from(prefixes)) for _ in range(2))
        if source.version == target.version:
            protocol = draw(st.sampled_from(["tcp", "udp", "icmp"]))
            port = None if protocol == "icmp" else draw(st.sampled_from([22, 80, 443, 65535]))
            flows.append(RecordedFlow(source[0], target[-1], protocol, port, 1, 60))
    return flows


def accesses(network: Network, vpn: str, address: object) -> Iterator[tuple[str, str]]:
    """(label, PE) of the accesses of the site of a VPN that has an address."""
    for name, site in network.written_sites.items():
        if site.vpn == vpn and any(address in prefix for prefix in site.prefixes):
            for access, entry in site.site_network_accesses.items():
                yield f"{name}/{access}", entry.pe


@given(st.data())
@examples(60)
def test_drafted_flows_pass_when_the_vpn_is_enforced(data: st.DataObject) -> None:
    """From observed to enforced without an outage: both the connection and its answers pass."""
    network = data.draw(networks_with_registers())
    vpns = {
        n: v.model_copy(update={"filtering": Filtering.OBSERVED}) for n, v in network.vpns.items()
    }
    network = network.model_copy(update={"vpns": vpns})
    result = undeclared(network, {"pe1": data.draw(recorded(network))}, {})
    drafts = {n: Application.model_validate(entry) for n, entry in result.drafts.items()}
    enforced = {n: v.model_copy(update={"filtering": Filtering.ENFORCED}) for n, v in vpns.items()}
    closed = network.model_copy(
        update={"vpns": enforced, "applications": {**network.applications, **drafts}}
    )
    devices = intend(closed, allocate(closed))
    for each in result.flows:
        if each.not_drafted:
            continue
        source, target = ip_address(each.source), ip_address(each.target)
        echo = (8, 0) if source.version == 4 else (128, 129)
        port = each.port or 0
        asked = DrawnPacket(source, target, each.protocol, 40000, port, echo[0], "open")
        answer = DrawnPacket(target, source, each.protocol, port, 40000, echo[1], "reply")
        for packet in (asked, answer):
            for label, pe in accesses(closed, each.vpn, packet.source):
                rules = rules_at(devices[pe], interface_of(devices[pe], label))
                assert decision(rules, packet)[0] == "accept", packet


def test_a_flow_is_of_the_vpn_that_has_a_site_there(tmp_path: Path) -> None:
    made = extranet_network(tmp_path / "network")
    for vpn in ("health", "customs"):
        edit(made / "vpns.yaml", f"  owner: {vpn}", f"  owner: {vpn}\n  filtering: observed")
    # at one PE it would be refused
    edit(
        made / "sites" / "extranet.yaml",
        "10.1.10.0/24]\n  site-network-accesses:\n    main: {pe: sc-pe1, port: eth5",
        "10.1.10.0/24]\n  site-network-accesses:\n    main: {pe: gz-pe1, port: eth6",
    )
    network = read_inventory(made)[0]
    there, both = (
        flow("10.0.5.10", "10.0.6.10", "tcp", 22),
        flow("10.0.6.10", "10.0.5.10", "tcp", 80),
    )
    result = undeclared(network, {"bj-pe1": [there], "sh-pe1": [there], "gd-pe1": [both]}, {})
    told = {(each.vpn, each.source_site): each for each in result.flows}
    assert told.keys() == {
        ("health", "health-beijing"),
        ("customs", "customs-shanghai"),
        ("health", "health-sichuan"),
    }
    assert told["health", "health-beijing"].target_site == "health-sichuan"
    assert told["customs", "customs-shanghai"].target_site == "customs-sichuan"
    unsure = told["health", "health-sichuan"]
    assert unsure.not_drafted == "VPNs health and customs both have its addresses"
    assert {draft["vpn"] for draft in result.drafts.values()} == {"health", "customs"}


def test_a_draft_names_sites_as_somebody_wrote_them(tmp_path: Path) -> None:
    made = extranet_network(tmp_path / "network")
    edit(made / "vpns.yaml", "part: public", "part: public, filtering: observed")
    network = read_inventory(made)[0]
    result = undeclared(network, {"sh-pe1": [flow("10.2.41.10", "10.2.10.10", "tcp", 443)]}, {})
    (draft,) = result.drafts.values()
    assert draft["users"] == {"sites": ["customs-shanghai"]}
