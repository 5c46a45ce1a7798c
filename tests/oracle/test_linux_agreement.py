"""The reader against ifupdown2 itself: random interfaces, and what its parser takes of them.

`make fuzz` (`python -m tests.oracle.linux_fuzz`) has a kernel with VRFs do what they say as well.
"""

from pathlib import Path

import pytest
import yaml

from tests.oracle import linux_grammar
from tests.oracle.ifupdown_parser import difference, parse
from tests.oracle.linux_agreement import compare, facts_of, left, understood
from tests.oracle.linux_record import CASES, recorded

SEEDS = range(400)


@pytest.mark.lab
def test_what_is_understood_is_what_ifupdown2_takes() -> None:
    texts = [understood(linux_grammar.text(seed)) for seed in SEEDS]
    found = [
        f"seed {seed}: {said}\n{text}"
        for seed, text, parsed in zip(SEEDS, texts, parse(texts), strict=True)
        if (said := difference(text, parsed))
    ]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize("path", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_text_is_read_as_linux_takes_it_or_not_at_all(path: Path) -> None:
    """`holds` and the rest were recorded on the lab's Linux by `tests.oracle.linux_record`."""
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert case.keys() == {"text", "holds", "tables", "ports", "not_understood"}
    assert [text for _, text in left(facts_of(case["text"]))] == case["not_understood"]
    found = compare(case["text"], recorded(case))
    assert case["not_understood"] or found is None or not found.hides, str(found)


def test_there_are_cases_of_linux() -> None:
    assert len(list(CASES.glob("*.yaml"))) >= 20
