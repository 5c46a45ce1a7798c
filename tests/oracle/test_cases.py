"""Texts of which FRR made something else than the reader once did: one case, one file.

`text`, `runs` (what bgpd, zebra, staticd and isisd of FRR 8.4.4 then printed, or of the version
that the text says; recorded by `python -m tests.oracle.record`) and `not_understood` (the lines of
`text` that are left to a person). Where there are none, both mean the same.
"""

from pathlib import Path

import pytest
import yaml

from egovnet.templates.registry import read_config
from tests.oracle.agreement import HEAD, compared, left

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_text_is_read_as_the_daemons_take_it_or_not_at_all(path: Path) -> None:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert case.keys() == {"text", "runs", "not_understood"}
    read = read_config(HEAD + case["text"], path.name, "frr")
    assert [each.text for each in left(read)] == case["not_understood"]
    if not case["not_understood"]:
        head = case["text"] if case["text"].startswith("frr version") else "frr version 8.4.4\n"
        runs = read_config(head.partition("\n")[0] + "\n" + case["runs"], path.name, "frr")
        assert compared(read, runs) == ()


def test_there_are_cases() -> None:
    assert len(CASES) >= 40
