"""Undoing a change of any generated network, and how an intent becomes files again."""

import json
from pathlib import Path

from hypothesis import given, reject
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import LOCK_FILE, Lock, allocate
from egovnet.inventory.allocation.lock_file import lock_text
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.history.snapshot import Intent, texts
from egovnet.inventory.model import Network
from egovnet.playbooks.core.intended import means_the_same
from egovnet.playbooks.rollback.undo_intent import CannotUndoError, Step, undo
from egovnet.templates.intend.read_inventory import read_inventory_texts
from tests.generated import sections_of
from tests.hypothesis_profiles import examples
from tests.playbooks.console import copy_of_backbone
from tests.playbooks.rollback.test_undo_cases import assert_numbers_are_kept
from tests.playbooks.undo_inventories import edit, intent_of
from tests.strategies import networks, parts, shuffled


def intent(network: Network, lock: Lock) -> Intent:
    """What is kept of a network that is numbered from `lock`."""
    files = {f"{name}.yaml": json.dumps(data) for name, data in sections_of(network).items()}
    try:
        read_inventory_texts(files)
    except InventoryError:
        reject()  # such as spokes whose hub was left out
    return Intent({**files, LOCK_FILE: lock_text(allocate(network, lock).lock)})


@st.composite
def stories(draw: st.DrawFn) -> tuple[Intent, Intent, Intent]:
    """Three states of one network: things come and go from each to the next."""
    whole = draw(networks())
    lock, states = Lock(), []
    for _ in range(3):
        states.append(intent(draw(shuffled(draw(parts(whole)))), lock))
        lock = states[-1].lock
    first, second, third = states
    return first, second, third


@examples(60)
@given(stories())
def test_the_last_change_is_undone_to_what_was_before_numbers_included(
    story: tuple[Intent, Intent, Intent],
) -> None:
    before, after, _ = story
    undone = undo(Step(2, before, after), after, ())
    assert means_the_same(undone.intent, before)
    assert undone.intent.files.keys() == before.files.keys()
    for path, text in before.files.items():
        assert path == LOCK_FILE or undone.intent.data[path] == before.data[path], text
    # What goes leaves its numbers retired: nobody else gets them.
    for pool, values in after.lock.pools.items():
        for name, number in values.items():
            here = undone.allocation.lock.pools.get(pool, {}).get(name)
            resting = undone.allocation.lock.retired.get(pool, {}).get(name)
            assert number in (here, resting)


@examples(60)
@given(stories())
def test_an_earlier_change_is_undone_with_all_numbers_kept_or_refused_with_the_later_one(
    story: tuple[Intent, Intent, Intent],
) -> None:
    before, after, now = story
    later = Step(3, after, now)
    try:
        undone = undo(Step(2, before, after), now, (later,))
    except CannotUndoError as error:
        for problem in error.problems:
            assert problem.remedy == "roll back change 3 first", problem
        return
    assert_numbers_are_kept(undone, now, before)
    # And undoing the undoing is what was there.
    again = undo(Step(4, now, undone.intent), undone.intent, ())
    assert means_the_same(again.intent, now)


def test_files_keep_comments_and_order_where_they_say_the_same(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    before = intent_of(root)
    text = before.files["sites/sichuan.yaml"]
    edit(root, [{"file": "sites/sichuan.yaml", "at": "tax-sichuan"}])
    after = intent_of(root)
    edit(root, [{"file": "vpns.yaml", "at": "party.name", "value": "Party"}])
    edit(root, [{"file": "sites/sichuan.yaml", "at": "party-sichuan.description", "value": "X"}])
    now = intent_of(root)
    first = undo(Step(2, before, after), after, ()).intent
    assert first.files["sites/sichuan.yaml"] == text
    assert "# The one customer" in text
    assert first.files["vpns.yaml"] == before.files["vpns.yaml"]
    second = undo(Step(2, before, after), now, (Step(3, after, now),)).intent
    assert second.files["vpns.yaml"] == now.files["vpns.yaml"]
    assert list(second.data["sites/sichuan.yaml"]) == ["party-sichuan", "tax-sichuan"]
    assert second.files["sites/sichuan.yaml"] not in (text, now.files["sites/sichuan.yaml"])


def test_a_file_that_the_change_brought_goes_with_it(tmp_path: Path) -> None:
    root = copy_of_backbone(tmp_path / "network")
    before = intent_of(root)
    site = before.data["sites/sichuan.yaml"]["party-sichuan"] | {"prefixes": ["10.1.99.0/24"]}
    edit(root, [{"file": "sites/hunan.yaml", "at": "party-hunan", "value": site}])
    after = intent_of(root)
    assert undo(Step(2, before, after), after, ()).intent.files.keys() == before.files.keys()
    (root / "sites" / "hunan.yaml").unlink()
    gone = intent_of(root)
    back = texts(after.sections, after.lock, gone, after)
    assert back.files["sites/hunan.yaml"] == after.files["sites/hunan.yaml"]
