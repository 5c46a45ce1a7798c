"""What each class of findings says, word for word.

`UPDATE_GOLDEN=1 pytest tests/isolation/properties/test_sentences.py` writes the texts anew; the
diff is then read by a person.
"""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.isolation.model.catalogue import CATALOGUE
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.finding_class import Severity
from tests.isolation.networks import of_class
from tests.isolation.properties.case import Case, all_cases

SENTENCES = Path(__file__).parent / "sentences"
#: The first case of each class and severity.
FIRST: dict[tuple[str, Severity], Case] = {}
for _case in all_cases():
    FIRST.setdefault((_case.klass, _case.severity), _case)


def _file(klass: str) -> Path:
    return SENTENCES / f"{klass.lower().replace(' ', '-')}.txt"


def _text(case: Case) -> str:
    finding = next(f for f in of_class(case.verdict(), case.klass) if f.device == case.device)
    return "\n".join(_lines(case, finding)) + "\n"


def _lines(case: Case, finding: Finding) -> list[str]:
    way = ""
    if finding.source is not None and finding.target is not None:
        arrow = "<->" if finding.both_ways else "->"
        way = f" [{finding.source.label} {arrow} {finding.target.label}]"
    places = [finding.device, f"VRF {finding.vrf}" if finding.vrf else "", finding.family]
    return [
        f"# {case.name}",
        f"{finding.severity}: {finding.klass}: {' '.join(filter(None, places))}{way}",
        finding.message,
        # without lines: the facts of a case are changed by hand, its lines are not
        *(f"{n}. {replace(hop, line=0)}" for n, hop in enumerate(finding.path, start=1)),
    ]


def test_every_class_and_severity_has_a_case() -> None:
    assert set(FIRST) == {(one.id, s) for one in CATALOGUE.values() for s in one.severities}


@pytest.mark.parametrize("klass", CATALOGUE)
def test_the_sentence_is_the_golden_one(klass: str) -> None:
    text = "\n".join(_text(FIRST[klass, severity]) for severity in CATALOGUE[klass].severities)
    path = _file(klass)
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_no_text_is_left_over() -> None:
    assert set(SENTENCES.iterdir()) == {_file(klass) for klass in CATALOGUE}
