"""Drift classes are a table: adding one touches it and what finds the class, and nothing else."""

import re
from pathlib import Path

import pytest

from egovnet.inventory.model.drift_class import DriftClass

ROOT = Path(__file__).parents[3]
SOURCES = [path for room in ("inventory", "playbooks") for path in (ROOT / room).rglob("*.py")]
STYLES = (ROOT / "playbooks/report/html/page.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("klass", DriftClass)
def test_a_class_has_its_meaning_and_a_colour_of_the_pages(klass: DriftClass) -> None:
    assert DriftClass(klass.value) is klass
    assert re.fullmatch(r"[A-Z].+\.", klass.properties.meaning)
    for use in ("", "-bg", "-rule"):
        assert f"--{klass.properties.colour}{use}:" in STYLES


def test_only_drift_waits_is_restored_or_fails() -> None:
    for klass in DriftClass:
        properties = klass.properties
        assert properties.is_drift or not (
            properties.may_wait or properties.remediable or properties.fails
        )


def test_the_rank_is_the_place_in_the_table() -> None:
    assert [klass.rank for klass in DriftClass] == list(range(len(DriftClass)))
    assert DriftClass.LEAK.rank == 0


def test_no_other_file_lists_classes() -> None:
    """A leak is a case of its own in reports; every other class is known by its properties."""
    others = "|".join(klass.name for klass in DriftClass if klass is not DriftClass.LEAK)
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if re.search(rf"DriftClass\.({others})\b", path.read_text(encoding="utf-8"))
    }
    # those that find differences of a class
    assert naming == {"playbooks/drift/compare.py", "playbooks/drift/links.py"}
