"""Inventories that change step by step, each step an intent as a change would keep it."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.history.snapshot import Intent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.rollback.undo_intent import Step
from tests.playbooks.console import copy_of_backbone


def edit(root: Path, edits: Iterable[Mapping[str, Any]]) -> None:
    """Set (`value`) or remove what stands `at` a dotted path of a `file`."""
    for change in edits:
        path = root / change["file"]
        data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
        *parents, last = change["at"].split(".")
        place = data
        for key in parents:
            place = place[key]
        if "value" in change:
            place[last] = change["value"]
        else:
            del place[last]
        path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def intent_of(root: Path) -> Intent:
    """The intent of the inventory in `root`, whose lock file is written as `apply` would."""
    workspace = Workspace(root)
    workspace.on_disk.keep_allocation()
    assert workspace.intent is not None
    return workspace.intent


def history(root: Path, changes: Iterable[Iterable[Mapping[str, Any]]]) -> list[Step]:
    """The steps of a copy of the reference in `root`; the first is change 2, after its own."""
    copy_of_backbone(root)
    intents = [intent_of(root)]
    for edits in changes:
        edit(root, edits)
        intents.append(intent_of(root))
    pairs = pairwise(intents)
    return [Step(number, *pair) for number, pair in enumerate(pairs, start=2)]
