"""S17: who may plan, approve and apply what, by region, tier and agency; and what binds them.

From `policy.yaml` and SSH keys to what a person reads, on routers in memory.
"""

import copy
import json
import shutil
import sqlite3
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from egovnet.playbooks.change.approval_gate import authored, governed
from egovnet.playbooks.change.plan import make_plan, read_plan, write_plan
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.journal import hash_chain
from egovnet.playbooks.journal.records import Configuration
from egovnet.playbooks.signatures.allowed_signers import line_of
from egovnet.playbooks.signatures.ssh_signature import public_half
from tests.playbooks.console import Ran
from tests.playbooks.edited_place import numbers, put
from tests.policies import POLICY, Office, bases, office, office_with_platform, party_site, people
from tests.ssh_agent import make_token, plug_in, pull_out, ssh_agent

__all__ = ["bases", "office", "office_with_platform", "people"]


def foshan(office: Office, person: str = "li") -> Path:
    """A plan of a new site of the party in Guangdong."""
    office.edit("sites/guangdong.yaml", party_foshan=party_site("guangdong", "gd-pe1", 14, "eth4"))
    return office.plan(person)


def zhuhai(office: Office) -> None:
    """One more there."""
    office.edit("sites/guangdong.yaml", party_zhuhai=party_site("guangdong", "gd-pe1", 15, "eth4"))


def with_scopes(**scopes: Any) -> dict[str, Any]:  # noqa: ANN401 -- YAML is any
    policy = copy.deepcopy(POLICY)
    policy["scopes"] |= scopes
    return policy


def wanting(ran: Ran) -> set[str]:
    """Rules that a refused plan lacks."""
    assert ran.code == 2, ran.stderr
    return {one["rule"] for one in ran.json["approvals"]["uncovered"]}


# -- nobody alone ----------------------------------------------------------------------------------


def test_nobody_alone_approves_their_own_plan(office: Office) -> None:
    plan = foshan(office)
    alone = office.approved("li", plan)
    assert "rule author, scope party: approval by wang: li made the plan" in alone.stdout
    before = dict(office.routers.running)
    assert wanting(office.by("noc", "apply", plan, "--json")) == {"author"}
    assert office.routers.running == before
    office.approved("wang", plan)
    assert office.by("noc", "apply", plan).code == 0


def test_a_key_that_only_an_agent_has_approves(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The private half of an approver's key is in no file: the public half is named."""
    plan = foshan(office)
    public = tmp_path / "wang.pub"
    shutil.copy(office.keys / "wang.pub", public)
    unlocked = ("approve", plan, "--key", public)
    without = office.by(None, *unlocked)
    assert without.code == 2
    assert "no agent has its private half" in without.stderr
    with ssh_agent(tmp_path, monkeypatch):
        subprocess.run(["ssh-add", "-q", office.keys / "wang"], check=True, capture_output=True)
        approved = office.by(None, *unlocked, "--json")
        assert (approved.code, approved.json["person"]) == (0, "wang"), approved.stderr
        subprocess.run(["ssh-add", "-q", "-D"], check=True, capture_output=True)
        assert "no agent has its private half" in office.by(None, *unlocked).stderr
    done = office.by("noc", "apply", plan, "--json")
    assert (done.code, done.json["result"]) == (0, "done"), done.stderr
    assert office.by(None, "history", "--check").code == 0


def test_a_key_on_a_token_approves(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The private half never leaves the token: PKCS#11, by the agent."""
    public = make_token(tmp_path, monkeypatch, "wang")
    signers = office.root / "allowed_signers"
    others = [line for line in signers.read_text().splitlines() if not line.startswith("wang ")]
    mine = line_of("wang", public_half(public))
    signers.write_text("".join(f"{line}\n" for line in (*others, mine)), encoding="utf-8")
    plan = foshan(office)
    with ssh_agent(tmp_path, monkeypatch):
        assert office.by(None, "approve", plan, "--key", public).code == 2
        plug_in(tmp_path)
        approved = office.by(None, "approve", plan, "--key", public, "--json")
        assert (approved.code, approved.json["person"]) == (0, "wang"), approved.stderr
        pull_out()
        assert office.by(None, "approve", plan, "--key", public).code == 2
    done = office.by("noc", "apply", plan, "--json")
    assert (done.code, done.json["result"]) == (0, "done"), done.stderr
    assert office.by(None, "history", "--check").code == 0


def test_who_applies_is_asked_too(office: Office) -> None:
    plan = foshan(office)
    office.approved("wang", plan)
    assert wanting(office.by(None, "apply", plan, "--json")) == {"apply"}
    assert wanting(office.by("wang", "apply", plan, "--json")) == {"apply"}
    zhuhai(office)
    unsigned = office.plan(None)
    refused = office.by("wang", "approve", unsigned)
    assert refused.code == 2
    assert "nobody signed it as its author" in refused.stderr


def test_a_script_that_plans_and_applies_finds_the_approvals(office: Office) -> None:
    """`apply --yes` makes the plan anew: the same changes have the same hash."""
    plan = foshan(office)
    assert wanting(office.by("noc", "apply", "--yes", "--json")) == {"plan", "approve"}
    office.approved("wang", plan)
    done = office.by("noc", "apply", "--yes", "--json")
    assert (done.code, done.json["result"]) == (0, "done"), done.stderr
    shown = office.by(None, "show", "2")
    assert "author li" in shown.stdout
    # and what is added meanwhile is another plan, which nobody approved
    zhuhai(office)
    assert "approve" in wanting(office.by("noc", "apply", "--yes", "--json"))


def test_a_province_has_its_routers_and_no_others(office: Office) -> None:
    nation = {"plan": ["chen"], "approve": ["chen", "zhao"], "apply": ["noc"]}
    kinds = ["backbone", "circuit", "router", "platform"]
    policy = with_scopes(
        backbone={"kinds": kinds, "tiers": ["centre"], **nation},
        provinces={
            "kinds": kinds,
            "tiers": ["province", "prefecture"],
            "regions": ["guangdong"],
            "plan": ["zhou"],
            "approve": ["zhou", "li"],
            "apply": ["noc"],
        },
    )  # fmt: skip -- a dictionary
    office.govern(policy)
    office.edit(
        "circuits.yaml",
        **{
            "gz-pe1--gd-pe1": {
                "a": {"router": "gz-pe1", "port": "eth1"},
                "b": {"router": "gd-pe1", "port": "eth3"},
                "metric": 20,
            }
        },
    )  # fmt: skip -- a dictionary
    plan = office.plan("zhou")
    office.approved("li", plan)
    assert office.by("noc", "apply", plan).code == 0
    office.edit(
        "circuits.yaml",
        **{
            "gd-pe1--bj-p1": {
                "a": {"router": "gd-pe1", "port": "eth1"},
                "b": {"router": "bj-p1", "port": "eth3"},
                "metric": 20,
            }
        },
    )  # fmt: skip -- a dictionary
    plan = office.plan("zhou")
    office.approved("li", plan)
    refused = office.by("noc", "apply", plan, "--json")
    lines = [line for one in refused.json["approvals"]["uncovered"] for line in one["lines"]]
    assert {line["device"] for line in lines} == {"bj-p1"}
    assert any(line["text"].endswith("isis metric 20") for line in lines)


# -- bad input -------------------------------------------------------------------------------------


def test_what_is_wrong_with_a_policy_is_said_at_once(office: Office) -> None:
    policy = with_scopes(
        guangdong={"regions": ["guangdong"], "plan": ["li"], "approve": ["li"], "apply": ["noc"]},
        odd={
            "agencies": ["partie"],
            "kinds": ["circuit"],
            "plan": ["noc"],
            "approve": ["nobody", "wang"],
            "apply": ["noc"],
            "persons": 3,
        },
    )  # fmt: skip -- a dictionary
    policy["amend"] = ["chen"]
    office.govern(policy)
    keys = office.root / "allowed_signers"
    li, wang, *rest = keys.read_text().splitlines()
    wang = f"wang {li.split(' ', 1)[1]}"  # li's key as wang's
    keys.write_text("\n".join([li, wang, f"*{rest[0]}", *rest[1:]]) + "\n")
    regions = office.root / "regions.yaml"
    text = regions.read_text().replace(
        "guangzhou: {name: Guangzhou, tier: prefecture, parent: guangdong}",
        "guangzhou: {name: Guangzhou, tier: prefecture, parent: guangzhou}",
    )
    regions.write_text(text)
    found = office.by(None, "validate")
    assert found.code == 2
    for words in (
        "regions.yaml:3: guangzhou.parent: guangzhou is its own parent",
        "partie",
        "scopes.odd.kinds.0: circuit, which is of no agency",
        "scopes.odd.plan.0: noc, which is a machine",
        "scopes.odd.approve.0: 'nobody' is none of the people",
        "scopes.odd.persons: 3 must approve, and 2 may",
        "scopes.guangdong.approve: li alone, who alone plans it",
        "amend: 1 of those who may change the policy",
        "allowed_signers:2: two owners of one key: wang, and li on line 1",
        "allowed_signers:3: *zhou is not the name of one person",
    ):
        assert words in found.stderr, words
    for line in found.stderr.splitlines():
        assert ".yaml:" in line or "allowed_signers:" in line, line


def test_two_owners_of_one_thing(office: Office) -> None:
    office.govern(
        with_scopes(
            guangdong={
                "regions": ["guangdong"],
                "plan": ["li"],
                "approve": ["wang"],
                "apply": ["noc"],
            }
        )
    )
    found = office.by(None, "validate")
    assert found.code == 2
    where = [
        n
        for n, line in enumerate((office.root / "policy.yaml").read_text().splitlines(), 1)
        if line == "  guangdong:"
    ]  # fmt: skip -- one line of a file
    assert (
        f"policy.yaml:{where[0]}: scopes.guangdong: two owners of one thing: access of party "
        "(intranet) in guangdong (province) is in scope party as well"
    ) in found.stderr


def test_an_expired_and_an_unknown_key_approve_nothing(office: Office) -> None:
    office.govern(valid={"wang": (None, datetime(2026, 1, 31, tzinfo=UTC))})
    plan = foshan(office)
    expired = office.by("wang", "approve", plan)
    assert expired.code == 2
    assert "allowed_signers:2: the key of wang expired on 2026-01-31" in expired.stderr
    unknown = office.by("stranger", "approve", plan)
    assert unknown.code == 2
    assert "allowed_signers: SHA256:" in unknown.stderr
    assert "it is nobody's" in unknown.stderr
    other = office.by("zhou", "approve", plan)
    assert other.code == 2
    assert "zhou approves nothing that this plan changes" in other.stderr


def test_an_approval_of_another_plan_is_named(office: Office) -> None:
    """Whoever writes the database puts an approval where another plan is looked up."""
    one = foshan(office)
    office.approved("wang", one)
    zhuhai(office)
    two = office.plan("li")
    hashes = [json.loads(path.read_text())["hash"] for path in (one, two)]
    with database(office) as journal:
        journal.execute("UPDATE statements SET plan_hash = ?", (hashes[1],))
    refused = office.by("noc", "apply", two, "--json")
    assert wanting(refused) == {"approve"}
    (why,) = [said for said in refused.json["approvals"]["ignored"] if "by wang" in said]
    assert f"allowed_signers:2: the approval by wang is of another plan, {hashes[0][:12]}" in why


def test_a_key_that_expired_since_counts_no_more(office: Office) -> None:
    plan = foshan(office)
    office.approved("wang", plan)
    keys = office.root / "allowed_signers"
    keys.write_text(keys.read_text().replace("wang ", 'wang valid-before="20260131Z" '))
    refused = office.by("noc", "apply", plan, "--json")
    assert refused.code == 2
    # the author's statement and the approval were given under other keys
    assert all("another policy" in said for said in refused.json["approvals"]["ignored"])


# -- the policy itself -----------------------------------------------------------------------------


def test_nobody_widens_the_policy_alone(office: Office) -> None:
    first = foshan(office)
    office.approved("wang", first)
    assert office.by("noc", "apply", first).code == 0
    policy = copy.deepcopy(POLICY)
    for scope in policy["scopes"].values():
        scope |= {"plan": ["li", "wang"], "approve": ["li", "wang"], "apply": ["li"]}
    policy["amend"] = ["li", "wang"]
    office.govern(policy)
    zhuhai(office)
    plan = office.plan("li")
    for person in ("li", "wang"):
        office.approved(person, plan)
    refused = office.by("li", "apply", plan, "--json")
    assert wanting(refused) == {"amend"}
    (lack,) = refused.json["approvals"]["uncovered"]
    assert "two of chen, zhao, li must approve the first plan under it; li did" in lack["why"]
    shutil.move(office.root / "policy.yaml", office.root.parent / "policy.yaml")
    (office.root / "allowed_signers").unlink()
    assert wanting(office.by("li", "apply", "--yes", "--json")) == {"amend"}
    assert wanting(office.by(None, "apply", "--yes", "--json")) == {"amend"}
    # two of those who were named before agree, and it is so
    office.govern(policy)
    office.approved("zhao", plan)
    assert office.by("li", "apply", plan).code == 0


def test_what_the_rules_go_by_changes_hands_with_two(office: Office) -> None:
    """A VPN of another agency, taken over with a change of one's own lines."""
    office.edit(
        "vpns.yaml",
        government={"name": "Government", "zone": "intranet", "owner": "party", "level": 2},
    )
    refused = office.by("noc", "apply", foshan(office), "--json")
    assert "amend" in wanting(refused)
    why = next(
        one["why"] for one in refused.json["approvals"]["uncovered"] if one["rule"] == "amend"
    )
    assert "VPN government goes from government (intranet) to party (intranet)" in why


# -- rollback, recover, drift ----------------------------------------------------------------------


def test_a_rollback_is_a_change_as_any_other(office: Office) -> None:
    plan = foshan(office)
    office.approved("wang", plan)
    assert office.by("noc", "apply", plan).code == 0
    back = office.root.parent / "back.plan"
    refused = office.by("noc", "rollback", "2", "--yes", "--json")
    assert wanting(refused) >= {"approve", "plan"}
    shown = office.by("li", "rollback", "2", "-o", back)
    assert shown.code == 3, shown.stderr
    assert "when it is approved, carry it out with: egovnet rollback 2 --yes" in shown.stderr
    office.approved("wang", back)
    still = office.by("noc", "apply", back)
    assert still.code == 2
    assert "takes back change 2, which the inventory still means on gd-pe1" in still.stderr
    done = office.by("noc", "rollback", "2", "--yes")
    assert done.code == 0, done.stdout + done.stderr
    assert "party-foshan" not in office.routers.running["gd-pe1"]
    assert office.by(None, "recover").code == 0  # nobody is asked for a key
    replayed = office.by("noc", "apply", plan, "--json")
    assert wanting(replayed) == {"plan", "approve"}
    said = replayed.json["approvals"]["ignored"]
    assert len(said) == 2
    assert all("was for change 2, which applied the plan; have it given again" in s for s in said)
    assert office.by("li", "plan", "-o", plan).code == 3
    office.approved("wang", plan)
    assert office.by("noc", "apply", plan).code == 0


def test_a_plan_that_stopped_goes_on_by_its_approvals(office: Office) -> None:
    """After a wave, and after a controller that died in the next: what it left is recovered."""
    for site in ("party-beijing", "party-guangdong"):
        put(office.root, site, **{"maximum-prefix": 66})
    plan = office.plan("li", "--waves", "tier")
    office.approved("wang", plan)
    first = office.by("noc", "apply", plan, "--stop-after", "canary", "--json")
    assert (first.code, first.json["devices"]) == (0, ["gd-pe1"]), first.stdout + first.stderr
    whole, runs = read_plan(plan), office.routers.running["bj-pe1"]
    workspace = office.workspace
    workspace.key = office.keys / "noc"
    known, journal = governed(workspace, whole), workspace.journal
    assert known is not None
    entry = whole.devices["bj-pe1"]
    text = Configuration("bj-pe1", entry.before, entry.intended, entry.diff, None)
    number = journal.begin(whole.kind, whole.hash, "1 device", {"bj-pe1": text})
    known.record(number, whole, known.applied(whole))
    journal.steps_begin(number, "commit", ["bj-pe1"])
    office.routers.running["bj-pe1"] = entry.intended
    journal.let_go(number)
    recovered = office.by(None, "recover", "--yes", "--json")
    assert recovered.json["changes"][0]["result"] == "undone", recovered.stderr
    assert office.routers.running["bj-pe1"] == runs
    rest = office.by("noc", "apply", plan, "--json")
    assert rest.code == 0, rest.stdout + rest.stderr
    assert rest.json["devices"] == ["bj-pe1"]
    assert wanting(office.by("noc", "apply", plan, "--json")) == {"approve", "plan"}
    assert office.by(None, "history", "--check").code == 0


def test_a_plan_in_steps_is_approved_as_a_whole(office: Office) -> None:
    """Two owners' sites change their VLANs with each other, in two transactions."""
    held = numbers(office.root, "vlan/bj-pe1/eth3")
    for site, other in (("party-beijing", "gov-beijing"), ("gov-beijing", "party-beijing")):
        put(office.root, site, vlan=held[f"{other}/main"])
    plan = office.plan("chen", "--steps")
    office.approved("wang", plan)
    one = office.by("noc", "apply", plan, "--json")
    assert wanting(one) == {"approve"}
    assert {x["scope"] for x in one.json["approvals"]["uncovered"]} == {"government"}
    office.approved("zhou", plan)
    done = office.by("noc", "apply", plan, "--json")
    assert (done.code, len(done.json["steps"])) == (0, 2), done.stdout + done.stderr
    checked = office.by(None, "history", "--check", "--json")
    assert checked.json["faults"] == []
    # the second step is undone, and nobody brings it back by what was signed before
    plan_of = {change["id"]: change["plan_hash"] for change in checked.json["changes"]}
    whole = json.loads(plan.read_text())["hash"]
    assert whole not in plan_of.values()
    assert "have it given again" in str(office.by("noc", "apply", plan, "--json").json["approvals"])
    with database(office) as journal:
        journal.execute("DELETE FROM steps WHERE stage = 'plan' AND phase = 'whole'")
        chained_anew(journal)
    assert "change 2: what its plan decides is gone, or is another plan's" in faults(office)


# -- a stolen journal ------------------------------------------------------------------------------


def database(office: Office) -> sqlite3.Connection:
    (path,) = office.state.glob("*/journal.db")
    return sqlite3.connect(path)


def chained_anew(journal: sqlite3.Connection) -> None:
    """As who can write the database would leave it: the chain holds."""
    journal.row_factory = sqlite3.Row
    head = hash_chain.START
    for row in journal.execute("SELECT * FROM steps ORDER BY id").fetchall():
        head = hash_chain.link(head, dict(row))
        journal.execute("UPDATE steps SET hash = ? WHERE id = ?", (head, row["id"]))
    journal.execute("UPDATE chains SET head = ?", (head,))


@pytest.fixture
def two_changes(office: Office) -> Office:
    """Changes 2 and 3, planned by li, approved by wang and applied by noc."""
    for plan in (foshan(office), None):
        if plan is None:
            zhuhai(office)
            plan = office.plan("li")  # noqa: PLW2901 -- of the network as it is by now
        office.approved("wang", plan)
        assert office.by("noc", "apply", plan).code == 0
    clean = office.by(None, "history", "--check", "--json")
    assert [fault for fault in clean.json["faults"] if "approval" in fault] == []
    return office


def approvals(journal: sqlite3.Connection) -> list[tuple[int, str]]:
    found = "SELECT id, detail FROM steps WHERE stage = 'approval' AND phase = 'approver'"
    return list(journal.execute(f"{found} ORDER BY id"))


def faults(office: Office) -> str:
    found = office.by(None, "history", "--check", "--json")
    assert found.code == 4
    return "\n".join(found.json["faults"])


def test_two_approvals_that_were_swapped_are_named(two_changes: Office) -> None:
    with database(two_changes) as journal:
        (one, first), (two, second) = approvals(journal)
        for number, detail in ((one, second), (two, first)):
            journal.execute("UPDATE steps SET detail = ? WHERE id = ?", (detail, number))
        chained_anew(journal)
    found = faults(two_changes)
    for change, other in ((2, 3), (3, 2)):
        assert f"change {change}: the approval by wang is of another plan" in found
        assert f"that of change {other}" in found


@pytest.mark.parametrize("stage", ["approval", "policy"])
def test_a_step_that_cannot_be_read_is_named(two_changes: Office, stage: str) -> None:
    for left in ("{", "[]", '{"statement": 3}', '{"digest": "a"}'):
        with database(two_changes) as journal:
            words = "UPDATE steps SET detail = ? WHERE id = (SELECT max(id) FROM steps "
            journal.execute(f"{words} WHERE stage = ?)", (left, stage))
            chained_anew(journal)
        assert "cannot be read" in faults(two_changes), left


def test_an_approval_that_is_altered_or_gone_is_named(two_changes: Office) -> None:
    with database(two_changes) as journal:
        (one, detail), (two, _) = approvals(journal)
        forged = json.loads(detail)
        forged["statement"] = forged["statement"].replace("person: wang", "person: zhou")
        journal.execute("UPDATE steps SET detail = ? WHERE id = ?", (json.dumps(forged), one))
        journal.execute("DELETE FROM steps WHERE id = ?", (two,))
        chained_anew(journal)
    found = faults(two_changes)
    assert "change 2: the approval by zhou does not hold: " in found
    assert "change 3: a statement that noc counted when it was applied is gone" in found


def test_another_text_than_was_approved_is_named(two_changes: Office) -> None:
    """The thief keeps every statement, and says that the router was given something else."""
    with database(two_changes) as journal:
        journal.row_factory = sqlite3.Row
        (text,) = journal.execute(
            "SELECT intended FROM configurations WHERE change_id = 2 AND device = 'gd-pe1'"
        ).fetchone()
        other = text.replace("10.1.14.0/24", "10.1.99.0/24")
        journal.execute(
            "UPDATE configurations SET intended = ?, after = ? WHERE change_id = 2", (other, other)
        )
        for row in journal.execute("SELECT * FROM steps WHERE change_id = 2").fetchall():
            was, now = (hash_chain.fingerprint(each) for each in (text, other))
            if row["stage"] != "plan":  # whose hash is signed
                changed = row["detail"].replace(was, now)
                journal.execute("UPDATE steps SET detail = ? WHERE id = ?", (changed, row["id"]))
        chained_anew(journal)
    found = faults(two_changes)
    assert "change 2: what it gave gd-pe1 is not what its plan says" in found
    assert "change 3: what" not in found


@pytest.mark.parametrize("direction", ["forward", "back"])
def test_what_nobody_applied_is_not_recovered(office: Office, direction: str) -> None:
    """A change that somebody wrote into the database, for whoever recovers next."""
    plan = foshan(office)
    office.approved("wang", plan)
    assert office.by("noc", "apply", plan).code == 0
    runs = office.routers.running["gd-pe1"]
    evil = runs.replace("10.1.14.0/24", "10.1.99.0/24")
    assert evil != runs
    before, intended = (runs, evil) if direction == "forward" else (evil, runs)
    journal = office.workspace.journal
    journal.key = None
    text = {"gd-pe1": Configuration("gd-pe1", before, intended, "", None)}
    number = journal.begin("apply", "f" * 64, "1 device", text)
    journal.steps_begin(number, "commit", ["gd-pe1"])
    journal.decide(number, direction, "so it was decided", ["gd-pe1"])
    journal.let_go(number)
    shown = office.by(None, "recover")
    assert shown.code == 4
    assert f"change {number} is not touched: 0 statements of who applied it" in shown.stderr
    done = office.by(None, "recover", "--yes")
    assert done.code == 4
    assert office.routers.running["gd-pe1"] == runs
    assert journal.change(number).state == "open"


def test_ssh_keygen_alone_checks_an_approval(two_changes: Office, tmp_path: Path) -> None:
    out = tmp_path / "auditor"
    done = two_changes.by(None, "export", "approvals", "-o", out)
    assert done.code == 0, done.stderr
    text = out / "change-2" / "approver-wang.txt"
    said = text.read_text()
    checked = subprocess.run(
        [
            "ssh-keygen",
            "-Y",
            "verify",
            "-f",
            out / "change-2" / "allowed_signers",
            "-I",
            "wang",
            "-n",
            "egovnet-plan",
            "-s",
            text.with_suffix(".sig"),
        ],
        input=said.encode(),
        check=False,
        capture_output=True,
    )  # fmt: skip -- a command
    assert checked.returncode == 0, checked.stderr
    journal = json.loads(two_changes.by(None, "show", "2", "--json").stdout)
    assert f"plan: {journal['change']['plan_hash']}" in said
    # as the page says it, for every one of them
    script = [line[4:] for line in (out / "README").read_text().splitlines() if line[:4] == "    "]
    ran = subprocess.run(
        ["sh", "-e", "-c", "\n".join(script)], cwd=out, check=False, capture_output=True, text=True
    )  # fmt: skip -- a command
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count('Good "egovnet-plan" signature') == 6


def test_code_owners_are_those_who_approve(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = office.by(None, "export", "codeowners", "-o", out)
    assert done.code == 0, done.stderr
    text = (out / "CODEOWNERS").read_text()
    lines = dict(line.split(" ", 1) for line in text.splitlines() if line[0] != "#")
    assert lines["/sites/sichuan.yaml"] == "@li @wang @zhou @chen"  # the party's and taxation's
    assert lines["/circuits.yaml"] == "@chen @zhao"
    assert lines["/policy.yaml"] == lines["/allowed_signers"] == "@chen @zhao @li"


# -- overrides and drift ---------------------------------------------------------------------------


def test_an_override_is_agreed_to_by_two(office: Office) -> None:
    """A target of the party's in a VRF of the extranet: no proof, and a matter of both."""
    workspace = office.workspace
    workspace.key = office.keys / "chen"
    was = office.routers.running["sh-pe1"]
    text = was.replace("rt vpn both 65000:2001", "rt vpn both 65000:2001 65000:1006")
    made = authored(workspace, make_plan(workspace, Silent(), {"sh-pe1": text}))
    plan = office.root.parent / "leak.plan"
    write_plan(made, plan)
    for person in ("zhou", "wang"):
        office.approved(person, plan)
    words = ("apply", plan, "--unproved-by", "Zhou", "--reason", "a test of it", "--json")
    refused = office.by("noc", *words)
    assert wanting(refused) == {"approve", "two persons"}
    assert refused.json["proof"]["proved"] is False
    office.approved("zhou", plan, "--unproved", "the portal moves tonight")
    assert wanting(office.by("noc", *words)) == {"approve", "two persons"}
    office.approved("wang", plan, "--unproved", "the portal moves tonight")
    office.routers.trusting = True
    done = office.by("noc", *words)
    assert (done.code, done.json["result"]) == (0, "done"), done.stdout


def test_drift_restores_by_a_key_that_may_apply(office: Office) -> None:
    plan = foshan(office)
    office.approved("wang", plan)
    assert office.by("noc", "apply", plan).code == 0
    whole = office.routers.running["gd-pe1"]
    gone = [line for line in whole.splitlines() if "party-foshan_main seq" in line]
    office.routers.running["gd-pe1"] = whole.replace(f"{gone[0]}\n", "")
    words = ("drift", "--remediate", "leak", "--json")
    left = office.by("wang", *words).json["remediation"]
    assert "rule apply, scope party: applied by noc: wang may not" in str(left["left"])
    # the policy has nothing against it; what a text in memory comes to is another matter
    done = office.by("noc", *words).json["remediation"]
    assert "rule" not in str(done["left"])


def test_what_runs_already_is_asked_for_too(office: Office) -> None:
    """Somebody configures a router by hand as the inventory has it: no plan has a line of it."""
    office.edit("sites/guangdong.yaml", party_foshan=party_site("guangdong", "gd-pe1", 14, "eth4"))
    office.workspace.on_disk.keep_allocation()
    workspace = office.workspace
    (office.routers.running["gd-pe1"],) = workspace.intended(["gd-pe1"]).values()
    assert office.by(None, "plan").code == 0
    night = office.by(None, "drift", "--json")
    found = [d for d in night.json["differences"] if d["class"] == "unapplied"]
    assert [d["device"] for d in found] == ["gd-pe1"], night.stdout
    assert "gave it: nobody applied them" in found[0]["message"]
    # nor does it become applied with somebody else's change
    plan = office.plan_of("zhou", "gov-beijing", 78)
    office.approved("chen", plan)
    refused = office.by("noc", "apply", plan, "--json")
    lacking = [one for one in refused.json["approvals"]["uncovered"] if one["rule"] == "approve"]
    assert [one["scope"] for one in lacking] == ["party"]
    assert {line["device"] for line in lacking[0]["lines"]} == {"gd-pe1"}


def test_a_verification_by_itself_is_in_the_journal(office: Office) -> None:
    office.by(None, "verify", "--settle", "0")
    (step,) = office.workspace.journal.steps(1, "verify-alone")
    assert step.phase == "failed"  # nothing in memory has a session
    said = json.loads(step.detail)
    assert (said["routers"], said["by"]) == ("all", "tester")
    assert said["findings"]
    assert office.by(None, "history", "--check").code == 0


def test_nobody_adopts_what_is_not_proved_alone(office: Office) -> None:
    """An override has two persons behind it, who sign a plan; and there is none."""
    refused = office.by(None, "adopt", "--yes", "--unproved-by", "Li", "--reason", "it runs")
    assert refused.code == 2
    assert "--unproved-by: two persons approve an override, of a plan" in refused.stderr
