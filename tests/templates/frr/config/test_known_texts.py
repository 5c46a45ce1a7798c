"""What is told of FRR's texts: each rule of a release has a test with its own daemons."""

from dataclasses import fields
from pathlib import Path

import pytest

from egovnet.templates.frr.config.known_texts import TEN, harmless, releases
from egovnet.templates.frr.config.releases import FIRST, RELEASES, Release
from egovnet.templates.model.text_reading import Rule

CASES = Path(__file__).parents[3] / "oracle" / "cases"


def test_every_release_is_told() -> None:
    told = releases()
    assert [one.name for one in told] == [f"FRR {version}" for version in RELEASES]
    assert not told[0].differs
    assert all(one.differs for one in told[1:])


def test_every_rule_of_ten_is_told() -> None:
    names = {each.name for each in fields(Release)} - {"version", "table"}
    ten = RELEASES["10.3"]
    other = {name for name in names if getattr(ten, name) != getattr(FIRST, name)}
    assert {field for field, _ in TEN if field} == other


@pytest.mark.parametrize("rule", [rule for _, rule in TEN], ids=lambda rule: rule.evidence[0])
def test_every_rule_has_a_case_of_its_release(rule: Rule) -> None:
    for name in rule.evidence:
        text = (CASES / f"{name}.yaml").read_text(encoding="utf-8")
        assert "frr version 10.3\n" in text


def test_lists_name_no_form_twice() -> None:
    for lines in harmless():
        assert lines.forms, lines.part
        assert len(set(lines.forms)) == len(lines.forms)
