"""The whole job over emulated routers: by API, with real SSH sessions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.errors import InventoryError
from egovnet.lab.emulated.faults import (
    AnyFault,
    Hang,
    MissAddresses,
    RefuseConnections,
    RefuseLogin,
)
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.cli.next_commands import after_drift
from egovnet.playbooks.cli.report_files import write_files
from egovnet.playbooks.core.devices import sessions_kept
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.remembered import able_to_compare
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.journal.records import DONE
from egovnet.playbooks.report.files.drift_files import drift_files
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.verbs.verify import verify
from egovnet.playbooks.verify.control_plane import expected_routes
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.drift.test_compare import edited
from tests.playbooks.emulated_workspace import applied_before, emulated_workspace

NETWORK = loopback_network()


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    root = tmp_path_factory.mktemp("drift")
    texts = Workspace(BACKBONE).intended()
    with EmulatedRouters(texts, root / "lab", network=NETWORK) as routers:
        yield routers


@pytest.fixture
def workspace(
    routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Workspace]:
    """The reference network, emulated and compliant, with a journal of its own."""
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "5")
    made = emulated_workspace(routers, tmp_path, monkeypatch)
    applied_before(made)
    routers.reset(made.intended())
    yield made
    routers.reset(made.intended())


def drift_run(workspace: Workspace, **options: object) -> tuple[Exit, dict[str, Any]]:
    report = drift(workspace, Silent(), **{"timeout": 20, **options})  # type: ignore[arg-type]
    return report.exit, report.to_dict()


def run(
    routers: EmulatedRouters, workspace: Workspace, device: str, *edits: tuple[str, str]
) -> None:
    """Have a router run its text with somebody's edits."""
    text = workspace.intended([device])[device]
    routers.reset({device: edited(text, [{"replace": old, "by": new} for old, new in edits])})


LIMIT = ("neighbor 10.200.0.50 maximum-prefix 100", "neighbor 10.200.0.50 maximum-prefix 5000")
TARGET = (
    "rt vpn both 65000:2001",
    "rt vpn import 65000:2001 65000:1005\n  rt vpn export 65000:2001",
)


def test_it_ends_its_sessions_and_who_keeps_them_opens_them_anew(
    routers: EmulatedRouters, workspace: Workspace
) -> None:
    with sessions_kept(workspace):
        before = make_plan(workspace, Silent())
        found = [drift_run(workspace)[0] for _ in range(2)]
        after = make_plan(workspace.read_again(), Silent())
        again = make_plan(workspace, Silent())
    assert found == [Exit.DONE] * 2
    for plan in (before, after, again):
        assert not plan.devices and not plan.unreachable
        assert plan.unchanged == before.unchanged
    # what runs already was read, and nobody was given it to check
    assert not any(counts.get("check") for counts in routers.counts().values())


def test_a_clean_network_reports_nothing(workspace: Workspace) -> None:
    code, data = drift_run(workspace)
    assert (code, data["differences"], data["unreachable"]) == (Exit.DONE, [], {})
    assert data["proved"]
    assert len(data["devices"]) == len(workspace.network.routers)


def break_a_file(workspace: Workspace) -> Workspace:
    path = workspace.directory / "circuits.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("metric:", "metrik:", 1))
    return workspace.read_again()


def test_beside_a_broken_inventory_it_compares_with_what_was_applied(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    broken = break_a_file(workspace)
    code, data = drift_run(broken)
    assert (code, data["differences"], data["compared_with"]) == (Exit.CHANGES, [], "applied")
    assert data["proved"]
    assert "1 mistake that validate names: what routers run is compared with" in data["notes"][0]
    run(routers, workspace, "sh-pe1", TARGET)
    code, data = drift_run(broken)
    assert code is Exit.LEAK_OR_FAILED_VERIFICATION
    assert data["classes"]["leak"]
    report = drift(broken, Silent())
    assert [each.words for each in after_drift(report)] == [("validate",)]


def test_what_was_applied_before_the_last_is_not_compared_with(workspace: Workspace) -> None:
    broken = break_a_file(workspace)
    journal = broken.journal
    journal.close(journal.begin("rollback", "plan", "texts that ran before", {}), DONE)
    with pytest.raises(InventoryError, match="metrik: unknown key"):
        able_to_compare(broken)


def test_nothing_is_restored_beside_a_broken_inventory(workspace: Workspace) -> None:
    with pytest.raises(InventoryError, match="metrik: unknown key"):
        drift_run(break_a_file(workspace), remediate=("leak",))


def test_differences_have_their_vpn_and_owner_and_age(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    run(routers, workspace, "sh-pe1", LIMIT)
    code, before = drift_run(workspace)
    assert code is Exit.CHANGES
    code, data = drift_run(workspace)
    (found,) = data["differences"]
    assert code is Exit.CHANGES
    assert data["made"]["texts"] == before["made"]["texts"], "the routers run the same"
    assert (found["class"], found["vpn"], found["runs"]) == ("policy", "public", 2)
    assert found["owner"] == workspace.network.vpns["public"].owner
    assert [entry["classes"]["policy"] for entry in data["trend"]] == [1]
    routers.reset(workspace.intended())
    restored = drift_run(workspace)[1]["made"]
    assert restored["texts"] != data["made"]["texts"]
    assert restored["inventory"] == data["made"]["inventory"]


def test_a_leak_is_exit_4_with_its_path(workspace: Workspace, routers: EmulatedRouters) -> None:
    run(routers, workspace, "sh-pe1", TARGET)
    code, data = drift_run(workspace)
    assert code is Exit.LEAK_OR_FAILED_VERIFICATION
    assert not data["proved"]
    leak = next(d for d in data["differences"] if d["kind"] == "configuration")
    assert (leak["class"], leak["subject"]) == ("leak", "VRF e-public ipv4")
    assert any("65000:1005" in hop for hop in leak["path"])


def test_only_what_is_asked_for_is_restored(workspace: Workspace, routers: EmulatedRouters) -> None:
    run(routers, workspace, "sh-pe1", LIMIT, TARGET)
    before = routers.running(["sh-pe1"])["sh-pe1"]
    code, data = drift_run(workspace, remediate=("leak",), share=20)
    assert data["remediation"]["result"] == "done", data["remediation"]
    after = routers.running(["sh-pe1"])["sh-pe1"]
    assert "65000:1005" in before.split("i-court-1")[0] or "65000:1005" in before
    assert "maximum-prefix 5000" in after
    assert after.count("rt vpn both 65000:2001") == 2
    assert code is Exit.CHANGES
    remedies = {
        d["class"]: d["remedy"] for d in data["differences"] if d["kind"] == "configuration"
    }
    assert remedies == {"leak": "mended", "policy": ""}
    assert workspace.journal.changes()[-1].kind == "remediate"


def test_a_router_that_calls_itself_otherwise_gets_its_name_back(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    run(
        routers,
        workspace,
        "sh-pe1",
        ("sh-pe1\n# This", "x\n# This"),
        ("hostname sh-pe1", "hostname x"),
    )
    code, data = drift_run(workspace)
    assert code is Exit.CHANGES
    assert [(d["device"], d["subject"]) for d in data["differences"]] == [("sh-pe1", "hostname")]
    _, data = drift_run(workspace, remediate=("service",), share=20)
    assert [d["remedy"] for d in data["differences"]] == ["mended"], data["remediation"]
    assert routers.running(["sh-pe1"])["sh-pe1"].startswith("sh-pe1\n")


def test_addresses_that_zebra_missed_are_named_and_restored(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    """Somebody makes a port again under its old name; zebra 8.4 may drop its addresses then."""
    device = workspace.devices["sh-pe1"]
    port = next(i for i in device.interfaces if i.vlan and i.vrf)
    missed = "; ".join(f"{port.name}: zebra does not know {one}" for one in port.addresses)
    drift_run(workspace)
    routers.set_faults({device.name: [MissAddresses(port=port.name)]})
    routers.by_hand(device.name, f"ip link del {port.name}; ifreload -a")
    code, data = drift_run(workspace)
    found = {d["subject"]: d for d in data["differences"] if d["device"] == device.name}
    named = found.pop(f"Linux interface {port.name}")
    assert (code, named["class"], named["kind"]) == (Exit.CHANGES, "service", "state")
    assert (named["message"], named["vrf"]) == (missed, port.vrf)
    assert any(subject.startswith("VRF routes ") for subject in found), found
    verified = verify(workspace, Silent(), converge=0).result
    assert {f.message for f in verified.findings if f.klass == "addresses"} == {
        f"zebra does not know {' and '.join(map(str, port.addresses))} on {port.name}"
    }
    _, data = drift_run(workspace, remediate=("service",), share=20)
    assert data["remediation"]["devices"] == [device.name], data["remediation"]
    assert drift_run(workspace)[1]["differences"] == []


def test_a_class_that_is_never_remediated_is_refused(workspace: Workspace) -> None:
    for word in ("unmanaged", "cosmetic", "everything"):
        with pytest.raises(UsageError, match=f"no drift of class '{word}' is remediated"):
            drift_run(workspace, remediate=(word,))


def test_unowned_lines_stay_when_the_rest_is_restored(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    text = workspace.intended(["sh-pe1"])["sh-pe1"]
    broken = edited(text, [{"replace": LIMIT[0], "by": LIMIT[1]}])
    routers.reset({"sh-pe1": broken + "ip route 198.51.100.0/24 Null0\n"})
    code, data = drift_run(workspace, remediate=("policy",), share=20)
    after = routers.running(["sh-pe1"])["sh-pe1"]
    assert "ip route 198.51.100.0/24 Null0" in after
    assert "maximum-prefix 5000" not in after
    assert code is Exit.CHANGES
    assert {d["class"]: d["remedy"] for d in data["differences"]} == {
        "policy": "mended",
        "unmanaged": "",
    }


def test_an_acknowledged_difference_is_not_restored(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    entry = {
        "devices": ["sh-pe1"],
        "class": "policy",
        "approved-by": "Li Na",
        "reason": "a busy site",
        "expires": "2100-01-01",
    }
    policy = {"share": 100, "acknowledged": {"busy": entry}}
    text = yaml.safe_dump(policy).replace("'2100-01-01'", "2100-01-01")
    (workspace.directory / "drift.yaml").write_text(text, encoding="utf-8")
    run(routers, workspace, "sh-pe1", LIMIT)
    code, data = drift_run(workspace, remediate=("policy",))
    assert code is Exit.DONE
    assert [d["standing"] for d in data["differences"]] == ["acknowledged"]
    assert data["remediation"]["devices"] == []
    assert "maximum-prefix 5000" in routers.running(["sh-pe1"])["sh-pe1"]


def test_the_share_of_a_run_holds_over_its_runs(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    other = ("neighbor 10.200.0.46 maximum-prefix 100", "neighbor 10.200.0.46 maximum-prefix 7")
    run(routers, workspace, "sh-pe1", LIMIT)
    _, data = drift_run(workspace, remediate=("policy",), share=1)
    assert data["remediation"]["devices"] == ["sh-pe1"]
    # again the same router adds nothing; another one does
    run(routers, workspace, "sh-pe1", LIMIT)
    run(routers, workspace, "gz-pe1", other)
    _, data = drift_run(workspace, remediate=("policy",), share=1)
    assert data["remediation"]["devices"] == ["sh-pe1"]
    assert "used up" in data["remediation"]["left"]["gz-pe1"]
    remedies = {d["device"]: d["remedy"] for d in data["differences"]}
    assert remedies["sh-pe1"] == "mended"
    assert remedies["gz-pe1"].startswith("not mended: a run may change 1 of 7 routers")


@pytest.mark.parametrize(
    "fault",
    [
        Hang(at="connect", count=0),
        Hang(at="read", count=0),
        RefuseConnections(count=0),
        RefuseLogin(count=0),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_who_does_not_answer_is_a_row_and_keeps_nobody(
    fault: AnyFault, workspace: Workspace, routers: EmulatedRouters
) -> None:
    run(
        routers,
        workspace,
        "gz-pe1",
        ("neighbor 10.200.0.46 maximum-prefix 100", "neighbor 10.200.0.46 maximum-prefix 7"),
    )
    drift_run(workspace)
    routers.set_faults({"gz-pe1": [fault]})
    code, data = drift_run(workspace, timeout=8)
    assert code is Exit.DEVICES_FAILED
    assert list(data["unreachable"]) == ["gz-pe1"]
    rows = {row["device"]: row for row in data["devices"]}
    assert len(rows) == len(workspace.network.routers)
    known = rows["gz-pe1"]["last_known"]
    assert known["classes"] == {"policy": 1}
    assert known["age"] >= 0
    assert known["state"]["BGP sessions"] > 0


def test_who_did_not_answer_is_evaluated_by_what_it_ran_last(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    run(routers, workspace, "sh-pe1", TARGET)
    drift_run(workspace)
    routers.set_faults({"sh-pe1": [RefuseConnections(count=0)]})
    code, data = drift_run(workspace)
    assert code is Exit.LEAK_OR_FAILED_VERIFICATION
    assert not data["proved"]
    assert any("when they last did" in text for text in data["proof"]["assumptions"])


@pytest.mark.parametrize("daemon", ["bgpd", "ldpd", "isisd"])
def test_a_dead_daemon_is_named_and_its_missing_lines_are_no_configuration(
    daemon: str, workspace: Workspace, routers: EmulatedRouters
) -> None:
    routers.kill_daemon("sc-pe1", daemon)
    code, data = drift_run(workspace, remediate=("service",), share=100)
    assert code is Exit.CHANGES
    assert {d["kind"] for d in data["differences"]} == {"state"}
    assert {d["class"] for d in data["differences"]} == {"service"}
    assert f"daemon {daemon}" in {d["subject"] for d in data["differences"]}
    assert data["remediation"]["devices"] == []
    # nor is it what a plan would add
    plan = make_plan(workspace, Silent())
    assert f"{daemon} does not run on it" in plan.unreachable["sc-pe1"]
    assert "sc-pe1" not in plan.devices


def test_a_stale_route_is_a_leak_though_the_text_is_right(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    routers.keep_route("gz-pe1", "e-public", "10.1.10.0/24")
    code, data = drift_run(workspace)
    assert code is Exit.LEAK_OR_FAILED_VERIFICATION
    assert not data["proved"]
    (leak,) = data["differences"]
    assert (leak["class"], leak["kind"]) == ("leak", "state")
    assert "10.1.10.0/24" in leak["message"]
    # where its packets end: the label is that of the VRF that the route was imported from
    assert "VRF i-party on bj-pe1 holds party-beijing" in leak["path"][-1]
    assert any("(state: ipv4 routes in VRF e-public with label" in hop for hop in leak["path"])


@pytest.mark.parametrize(
    ("line", "klass", "subject"),
    [
        (
            "ip rule add from all iif eth3.100 lookup 1005 pref 500",
            "leak",
            "running state: ip rule 500: from all iif eth3.100 lookup 1005 (ipv4)",
        ),
        (
            "ip rule add from all iif eth3.100 lookup 1002 pref 500",
            "unmanaged",
            "running state: ip rule 500: from all iif eth3.100 lookup 1002 (ipv4)",
        ),
        (
            "ip rule add from all iif eth3.100 unreachable pref 500",
            "service",
            "running state: ip rule 500: from all iif eth3.100 unreachable (ipv4)",
        ),
        ("ip -f mpls route add 500 dev i-party", "leak", "running state: label 500 dev i-party"),
        (
            "ip route add 10.1.10.0/24 via 10.200.0.30 dev eth3.102",
            "leak",
            "running state: the main table",
        ),
        (
            "ip route add 10.1.10.0/24 via 10.254.0.3 dev eth1",
            "leak",
            "running state: the main table",
        ),
        (
            "ip route add 10.9.0.0/16 via 10.200.0.30 dev eth3.102 table 500",
            "unmanaged",
            "running state: table 500, which no VRF has",
        ),
        ("ip link set eth3.101 nomaster", "leak", "Linux interface eth3.101"),
    ],
)
def test_what_was_typed_by_hand_is_found_after_a_clean_run(
    line: str, klass: str, subject: str, workspace: Workspace, routers: EmulatedRouters
) -> None:
    assert drift_run(workspace)[0] is Exit.DONE
    routers.by_hand("bj-pe1", line)
    code, data = drift_run(again(workspace))
    assert code is (Exit.LEAK_OR_FAILED_VERIFICATION if klass == "leak" else Exit.CHANGES)
    found = {(d["device"], d["kind"], d["class"], d["subject"]) for d in data["differences"]}
    assert ("bj-pe1", "state", klass, subject) in found
    if subject.startswith("running state"):
        assert len(found) == 1, found
        (one,) = data["differences"]
        assert all(text.startswith("state: ") for text in one["lines"])
        assert klass != "leak" or one["path"]
        assert unchanged(data) == set(workspace.network.routers) - {"bj-pe1"}


def test_wrong_rules_are_reported_before_anything_is_read(workspace: Workspace) -> None:
    (workspace.directory / "drift.yaml").write_text("share: lots\n", encoding="utf-8")
    with pytest.raises(Exception, match="share"):
        drift_run(workspace)
    assert len(workspace.journal.changes()) == 1


def test_reports_are_written(workspace: Workspace, tmp_path: Path) -> None:
    report = drift(workspace, Silent(), timeout=20)
    write_files(tmp_path / "report", drift_files(report))
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert names == {"drift.html", "drift.json", "drift.xml", "drift.md", "drift.prom"}


# -- what was compliant before -------------------------------------------------------------------


def unchanged(data: dict[str, Any]) -> set[str]:
    return {row["device"] for row in data["devices"] if row["unchanged"]}


def again(workspace: Workspace) -> Workspace:
    """The directory as it is now, read by another run."""
    return Workspace(workspace.directory)


def test_the_second_run_sends_digests_and_knows_as_much(workspace: Workspace) -> None:
    _, first = drift_run(workspace)
    assert unchanged(first) == set()
    assert "proved_at" not in first["proof"]
    code, second = drift_run(again(workspace))
    assert (code, second["differences"]) == (Exit.DONE, [])
    assert unchanged(second) == set(workspace.network.routers)
    assert second["proof"].pop("proved_at") <= second["started"]
    assert second["proof"] == first["proof"]
    states = [{row["device"]: row["state"] for row in d["devices"]} for d in (first, second)]
    assert states[0] == states[1]
    _, whole = drift_run(again(workspace), whole=True)
    assert unchanged(whole) == set()
    assert "proved_at" not in whole["proof"]


def test_what_comes_after_a_clean_run_is_found(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    drift_run(workspace)
    run(routers, workspace, "sh-pe1", LIMIT)
    routers.by_hand("gz-pe1", "ip link set eth1 down")
    routers.keep_route("bj-pe1", "i-party", "10.99.0.0/16")
    routers.kill_daemon("sc-pe1", "ldpd")
    _, data = drift_run(again(workspace))
    found = {(d["device"], d["kind"]) for d in data["differences"]}
    assert {("sh-pe1", "configuration"), ("gz-pe1", "state"), ("bj-pe1", "state")} <= found
    assert ("sc-pe1", "state") in found
    assert not unchanged(data) & {"sh-pe1", "gz-pe1", "bj-pe1", "sc-pe1"}
    # and it is still found when it is there for long
    _, data = drift_run(again(workspace))
    assert {(d["device"], d["kind"]) for d in data["differences"]} == found
    # what was repaired is evaluated anew, and then known again
    routers.heal()
    routers.by_hand("gz-pe1", "ip link set eth1 up")
    routers.reset(workspace.intended())
    _, data = drift_run(again(workspace))
    assert data["differences"] == []
    assert unchanged(drift_run(again(workspace))[1]) == set(workspace.network.routers)


def test_another_inventory_asks_another_question(workspace: Workspace) -> None:
    drift_run(workspace)
    sites = workspace.directory / "sites"
    file = next(f for f in sorted(sites.rglob("*.yaml")) if "10.2.12.0/24" in f.read_text("utf-8"))
    file.write_text(
        file.read_text(encoding="utf-8").replace("10.2.12.0/24", "10.2.112.0/24"), encoding="utf-8"
    )
    changed = again(workspace)
    _, data = drift_run(changed)
    assert "proved_at" not in data["proof"]
    # routers whose own text and state stay as they are need not send them
    concerned = {d["device"] for d in data["differences"]}
    assert concerned
    assert not unchanged(data) & concerned
    assert unchanged(data)


def test_egovnet_s_own_change_is_another_question(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    drift_run(workspace)
    for module in ("collect", "unchanged"):
        monkeypatch.setattr(f"egovnet.playbooks.drift.{module}.own_code", lambda: "fixed")
    _, data = drift_run(again(workspace))
    assert unchanged(data) == set()
    assert "proved_at" not in data["proof"]


def test_what_is_evaluated_by_a_later_answer_is_never_unchanged(
    workspace: Workspace, routers: EmulatedRouters
) -> None:
    """A part of a site's own prefix is well, and no digest of ours: the routes are asked for."""
    device = workspace.devices["bj-pe1"]
    allowed = expected_routes(workspace.network, workspace.allocation)
    vrf, prefix = next(
        (vrf.name, route)
        for vrf in device.vrfs
        if vrf.peers  # who announces it
        for route in sorted(allowed[device.name, vrf.name].must)
        if route.endswith("/24")
    )
    routers.keep_route(device.name, vrf, prefix.replace("0/24", "128/25"))
    for number in range(3):
        code, data = drift_run(again(workspace))
        assert (code, data["differences"]) == (Exit.DONE, [])
        others = set(workspace.network.routers) - {"bj-pe1"} if number else set()
        assert unchanged(data) == others
