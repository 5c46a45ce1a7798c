"""One case, one file: a fragment of text and what it means.

Keys: `text`; `facts` (what must be in them, as `plain` beside this writes them); `same` (other
texts with equal facts); `other` (texts whose facts must differ); `not_understood` (the lines that
are not understood or not taken, all of them; none when the key is missing).
"""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config
from tests.templates.frr.config.plain import missing, plain

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


def meaning(text: str) -> DeviceFacts:
    """All that a text means, whatever its router is called."""
    return replace(read_config(text), name="")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_text_means_what_its_case_says(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert case.keys() <= {"text", "facts", "same", "other", "not_understood"}
    facts = read_config(case["text"], path.name)
    left = sorted((*facts.not_understood, *facts.not_taken), key=lambda problem: problem.line)
    assert [problem.text for problem in left] == case.get("not_understood", [])
    assert missing(case.get("facts", {}), plain(facts)) == []
    for text in case.get("same", []):
        assert meaning(text) == meaning(case["text"]), text
    for text in case.get("other", []):
        assert meaning(text) != meaning(case["text"]), text


def test_there_are_cases() -> None:
    assert len(CASES) > 30
