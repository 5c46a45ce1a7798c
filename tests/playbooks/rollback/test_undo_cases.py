"""Undoing one of several changes: one case, one file in undo_cases/, over the reference network.

A case has `changes` (change 1 is the reference itself; these are 2 and on), which of them to
`undo`, and either `becomes`, the edits of the reference that give what is left, or every line of
why it is `refused`. Whatever is left has the numbers it had: of the network of now, or of before
the change for what comes back.
"""

from pathlib import Path

import pytest
import yaml

from egovnet.inventory.history.snapshot import Intent
from egovnet.playbooks.rollback.undo_intent import CannotUndoError, Undone, undo
from tests.playbooks.console import copy_of_backbone
from tests.playbooks.undo_inventories import edit, history, intent_of

CASES = sorted((Path(__file__).parent / "undo_cases").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_change_is_undone_or_refused_with_the_reason(case: Path, tmp_path: Path) -> None:
    said = yaml.safe_load(case.read_text(encoding="utf-8"))
    steps = {step.number: step for step in history(tmp_path / "network", said["changes"])}
    step = steps.pop(said["undo"])
    now = steps[max(steps)].after if steps and max(steps) > step.number else step.after
    later = [each for each in steps.values() if each.number > step.number]
    if "refused" in said:
        with pytest.raises(CannotUndoError) as caught:
            undo(step, now, later)
        assert [str(problem) for problem in caught.value.problems] == said["refused"]
        return
    undone = undo(step, now, later)
    root = copy_of_backbone(tmp_path / "expected")
    edit(root, said["becomes"])
    assert undone.intent.sections == intent_of(root).sections
    assert_numbers_are_kept(undone, now, step.before)


def assert_numbers_are_kept(undone: Undone, now: Intent, before: Intent) -> None:
    """Of what is there before and after, and of what the change took away."""
    for pool, values in undone.allocation.lock.pools.items():
        was, runs = before.lock.pools.get(pool, {}), now.lock.pools.get(pool, {})
        for name, number in values.items():
            assert number in (was.get(name, runs.get(name)), runs.get(name)), (pool, name)
            if name in was and name not in runs:
                assert number == was[name], (pool, name)
