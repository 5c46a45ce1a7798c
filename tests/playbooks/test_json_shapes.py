"""docs/json.md and the command cannot drift: each documented key is printed, and no other."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from egovnet.lab.state import LabState, NodeState
from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.plan import DevicePlan, Plan, plan_outcome
from egovnet.playbooks.change.proof_gate import gate
from egovnet.playbooks.change.recover import _Case
from egovnet.playbooks.cli.main import main
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.journal import Journal
from egovnet.playbooks.journal.records import DONE, Configuration
from egovnet.playbooks.results.address_report import AddressReport, AddressRow, RegionNumber
from egovnet.playbooks.results.adoption import Adoption
from egovnet.playbooks.results.affected import Affected, Interruption
from egovnet.playbooks.results.connection_cell import (
    ConnectionCell,
    ConnectionSeen,
    UntriedEntry,
)
from egovnet.playbooks.results.demo import DemoResult, DemoStep
from egovnet.playbooks.results.domains import DomainList
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.keys import (
    HandedKey,
    KeyList,
    KeyState,
    ListedKey,
    MadeKeys,
    NewKeyStore,
    TakenKey,
)
from egovnet.playbooks.results.lab import Executed, LabImage
from egovnet.playbooks.results.leaving import LeavingRouter
from egovnet.playbooks.results.loss import Loss, SiteLoss
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.results.plan import PlannedDiff
from egovnet.playbooks.results.plan_summary import KindCount, PlanSummary
from egovnet.playbooks.results.proof_result import proof_result
from egovnet.playbooks.results.recovery import RecoveryResult
from egovnet.playbooks.results.revocation import RevocationResult
from egovnet.playbooks.results.transaction import StepResult, TransactionResult, WaveResult
from egovnet.playbooks.results.verification import (
    CheckCounts,
    CheckFinding,
    LabelsSeen,
    NotPossible,
    PacketCoverage,
    Verification,
    WaitingAccess,
)
from egovnet.playbooks.results.watch import Happening, WatchEvent
from egovnet.playbooks.results.zone_change import ZoneChange
from egovnet.playbooks.verbs.lab import _outcome as lab_outcome
from egovnet.tasks.commit_status import CommitStatus
from egovnet.tasks.confirm_or_rollback import Direction
from egovnet.templates.model.interruption import InterruptionClass
from tests.border_network import nation, province
from tests.inventories import BACKBONE
from tests.name_servers import served_network
from tests.playbooks.console import all_down, copy_of_backbone, edit, egovnet, logged_in
from tests.playbooks.drift_reports import LEAKING as LEAKING_REPORT
from tests.playbooks.drift_reports import UNREACHABLE as UNREACHABLE_REPORT
from tests.playbooks.proofs import LEAKING, PROVED

DOC = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "int or null": (int, type(None)),
    "number": (int, float),
    "number or null": (int, float, type(None)),
    "string": (str,),
    "string or null": (str, type(None)),
    "list": (list,),
    "list of string": (list,),
    "list of int": (list,),
    "list or null": (list, type(None)),
    "object": (dict,),
    "object or null": (dict, type(None)),
    "null": (type(None),),
    "any": (object,),
}


def documented() -> dict[str, dict[str, str]]:
    """Section -> key path -> type, as docs/json.md tells."""
    sections = re.split(r"^## (.+)$", DOC, flags=re.MULTILINE)[1:]
    return {
        title: dict(re.findall(r"^\| `([^`]+)` \| ([^|]+?) \|", body, re.MULTILINE))
        for title, body in zip(sections[::2], sections[1::2], strict=True)
    }


SHAPES = documented()


def paths(value: Any, shape: dict[str, str], at: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 -- JSON is any
    """(key path, value) of every leaf, with names of devices and kinds as the shape calls them."""
    # a row of type "null" stands for the whole; its own rows tell what is there otherwise
    if at in shape and (shape[at] != "null" or value is None):
        yield at, value
        if shape[at] != "list":
            return
    if isinstance(value, dict):
        free = re.search(rf"^{re.escape(at)}\.(<\w+>)", "\n".join(shape), re.MULTILINE)
        for key, inner in value.items():
            name = free.group(1) if free else key
            yield from paths(inner, shape, f"{at}.{name}" if at else name)
        if not value and not free:
            yield at, value
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, shape, f"{at}[]")
    else:
        yield at, value


def check(section: str, *samples: Any) -> None:  # noqa: ANN401 -- JSON is any
    """The samples print what the section documents: all of it, nothing else, of its types."""
    shape = SHAPES[section]
    found: dict[str, Any] = {}
    for sample in samples:
        for path, value in paths(json.loads(json.dumps(sample, default=str)), shape):
            if path in shape:
                assert isinstance(value, TYPES[shape[path]]), f"{section}: {path}: {value!r}"
                if shape[path] == "list of string":
                    assert all(isinstance(entry, str) for entry in value), path
            found[path] = value
    common = SHAPES["every verb"].keys() - shape.keys()
    assert {key for key in found if key.split("[")[0] not in common} == shape.keys()


# -- samples ---------------------------------------------------------------------------------

PLAN = Plan(
    network="reference",
    created="2025-01-01T00:00:00+00:00",
    author="li wei",
    devices={"bj-pe1": DevicePlan("0" * 64, "old\n", "new\n", "- old\n+ new")},
    unchanged={"gz-pe1": "0" * 64},
    unreachable={"gd-pe1": "ConnectTimeoutError: no answer"},
    leaving=(LeavingRouter("gz-pe1", "drained", ("court-guangzhou",)),),
    summary=PlanSummary(kinds=(KindCount("port", 1, 1),)),
    affected=Affected(
        ("party",),
        ("party-beijing",),
        (Interruption(InterruptionClass.PORT, ("bj-pe1",), ("party",), ("party-beijing",), 0.5),),
    ),
    zone_changes=(ZoneChange("party", "vpn", "party", "VPN party moves", "extranet", "intranet"),),
)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    return Workspace(BACKBONE)


CONNECTIONS = (
    ConnectionCell(
        register="exchange",
        name="party-portal",
        case="declared",
        source_vpn="party",
        target_vpn="government",
        source="party-beijing",
        target="gov-beijing",
        family="ipv4",
        protocol="tcp",
        port=443,
        expected=True,
        seen=ConnectionSeen.ANSWERED,
    ),
)
UNTRIED = (UntriedEntry("exchange", "court-files", "ipv6", "nobody is there"),)


def verification() -> Verification:
    found = Verification(
        passed=False,
        checks={"VRF routes": CheckCounts(1, 1, 0)},
        matrix=PacketCoverage(1, 2, ("PE VRFs",), 2, CONNECTIONS, UNTRIED),
        labels=LabelsSeen(True, ("bj-p1",), ("bj-p1: label 18, label 84",), expected=True),
        findings=(
            CheckFinding("VRF routes", "fault", "bj-pe1", "i-court ipv4", "no route", False),
        ),
        unreachable={"gd-pe1": "ConnectTimeoutError: no answer"},
        waiting=(WaitingAccess("party-shanghai", "main", "sh-pe1", "eth3.102", answers=True),),
        not_possible=(NotPossible("packets", "they send none", ("gz-pe1",)),),
    )
    assert found.exit is Exit.LEAK_OR_FAILED_VERIFICATION
    return found


# -- every section ---------------------------------------------------------------------------


ADOPTION = Adoption(
    network="reference",
    result="refused",
    devices=("bj-pe1", "gd-pe1"),
    known=("sh-pe1",),
    differences=(PlannedDiff(("bj-pe1",), "- old\n+ new"),),
    keys={"bj-pe1": ["neighbor 10.200.0.2 password <removed>"]},
    failures={"gd-pe1": "ConnectTimeoutError: no answer"},
)


def test_adopt() -> None:
    """With a proof and a change in `tests/playbooks/verbs/test_adopt.py`."""
    check("adopt", ADOPTION.to_dict())


def test_every_verb_has_its_section() -> None:
    told = {
        name
        for name in SHAPES
        if name not in ("Exit codes", "every verb", "error", "proof", "transaction", "lab")
    }
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}
    groups = {name: c for name, c in commands.items() if isinstance(c, click.Group)}
    for one in ("add", "allocate"):  # one shape, whatever is added
        del groups[one]
    below = {f"{name} {verb}" for name, c in groups.items() for verb in c.list_commands(context)}
    verbs = (set(commands) | {"drift"}) - {*groups, "apply"}
    without = {f"lab {name}" for name in ("up", "down", "restart", "status", "ssh")}
    assert told == verbs | {"worker --new-key"} | (below - without)
    for verb in ("apply", "rollback --yes", "lab up", "lab down", "lab status"):
        assert f"`{verb}`" in DOC


def test_the_exit_codes_are_those_of_the_program() -> None:
    section = DOC.split("## Exit codes")[1].split("##")[0]
    assert [int(code) for code in re.findall(r"^\| (\d) \|", section, re.MULTILINE)] == sorted(Exit)


def test_error(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    edit(root / "vpns.yaml", "zone: intranet, owner: party", "zone: moon, owner: party")
    broken = egovnet("validate", "--inventory", root, "--json", state=tmp_path)
    wrong = egovnet("show", "99", "--json", state=tmp_path)
    no_lab = egovnet("lab", "exec", "--json", "bj-pe1", "true", state=tmp_path)
    assert (broken.code, wrong.code, no_lab.code) == (2, 2, 5)
    check("error", broken.json, wrong.json, no_lab.json)


def test_init_validate_render(tmp_path: Path) -> None:
    mine = tmp_path / "inventory"  # its state is in a directory of the network's name
    check("init", egovnet("init", mine, "--json", state=tmp_path).json)
    where = ("completion", "--prefix", tmp_path / "usr", "--json")
    check("completion", egovnet(*where, state=tmp_path).json)
    out = tmp_path / "exported"
    check("export", egovnet("export", "ansible", "-o", out, "--json", state=tmp_path).json)
    check("schema", egovnet("schema", "--inventory", mine, "--json", state=tmp_path).json)
    router = ("--region", "north", "--roles", "pe", "--hostname", "127.20.20.23",
              "--management", "172.20.20.23/24")  # fmt: skip
    check("add", egovnet("add", "router", "pe3", *router, "--inventory", mine, "--json",
                         state=tmp_path).json)  # fmt: skip
    root = copy_of_backbone(tmp_path / "network")
    edit(root / "circuits.yaml", "b: {router: bj-p2, port: eth5}", "b: {router: bj-p1, port: eth9}")
    ours, beside = nation(tmp_path / "nation"), province(tmp_path / "province")
    met = egovnet("validate", "--inventory", ours, "--with", beside, "--json", state=tmp_path).json
    alone = egovnet("validate", "--inventory", root, "--json", state=tmp_path).json
    check("validate", alone, met)
    check("render", egovnet("render", "-o", tmp_path / "out", "--json", state=tmp_path).json)


def test_prove() -> None:
    silent = proof_result(LEAKING, {"gd-pe1": "ConnectTimeoutError: no answer"})
    check("prove", proof_result(PROVED).to_dict(), silent.to_dict())


def test_proof(workspace: Workspace) -> None:
    texts = workspace.intended()
    leaking = texts["sh-pe1"].replace("rt vpn both 65000:2001", "rt vpn both 65000:2001 65000:1006")
    check(
        "proof",
        *(gate(workspace, Silent(), push(texts, new)).result().to_dict() for new in ("", leaking)),
    )


def test_what_was_written_and_what_comes_next() -> None:
    following = (NextCommand(("apply", "my change.plan")),)
    outcome = plan_outcome(PLAN)
    said = replace(outcome, written=("my change.plan",), next=following).data
    common = {key: said[key] for key in said.keys() - outcome.data.keys()}
    check("every verb", common)
    assert common["next"] == ["egovnet apply 'my change.plan'"]


def push(texts: dict[str, str], new: str) -> Plan:
    entry = DevicePlan("0" * 64, texts["sh-pe1"], new or texts["sh-pe1"], "- old\n+ new")
    return replace(PLAN, devices={"sh-pe1": entry}, unreachable={})


def test_plan(tmp_path: Path) -> None:
    root, state = copy_of_backbone(tmp_path / "network"), tmp_path / "state"
    all_down(root)
    for verb in ("plan", "apply"):
        ran = egovnet(verb, "--inventory", root, "--json", state=state, env=logged_in(state))
        check("plan", ran.json, plan_outcome(PLAN).data)


def test_transaction(workspace: Workspace) -> None:
    refused = apply_plan(workspace, Silent(), PLAN)
    nothing = apply_plan(workspace, Silent(), replace(PLAN, devices={}, unreachable={}))
    failed = Outcome(
        "apply",
        TransactionResult(
            "failed",
            PLAN.hash,
            PLAN.affected,
            change=7,
            devices=tuple(PLAN.devices),
            waves=tuple(WaveResult(w.name, w.devices) for w in PLAN.waves_or_one()),
            left_out={"c": "z"},
            failed_stage="commit",
            failures={"a": "x"},
            not_undone={"b": "y"},
            verification=verification(),
            steps=(StepResult(1, 2, 7, "failed", ("a",), ("party-beijing/main",)),),
        ),
        Exit.DEVICES_FAILED,
    )
    assert [entry.data["result"] for entry in (refused, nothing)] == ["refused", "nothing to do"]
    assert [entry.exit for entry in (refused, nothing)] == [5, 0]
    for outcome in (refused, nothing, failed):
        assert outcome.data.keys() == failed.data.keys()
    check("transaction", refused.data, nothing.data, failed.data)


def test_recover(workspace: Workspace) -> None:
    texts = {"bj-pe1": Configuration("bj-pe1", "old\n", "new\n", "- old\n+ new", None)}
    change = workspace.journal.begin("apply", "0" * 64, "1 device, party", texts)
    case = _Case(
        workspace.journal.change(change),
        {},
        {"bj-pe1": CommitStatus("pending", 70, "new")},
        {"gd-pe1": "ConnectTimeoutError: no answer"},
        Direction.BACK,
        "why",
    )
    check("recover", RecoveryResult((case.recovered(),)).to_dict())


def test_recover_watch() -> None:
    event = WatchEvent("2026-01-01T00:00:00+00:00", Happening.ENDED, "change 1 is done", 1, "done")
    told = re.findall(r"^- `(\w+)`: (string|int)( or null)?[;,.]", DOC, re.MULTILINE)
    assert [key for key, _, _ in told] == list(event.to_dict())
    for key, kind, null in told:
        assert isinstance(event.to_dict()[key], TYPES[kind])
        assert bool(null) is (WatchEvent("", Happening.NOTE, "").to_dict()[key] is None)


def test_verify(workspace: Workspace, tmp_path: Path) -> None:
    root, state = copy_of_backbone(tmp_path / "network"), tmp_path / "state"
    all_down(root)
    env = logged_in(state)
    ran = egovnet("verify", "--settle", "0", "--inventory", root, "--json", state=state, env=env)
    check("verify", ran.json, verification().to_dict())


def test_drift() -> None:
    check("drift", LEAKING_REPORT.to_dict(), UNREACHABLE_REPORT.to_dict())


def test_sheet(tmp_path: Path) -> None:
    sites = ("gov-guangdong", "tax-guangdong")
    check("sheet", *(egovnet("sheet", site, "--json", state=tmp_path).json for site in sites))


def test_history_and_show(tmp_path: Path, workspace: Workspace) -> None:
    journal = Journal(workspace.state, "reference")
    texts = {"bj-pe1": Configuration("bj-pe1", "old\n", "new\n", "- old\n+ new", None)}
    one = journal.begin("apply", "0" * 64, "1 device, party", texts)
    journal.step(one, "verify", "*", "failed", {"findings": []})
    journal.close(one, DONE)
    two = journal.begin("rollback", "0" * 64, "1 device, party", texts, undoes=one, ticket="T-1")
    history = egovnet("history", "--json", state=tmp_path)
    assert [change["id"] for change in history.json["changes"]] == [one, two]
    assert history.json["faults"] == []
    check("history", history.json)
    shown = [egovnet("show", str(n), "--json", state=tmp_path).json for n in (one, two)]
    check("show", *shown)
    assert egovnet("show", str(one), state=tmp_path).stdout.count("bj-pe1") == 1


def test_evidence(tmp_path: Path) -> None:
    made = egovnet("evidence", "-o", str(tmp_path / "e.tar"), "--json", state=tmp_path / "state")
    check("evidence", made.json)
    assert made.json["written"] == [str(tmp_path / "e.tar")]


def test_lab(tmp_path: Path) -> None:
    none = egovnet("lab", "status", "--json", state=tmp_path)
    state = LabState(
        backend="microvm",
        topology="reference",
        digest="0",
        running=True,
        ready=True,
        pid=1,
        marker="secret",
        nodes=(
            NodeState(name="bj-p1", kind="router", forward=("127.20.20.11", 2222), seconds=1.5),
            NodeState(name="x-host", kind="host", management="172.20.20.9"),
        ),
        seconds={"ssh": 9.5},
    )
    check("lab", none.json, lab_outcome(state).data)


def test_lab_topology(tmp_path: Path) -> None:
    check("lab topology", egovnet("lab", "topology", "--json", state=tmp_path).json)


def test_lab_exec_and_demo() -> None:
    """Both need the lab: what they come to, as they would come to it."""
    check("lab image", LabImage("image.tar", "egovnet-frr:8.4.4-1", "a" * 64, 1).to_dict())
    check("lab exec", Executed("bj-pe1", "out", "err", 0).to_dict())
    check("demo", DemoResult(True, (DemoStep("title", True, 1.5, "seen"),)).to_dict())


def test_keys() -> None:
    """As the verbs print them in `tests/playbooks/verbs/keys/test_keys.py`."""
    day = date(2026, 1, 1)
    key = ListedKey("ldp/a+b", ("a", "b"), "tcp-md5", 1, KeyState.IN_USE, day, day, 0)
    none = ListedKey("isis-domain/n", (), "hmac-md5", 0, KeyState.MISSING, None, None, None)
    lists = KeyList("n", day, "keys.age", True, (key, none)), KeyList("n", day, None, False, ())
    check("keys list", *(each.to_dict() for each in lists))
    for verb in ("keys generate", "keys rotate"):
        check(verb, MadeKeys(("<egovnet:ldp/a+b.1>",), made=True).to_dict())
    result = TransactionResult(End.DONE, "0" * 64)
    loss = Loss(3, 30, 2, (SiteLoss("a", "b", 6, 2, 1.5),))
    revoked = RevocationResult(("<egovnet:ldp/a+b.2>",), "stolen", result, loss).to_dict()
    check("keys revoke", {name: revoked[name] for name in revoked.keys() - result.to_dict().keys()})
    check("keys hand-over", HandedKey("<egovnet:site/a+main.1>", "age1", "file").to_dict())
    check("keys take", TakenKey("<egovnet:site/a+main.1>", "file").to_dict())
    check("keys init", NewKeyStore("keys.age", ("age1",), "identity", identity_made=True).to_dict())


def test_domains_and_allocate(tmp_path: Path) -> None:
    root = served_network(tmp_path / "network")
    where = ("--inventory", root, "--json")
    listed = egovnet("domains", *where, state=tmp_path).json
    stale = DomainList((), "zones", ("intranet/a/a/a.zone",)).to_dict()
    check(
        "domains",
        listed,
        egovnet("domains", "-o", tmp_path / "z", *where, state=tmp_path).json,
        stale,
    )
    words = ("allocate", "loopback", "sh-pe9", "--region", "shanghai")
    with (root / "network.yaml").open("a") as file:
        file.write("aggregates: {loopback-ipv4: {province: 24}}\n")
    check("allocate", egovnet(*words, *where, state=tmp_path).json)
    row = AddressRow("a", "b", "c", "", "", "1-9", 9, 1, 0, 8, 11, 1.5, date(2031, 5, 1))
    full = AddressReport(
        "n", date(2026, 1, 1), (row,), (RegionNumber("b", "c", "", 64601),), 2, None
    )
    since = replace(full, since=date(2025, 1, 1))
    found = egovnet("report", "addresses", *where, state=tmp_path).json
    check("report addresses", found, full.to_dict(), since.to_dict())
