"""`rollback` through the playbook: real journal, proof and transaction, routers in memory."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import make_plan, write_plan
from egovnet.playbooks.change.words import NOTHING_SAID, Words
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection, UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.records import FAILED
from egovnet.playbooks.journal.tables import SIGNATURES
from egovnet.playbooks.report.console.output import show
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.playbooks.rollback.undo_intent import CannotUndoError
from egovnet.templates.registry import render_day0
from tests.playbooks.console import contents, copy_of_backbone
from tests.playbooks.memory_routers import MemoryRouters
from tests.playbooks.test_json_shapes import SHAPES, check
from tests.playbooks.undo_inventories import edit

SHANGHAI = {
    "region": "shanghai",
    "vpn": "party",
    "prefixes": ["10.1.13.0/24", "fde9:1:13::/64"],
    "site-network-accesses": {"main": {"pe": "sh-pe1", "port": "eth3", "routing-protocol": "bgp"}},
}
ADD_SHANGHAI = {"file": "sites/shanghai.yaml", "at": "party-shanghai", "value": SHANGHAI}
GUANGZHOU = SHANGHAI | {
    "region": "guangzhou",
    "prefixes": ["10.1.14.0/24"],
    "site-network-accesses": {"main": {"pe": "gz-pe1", "port": "eth3", "routing-protocol": "bgp"}},
}
ADD_GUANGZHOU = {"file": "sites/guangdong.yaml", "at": "party-guangzhou", "value": GUANGZHOU}
DROP_TAX = {"file": "sites/sichuan.yaml", "at": "tax-sichuan"}


@dataclass
class Place:
    """An inventory that is edited, and the routers it is applied to."""

    root: Path
    routers: MemoryRouters

    def workspace(self, *limit: str) -> Workspace:
        return Workspace(self.root, Selection(limit))

    def change(
        self,
        *edits: Mapping[str, Any],
        limit: tuple[str, ...] = (),
        words: Words = NOTHING_SAID,
    ) -> int:
        edit(self.root, edits)
        outcome = apply(self.workspace(*limit), Silent(), yes=True, words=words)
        assert outcome.data["result"] == "done", outcome
        return int(outcome.data["change"])

    def rollback(self, number: int, *limit: str, **options: Any) -> Outcome:  # noqa: ANN401 -- of rollback
        return rollback(self.workspace(*limit), Silent(), number, **{"yes": True, **options})

    def refusal(self, number: int, *limit: str) -> str:
        running, changes = dict(self.routers.running), self.workspace().journal.changes()
        with pytest.raises((UsageError, CannotUndoError)) as caught:
            self.rollback(number, *limit)
        assert self.routers.running == running
        assert self.workspace().journal.changes() == changes
        return str(caught.value)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The reference network, applied as change 1."""
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    found = Place(copy_of_backbone(tmp_path / "network"), MemoryRouters())
    found.routers.take_part(monkeypatch)
    found.routers.boot(found.workspace())
    assert found.change() == 1
    return found


def test_an_older_change_is_undone_under_later_ones_and_judged_by_what_is_left(
    place: Place,
) -> None:
    place.change(ADD_SHANGHAI)
    place.change(ADD_GUANGZHOU)
    place.change(DROP_TAX)
    held = read_lock(place.root).pools
    before = dict(place.routers.running)
    shown = place.rollback(2, yes=False)
    assert (shown.exit, shown.verb, shown.data["kind"], shown.data["by"]) == (
        3,
        "rollback",
        "rollback",
        "intent",
    )  # fmt: skip -- one comparison
    assert [change["devices"] for change in shown.data["changes"]] == [["sh-pe1"]]
    assert shown.data["affected"] == {"vpns": ["party"], "sites": ["party-shanghai"]}
    assert place.routers.running == before
    outcome = place.rollback(2)
    assert (outcome.exit, outcome.data["result"], outcome.data["devices"]) == (
        0,
        "done",
        ["sh-pe1"],
    )
    change = place.workspace().journal.change(outcome.data["change"])
    assert (change.kind, change.undoes, change.state) == ("rollback", 2, "done")
    changed = {n for n, text in place.routers.running.items() if text != before[n]}
    assert changed == {"sh-pe1"}
    sites, excused = place.routers.verified[-1]
    assert "party-guangzhou" in sites
    assert not {"party-shanghai", "tax-sichuan"} & sites
    assert excused == frozenset()
    # The owner takes the same out of the inventory: nothing is left to do, and numbers hold.
    edit(place.root, [{"file": "sites/shanghai.yaml", "at": "party-shanghai"}])
    assert not make_plan(place.workspace(), Silent()).devices
    now = place.workspace().allocation.lock
    assert now.pools["access-ipv4"] | now.retired["access-ipv4"] == (
        held["access-ipv4"] | now.retired["access-ipv4"]
    )


def test_a_rollback_is_rolled_back_and_its_numbers_are_the_same(place: Place) -> None:
    place.change(ADD_SHANGHAI)
    with_it = dict(place.routers.running)
    undone = place.rollback(2).data["change"]
    assert place.routers.running != with_it
    place.change({"file": "vpns.yaml", "at": "court.name", "value": "Courts"}, ADD_GUANGZHOU)
    # The inventory still has the site that was rolled back: this change brought it again.
    assert place.routers.running["sh-pe1"] == with_it["sh-pe1"]
    assert "was rolled back already, by change 3" in place.refusal(2)
    edit(place.root, [{"file": "sites/shanghai.yaml", "at": "party-shanghai"}])
    place.change()
    assert place.routers.running["sh-pe1"] != with_it["sh-pe1"]
    again = place.rollback(undone)
    assert again.data["result"] == "done"
    assert place.routers.running["sh-pe1"] == with_it["sh-pe1"]
    # Change 2 is in force again, and may be rolled back again.
    assert "by change 6" in place.refusal(undone)
    assert place.rollback(2).data["result"] == "done"
    assert place.routers.running["sh-pe1"] != with_it["sh-pe1"]


def test_a_change_that_later_ones_stand_on_is_refused_with_their_names(place: Place) -> None:
    health = {"name": "Health", "zone": "extranet", "owner": "informatization"}
    place.change({"file": "vpns.yaml", "at": "health", "value": health}, ADD_SHANGHAI)
    place.change(
        {"file": "sites/shanghai.yaml", "at": "party-shanghai.vpn", "value": "health"},
        words=Words(("health",)),
    )
    said = place.refusal(2)
    assert said == (
        "sites/shanghai.yaml: party-shanghai.vpn: change 2 wrote party, and change 3 wrote health "
        "-> roll back change 3 first"
    )
    place.rollback(3, words=Words(("party",)))
    assert place.rollback(2).data["result"] == "done"


def test_the_first_change_is_undone_by_texts_while_nothing_stands_on_it(place: Place) -> None:
    day0 = {name: text for name, text in place.routers.running.items() if name == "sh-pe1"}
    place.change(ADD_SHANGHAI)
    said = place.refusal(1)
    assert "later changes stand on it: 2;" in said
    place.rollback(2)
    outcome = place.rollback(1)
    assert (outcome.data["result"], outcome.data["by"]) == ("done", "texts")
    assert place.routers.running["sh-pe1"] != day0["sh-pe1"]
    # a day-0 network has no site that would have to be reached
    assert place.routers.verified[-1] == (set(), frozenset())
    # Undone again, it is there again, and its intent is known.
    back = place.rollback(outcome.data["change"])
    assert (back.data["result"], back.data["by"]) == ("done", "texts")
    assert place.routers.running == {**place.routers.running, **day0}
    intents = Intents(place.workspace().journal.engine)
    was, runs = intents.of(3), intents.of(back.data["change"])
    assert was is not None
    assert runs is not None
    assert was.after == runs.after is not None


def test_a_change_without_a_known_intent_is_undone_by_texts(place: Place, tmp_path: Path) -> None:
    limit = "public-shanghai.site-network-accesses.main.maximum-prefix"
    edit(place.root, [{"file": "sites/shanghai.yaml", "at": limit, "value": 7}])
    write_plan(make_plan(place.workspace(), Silent()), tmp_path / "plan")
    # The inventory went on: what is pushed is the plan's, and nobody knows what it was made from.
    edit(place.root, [{"file": "sites/shanghai.yaml", "at": limit, "value": 8}])
    before = place.routers.running["sh-pe1"]
    place.routers.trusting = True
    assert apply(place.workspace(), Silent(), tmp_path / "plan").data["change"] == 2
    attached = Intents(place.workspace().journal.engine).of(2)
    assert attached is not None
    assert attached.after is None
    assert attached.before is not None
    outcome = place.rollback(2)
    assert (outcome.data["result"], outcome.data["by"]) == ("done", "texts")
    assert place.routers.running["sh-pe1"] == before
    # What runs is known again.
    place.change(ADD_GUANGZHOU)
    assert place.rollback(4).data["by"] == "intent"


def test_a_change_of_before_intents_were_kept_is_undone_by_texts(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("egovnet.playbooks.change.apply.record_intent", lambda *_: None)
        place.change(ADD_SHANGHAI)
        place.change(ADD_GUANGZHOU)
    assert place.rollback(2).data["by"] == "texts"
    place.routers.running["gz-pe1"] += "by hand\n"
    assert place.refusal(3) == (
        "change 3 cannot be rolled back: gz-pe1 no longer run what it left; later changes there: 4"
    ) or "gz-pe1 no longer run what it left" in place.refusal(3)


def test_a_key_that_no_controller_has_is_named(place: Place) -> None:
    """A colleague's, who is not in this machine's list yet: it goes on, and says so."""
    place.change(ADD_SHANGHAI)
    keys = place.workspace().state / "controllers"
    keys.write_text("".join(x for x in keys.read_text().splitlines(True) if x.startswith("#")))
    outcome = place.rollback(2)
    assert outcome.exit == 0
    assert any("change 2" in note and "key" in note for note in outcome.notes), outcome.notes


def test_how_a_rollback_s_plan_file_ends_is_shown(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """While the inventory has the site, `apply` would be verified by it: that is said before."""
    place.change(ADD_SHANGHAI)
    file, running = tmp_path / "back.plan", dict(place.routers.running)
    assert place.rollback(2, yes=False, output=file).exit == 3
    words = "takes back change 2, which the inventory still means on sh-pe1 .sites party-shanghai."
    with pytest.raises(UsageError, match=words):
        apply(place.workspace(), Silent(), file)
    assert place.routers.running == running
    edit(place.root, [{"file": "sites/shanghai.yaml", "at": "party-shanghai"}])
    outcome = apply(place.workspace(), Silent(), file)
    assert show(outcome, as_json=False)
    assert "change 3 is done" in capsys.readouterr().out


def test_drift_that_was_put_right_comes_back_by_texts(place: Place) -> None:
    clean = place.routers.running["sh-pe1"]
    drifted = clean.replace("maximum-prefix 100", "maximum-prefix 99")
    assert drifted != clean
    place.routers.running["sh-pe1"] = drifted
    place.change()
    assert place.routers.running["sh-pe1"] == clean
    outcome = place.rollback(2)
    assert (outcome.data["result"], outcome.data["by"]) == ("done", "texts")
    assert place.routers.running["sh-pe1"] == drifted


def test_a_device_that_moved_is_named_with_its_lines_and_without_secrets(place: Place) -> None:
    place.change(ADD_SHANGHAI)
    place.change(ADD_GUANGZHOU)
    running = place.routers.running
    running["gd-pe1"] += "! what is not touched may differ\n"
    running["sh-pe1"] += "password hunter2\n"
    said = place.refusal(2)
    assert "sh-pe1 (+ password <removed>)" in said
    assert "hunter2" not in said
    assert "gd-pe1" not in said
    # One that runs already what is wanted has nothing to do.
    place.rollback(3)
    running["sh-pe1"] = Workspace(copy_of_backbone(place.root.parent / "as-it-was")).intended(
        ["sh-pe1"]
    )["sh-pe1"]
    assert place.rollback(2).data["result"] == "nothing to do"


def test_a_change_that_left_a_device_out_is_rolled_back_after_the_one_that_took_it_in(
    place: Place,
) -> None:
    first = dict(place.routers.running)
    place.change(ADD_SHANGHAI, ADD_GUANGZHOU, limit=("sh-pe1",))
    place.change()
    assert place.refusal(2) == (
        "change 2 cannot be rolled back: it left gz-pe1 out, and change 3 brought gz-pe1 its part; "
        "roll back change 3 first"
    )
    assert place.rollback(3).data["by"] == "texts"
    outcome = place.rollback(2)
    assert outcome.data["devices"] == ["sh-pe1"]
    assert place.routers.running == first


def test_a_device_that_is_down_or_left_out_keeps_all_as_they_are(place: Place) -> None:
    place.change(ADD_SHANGHAI, ADD_GUANGZHOU)
    assert "leave out gz-pe1" in place.refusal(2, "sh-pe1")
    place.routers.devices["gz-pe1"].down = True
    running = dict(place.routers.running)
    outcome = place.rollback(2)
    assert (outcome.exit, outcome.data["result"], outcome.data["failed_stage"]) == (
        5,
        "refused",
        "plan",
    )  # fmt: skip -- one comparison
    assert list(outcome.data["failures"]) == ["gz-pe1"]
    assert place.routers.running == running


@pytest.mark.parametrize("state", [FAILED, "undone", "open"])
def test_what_was_never_completed_is_refused(state: str, place: Place) -> None:
    place.change(ADD_SHANGHAI)
    journal = place.workspace().journal
    journal.close(2, state)
    if state == "open":  # it has no end that could be signed
        with journal.engine.begin() as connection:
            connection.execute(delete(SIGNATURES).where(SIGNATURES.c.number == 2))
    assert place.refusal(2) == f"change 2 is {state}: there is nothing to roll back"


def test_a_router_that_came_leaves_and_one_that_left_comes_back(place: Place) -> None:
    router = {
        "hostname": "127.20.20.34",
        "groups": ["frr", "province"],
        "data": {"region": "shanghai", "roles": ["pe"], "management": "172.20.20.34/24"},
    }
    circuit = {"a": {"router": "sh-pe2", "port": "eth1"}, "b": {"router": "bj-p1", "port": "eth7"}}
    edits = [
        {"file": "hosts.yaml", "at": "sh-pe2", "value": router},
        {"file": "circuits.yaml", "at": "sh-pe2--bj-p1", "value": circuit},
    ]
    before = dict(place.routers.running)
    edit(place.root, edits)
    place.routers.running["sh-pe2"] = render_day0(place.workspace().devices["sh-pe2"])
    place.change()
    with_it = dict(place.routers.running)
    gone = place.rollback(2)
    assert gone.data["leaving"] == ["sh-pe2"]
    assert any("left as they run: sh-pe2" in note for note in gone.notes)
    assert place.routers.running == before | {"sh-pe2": with_it["sh-pe2"]}
    edit(place.root, [{"file": e["file"], "at": e["at"]} for e in edits])
    assert not make_plan(place.workspace(), Silent()).devices
    back = place.rollback(3)
    assert back.data["result"] == "done"
    assert place.routers.running == with_it


# -- the proof of what is left -----------------------------------------------------------------


def test_a_customer_leaves_whether_or_not_the_journal_knew_it(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.change(ADD_SHANGHAI)
    place.change({"file": "sites/shanghai.yaml", "at": "party-shanghai"})
    place.change(ADD_SHANGHAI)
    # The journal is lost: nobody knows any more that it was one.
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "anew"))
    edit(place.root, [{"file": "sites/shanghai.yaml", "at": "party-shanghai"}])
    outcome = apply(place.workspace(), Silent(), yes=True)
    assert (outcome.exit, outcome.data["result"]) == (0, "done")


def test_targets_that_change_hands_in_one_push_are_refused_whatever_is_known(place: Place) -> None:
    pool = "pools.route-target/intranet"
    edit(
        place.root,
        [
            {"file": "plan.lock.yaml", "at": f"{pool}.party", "value": 1005},
            {"file": "plan.lock.yaml", "at": f"{pool}.government", "value": 1006},
        ],
    )
    outcome = apply(place.workspace(), Silent(), yes=True)
    assert (outcome.exit, outcome.data["result"]) == (4, "refused")
    assert any(f["severity"] == "leak" for f in outcome.data["proof"]["findings"])


# -- the inventory on disk ---------------------------------------------------------------------


def test_what_to_edit_is_said_for_each_place(place: Place) -> None:
    place.change(ADD_SHANGHAI, {"file": "vpns.yaml", "at": "party.name", "value": "Party"})
    edit(place.root, [{"file": "vpns.yaml", "at": "court.name", "value": "not applied yet"}])
    outcome = place.rollback(2)
    was = "Party business network"
    assert [tuple(entry.values()) for entry in outcome.data["intent"]] == [
        ("sites/shanghai.yaml", "party-shanghai", SHANGHAI, None),
        ("vpns.yaml", "party.name", "Party", was),
    ]
    assert outcome.notes[-1] == (
        "the inventory still means what was undone: edit sites/shanghai.yaml, vpns.yaml"
    )


def test_a_tag_that_was_chosen_is_to_be_put_back_in_the_lock_file_too(place: Place) -> None:
    access = "gov-shanghai.site-network-accesses.main"
    place.change({"file": "sites/shanghai.yaml", "at": f"{access}.vlan", "value": 900})
    number = "pools.vlan/sh-pe1/eth3.gov-shanghai/main"
    assert [tuple(entry.values()) for entry in place.rollback(2).data["intent"]] == [
        ("sites/shanghai.yaml", f"{access}.vlan", 900, None),
        ("plan.lock.yaml", number, 900, 101),
    ]


def test_files_are_given_back_byte_for_byte_where_nothing_else_is_in_them(place: Place) -> None:
    before = contents(place.root)
    place.change(DROP_TAX)
    offered = place.rollback(2, yes=False)
    assert offered.notes[-1].startswith("--write-inventory also gives back sites/sichuan.yaml")
    outcome = place.rollback(2, write_inventory=True)
    assert outcome.data["intent"] == []
    assert contents(place.root) == before
    assert not make_plan(place.workspace(), Silent()).devices


def test_files_with_other_edits_are_not_written_and_the_reason_is_told(place: Place) -> None:
    place.change(DROP_TAX)
    edit(
        place.root,
        [
            {
                "file": "sites/sichuan.yaml",
                "at": "party-sichuan.description",
                "value": "not applied yet",
            }
        ],
    )  # fmt: skip -- one edit
    before = contents(place.root)
    outcome = place.rollback(2, write_inventory=True)
    assert outcome.data["result"] == "done"
    assert contents(place.root) == before
    assert "the inventory was not written: sites/sichuan.yaml is not what was applied last" in (
        outcome.notes
    )
    assert outcome.data["intent"][0]["path"] == "tax-sichuan"


def test_its_json_is_the_documented_one(place: Place) -> None:
    place.change(ADD_SHANGHAI)
    shown, done = place.rollback(2, yes=False).data, place.rollback(2).data
    for data, like in ((shown, "plan"), (done, "transaction")):
        own = {key: value for key, value in data.items() if key in ("by", "leaving", "intent")}
        check("rollback", own)
        tops = {re.split(r"[.\[]", key)[0] for key in SHAPES[like]}
        assert data.keys() == tops | own.keys()


def test_a_person_reads_what_to_edit(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    limit = "party-beijing.site-network-accesses.main.maximum-prefix"
    place.change({"file": "sites/beijing.yaml", "at": limit, "value": 7})
    show(place.rollback(2), as_json=False)
    told = capsys.readouterr()
    assert re.search(rf"sites/beijing\.yaml +{re.escape(limit)} +7 +50\b", told.out)
    assert "note: the inventory still means what was undone: edit sites/beijing.yaml" in told.err
