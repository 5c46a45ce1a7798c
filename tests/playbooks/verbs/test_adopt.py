"""A journal that knows nothing, before a network that runs: plan, drift, and `adopt`."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from egovnet.inventory.allocation.lock_file import LOCK_FILE
from egovnet.inventory.errors import InventoryError
from egovnet.lab.emulated.faults import RefuseConnections
from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.change.apply import Verifying, apply, shown
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.proof_gate import Override
from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.journal.records import OPEN, UNDONE
from egovnet.playbooks.results.adoption import Adoption
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.playbooks.verbs import adopt as adopting
from egovnet.playbooks.verbs.adopt import Acceptance, adopt
from tests.inventories import BACKBONE
from tests.loopback import loopback_network
from tests.playbooks.emulated_workspace import emulated_workspace
from tests.playbooks.test_json_shapes import ADOPTION, check
from tests.playbooks.undo_inventories import edit

NETWORK = loopback_network()
YES, ALL = Acceptance(yes=True), Acceptance(yes=True, differences=True)


@pytest.fixture(scope="module")
def routers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedRouters]:
    root = tmp_path_factory.mktemp("adopt")
    texts = Workspace(BACKBONE).intended()
    with EmulatedRouters(texts, root / "lab", network=NETWORK) as routers:
        yield routers


@pytest.fixture
def root(routers: EmulatedRouters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An inventory whose network runs, and a journal that knows nothing."""
    monkeypatch.setenv("EGOVNET_CONNECT_TIMEOUT", "5")
    workspace = emulated_workspace(routers, tmp_path, monkeypatch)
    routers.reset(workspace.intended())
    return workspace.directory


def workspace(root: Path, *limit: str) -> Workspace:
    return Workspace(root, Selection(limit))


def drifted(root: Path, *remediate: str) -> tuple[Exit, dict[str, Any]]:
    report = drift(workspace(root), Silent(), remediate=remediate, share=100, timeout=20)
    return report.exit, report.to_dict()


def planned(root: Path) -> Outcome[Any]:
    made = make_plan(workspace(root), Silent())
    return shown(workspace(root), Silent(), made)


def adopted(root: Path, acceptance: Acceptance = YES, *limit: str) -> Outcome[Adoption]:
    return adopt(workspace(root, *limit), Silent(), acceptance)


def changes(root: Path) -> list[tuple[str, str]]:
    return [(c.kind, c.state) for c in workspace(root).journal.changes()]


# -- without it ----------------------------------------------------------------------------------

_BEIJING, _GUANGDONG = "sites/beijing.yaml", "sites/guangdong.yaml"
GOES: dict[str, list[Mapping[str, Any]]] = {
    "a site with BGP": [{"file": _BEIJING, "at": "party-beijing"}],
    "a site without BGP": [{"file": _BEIJING, "at": "public-beijing"}],
    "a circuit": [{"file": "circuits.yaml", "at": "gz-pe1--gd-pe1"}],
    "a prefix": [{"file": _BEIJING, "at": "gov-beijing.prefixes", "value": ["10.1.20.0/24"]}],
}


@pytest.mark.parametrize("what", GOES)
def test_what_goes_is_no_leak_and_may_be_applied(what: str, root: Path) -> None:
    before = adopting.text_hash(str(workspace(root).intended()))
    edit(root, GOES[what])
    assert adopting.text_hash(str(workspace(root).intended())) != before
    plan = planned(root)
    assert (plan.exit, plan.result.proof.proved) == (Exit.CHANGES, True), plan.result.proof
    code, report = drifted(root)
    assert code is Exit.CHANGES, report["differences"]
    assert (report["classes"]["leak"], report["proved"], report["separation"]) == (0, True, "held")
    assert any("egovnet adopt" in note for note in report["notes"])


def test_a_path_is_a_leak_whatever_the_journal_knows(root: Path, routers: EmulatedRouters) -> None:
    edit(root, GOES["a site with BGP"])
    text = routers.running(["sh-pe1"])["sh-pe1"]
    routers.reset({"sh-pe1": text.replace("both 65000:2001", "both 65000:2001 65000:1005")})
    code, report = drifted(root)
    assert code is Exit.LEAK_OR_FAILED_VERIFICATION
    assert "65000:1005" in str(next(d for d in report["differences"] if d["path"])["path"])


def test_a_run_deploys_nothing_that_nobody_applied(root: Path, routers: EmulatedRouters) -> None:
    site = "party-sichuan"
    edit(root, [{"file": "sites/sichuan.yaml", "at": site}])
    routers.reset(workspace(root).intended())  # a network without it, and an inventory with it
    runs = routers.running()
    (root / "sites/sichuan.yaml").write_text((BACKBONE / "sites/sichuan.yaml").read_text())
    code, report = drifted(root, "service", "leak", "policy")
    assert code is Exit.CHANGES
    assert routers.running() == runs
    assert report["remediation"]["devices"] == []
    assert "egovnet adopt" in report["remediation"]["left"]["sc-pe1"]


def test_a_change_of_some_routers_makes_only_these_known(
    root: Path, routers: EmulatedRouters
) -> None:
    """`apply --limit` in front of an empty journal: the other routers stay unknown."""
    too_many = {
        name: text.replace("maximum-prefix 100", "maximum-prefix 99")
        for name, text in routers.running(["sh-pe1", "gz-pe1"]).items()
    }
    routers.reset(too_many)
    quiet = Verifying(converge=5, packetless=dict.fromkeys(routers.addresses, "emulated"))
    done = apply(workspace(root, "sh-pe1"), Silent(), yes=True, verifying=quiet)
    assert done.exit is Exit.DONE, done.data
    routers.reset(too_many)
    _, report = drifted(root, "policy")
    assert report["remediation"]["devices"] == ["sh-pe1"], report["remediation"]
    assert list(report["remediation"]["left"]) == ["gz-pe1"]
    assert "egovnet adopt" in report["remediation"]["left"]["gz-pe1"]


# -- with it -------------------------------------------------------------------------------------


def test_a_network_as_intended_becomes_change_1(root: Path, routers: EmulatedRouters) -> None:
    runs = routers.running()
    first = adopted(root, Acceptance())
    assert (first.exit, first.result.result, changes(root)) == (Exit.CHANGES, "shown", [])
    done = adopted(root)
    assert (done.exit, done.result.result, done.result.change) == (Exit.DONE, "adopted", 1)
    assert done.result.devices == tuple(workspace(root).network.routers)
    assert changes(root) == [("adopt", "done")]
    assert routers.running() == runs
    texts = workspace(root).journal.configurations(1)
    assert {name: entry.after for name, entry in texts.items()} == runs
    assert planned(root).exit is Exit.DONE
    code, report = drifted(root)
    assert (code, report["differences"], report["notes"]) == (Exit.DONE, [], [])
    with pytest.raises(UsageError, match="nothing to adopt"):
        adopted(root)
    with pytest.raises(UsageError, match="nothing to give back"):
        rollback(workspace(root), Silent(), 1)
    check("adopt", first.data, done.data, ADOPTION.to_dict())


def test_afterwards_drift_restores_and_leaves_what_is_not_applied(
    root: Path, routers: EmulatedRouters
) -> None:
    adopted(root)
    text = routers.running(["gz-pe1"])["gz-pe1"]
    routers.reset({"gz-pe1": text.replace("maximum-prefix 100", "maximum-prefix 5000")})
    edit(root, GOES["a site with BGP"])
    code, report = drifted(root, "policy", "service", "leak")
    assert code is Exit.CHANGES, report["differences"]
    assert (report["classes"]["leak"], report["proved"]) == (0, True)
    assert report["remediation"]["devices"] == ["gz-pe1"], report["remediation"]
    assert "not applied yet" in report["remediation"]["left"]["bj-pe1"]
    assert "maximum-prefix 5000" not in routers.running(["gz-pe1"])["gz-pe1"]
    left = [d for d in report["differences"] if d["device"] == "bj-pe1"]
    assert {d["class"] for d in left} == {"service", "policy"}
    assert not any(d["remediable"] for d in left)


def test_a_neighbour_that_nobody_applied_is_a_leak_once_the_journal_knows(
    root: Path, routers: EmulatedRouters
) -> None:
    adopted(root)
    edit(root, GOES["a site without BGP"])  # bj-pe1 has something else to come
    routers.configure(
        "bj-pe1", "router bgp 65000 vrf i-party", "neighbor 192.0.2.77 remote-as 64999"
    )
    code, report = drifted(root)
    assert code is Exit.LEAK_OR_FAILED_VERIFICATION
    leaks = [d for d in report["differences"] if d["class"] == "leak"]
    assert [(d["device"], "192.0.2.77" in d["subject"]) for d in leaks] == [("bj-pe1", True)], leaks


def test_differences_are_shown_and_must_be_accepted(root: Path, routers: EmulatedRouters) -> None:
    edit(root, GOES["a site with BGP"])
    runs = routers.running()
    refused = adopted(root)
    assert (refused.exit, refused.result.result) == (Exit.CHANGES, "refused")
    assert refused.result.differing == ("bj-pe1",)
    assert refused.result.proof
    assert refused.result.proof.proved
    assert changes(root) == []
    asked: list[tuple[str, ...]] = []

    def no(adoption: Adoption) -> bool:
        asked.append(adoption.differing)
        return False

    assert adopted(root, Acceptance(yes=True, ask=no)).result.change is None
    assert asked == [("bj-pe1",)]
    done = adopted(root, ALL)
    assert (done.exit, done.result.change) == (Exit.DONE, 1)
    assert routers.running() == runs
    # what was accepted is what a plan would change, and no leak
    plan = planned(root)
    assert [d for c in plan.result.changes for d in c.devices] == ["bj-pe1"]
    assert plan.result.proof.proved


def test_who_does_not_answer_keeps_all_from_being_recorded(
    root: Path, routers: EmulatedRouters
) -> None:
    routers.set_faults({"gz-pe1": [RefuseConnections(count=0)]})
    refused = adopted(root)
    assert (refused.exit, refused.result.result) == (Exit.DEVICES_FAILED, "refused")
    assert list(refused.result.failures) == ["gz-pe1"]
    assert changes(root) == []
    others = [name for name in workspace(root).network.routers if name != "gz-pe1"]
    assert adopted(root, YES, *others).exit is Exit.DONE
    routers.set_faults({"gz-pe1": []})
    # the journal knows nothing of it yet: a run leaves it alone
    text = routers.running(["gz-pe1"])["gz-pe1"]
    routers.reset({"gz-pe1": text.replace("maximum-prefix 100", "maximum-prefix 99")})
    _, report = drifted(root, "policy")
    assert list(report["remediation"]["left"]) == ["gz-pe1"]
    rest = adopted(root, ALL)
    assert (rest.result.devices, rest.result.change) == (("gz-pe1",), 2)
    assert sorted(rest.result.known) == sorted(others)
    _, report = drifted(root, "policy")
    assert report["remediation"]["devices"] == ["gz-pe1"]


@pytest.mark.parametrize("state", ["a dead daemon", "an open commit"])
def test_a_router_in_the_middle_of_something_is_not_recorded(
    state: str, root: Path, routers: EmulatedRouters, monkeypatch: pytest.MonkeyPatch
) -> None:
    if state == "a dead daemon":
        routers.kill_daemon("sc-pe1", "bgpd")
    else:
        real = adopting.read_running

        def pending(task: Any, **words: Any) -> Any:  # noqa: ANN401 -- a Nornir task
            if task.host.name == "sc-pe1":
                driver = task.host.get_connection("napalm", task.nornir.config)
                driver.load_replace_candidate(config=workspace(root).intended(["sc-pe1"])["sc-pe1"])
                driver.commit_config(revert_in=60)
            return real(task, **words)

        monkeypatch.setattr(adopting, "read_running", pending)
    refused = adopted(root, ALL)
    assert (refused.exit, list(refused.result.failures)) == (Exit.DEVICES_FAILED, ["sc-pe1"])
    assert ("bgpd" if state == "a dead daemon" else "commit is open") in str(
        refused.result.failures
    )
    assert changes(root) == []
    routers.heal()


def test_a_leak_needs_somebody_who_answers_for_it(root: Path, routers: EmulatedRouters) -> None:
    text = routers.running(["sh-pe1"])["sh-pe1"]
    routers.reset({"sh-pe1": text.replace("both 65000:2001", "both 65000:2001 65000:1005")})
    refused = adopted(root, ALL)
    assert refused.exit is Exit.LEAK_OR_FAILED_VERIFICATION
    assert refused.result.proof
    assert refused.result.proof.findings[0].severity == "leak"
    who = Override("li wei", "found so, ticket 7")
    done = adopted(root, Acceptance(yes=True, differences=True, override=who))
    assert done.exit is Exit.DONE
    steps = workspace(root).journal.steps(1, "proof")
    assert [(s.phase, json.loads(s.detail)["unproved_by"]) for s in steps] == [
        ("overridden", "li wei")
    ]
    # what was taken over is a leak as before
    assert drifted(root)[0] is Exit.LEAK_OR_FAILED_VERIFICATION


def test_a_killed_adoption_leaves_nothing_half_recorded(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class KilledError(Exception):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(adopting, "record_intent", killed)
        with pytest.raises(KilledError):
            adopted(root)
    assert changes(root) == [("adopt", OPEN)]
    assert any("egovnet adopt" in note for note in drifted(root)[1]["notes"])
    journal = workspace(root).journal
    monkeypatch.setattr("egovnet.playbooks.journal.locks.Lock._dead", lambda _: True)
    assert recover(workspace(root), Silent(), yes=True).exit is Exit.DONE
    assert journal.change(1).state == UNDONE
    assert adopted(root).result.change == 2


def test_numbers_are_kept_and_lost_ones_are_refused(root: Path) -> None:
    (root / LOCK_FILE).unlink()
    assert adopted(root, Acceptance()).result.result == "shown"
    assert not (root / LOCK_FILE).exists()
    assert adopted(root, ALL).exit is Exit.DONE
    assert (root / LOCK_FILE).exists()
    (root / LOCK_FILE).unlink()
    with pytest.raises(InventoryError, match="recover --lock"):
        adopted(root, ALL)
