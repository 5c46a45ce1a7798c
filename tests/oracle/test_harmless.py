"""What the reader takes for harmless has evidence: a line of that form, tried on the daemons."""

import random

import pytest

from egovnet.templates.registry import read_config
from tests.oracle import linux_harmless
from tests.oracle.agreement import HEAD
from tests.oracle.frr_daemons import FrrDaemons
from tests.oracle.harmless import drawn, proved, table, text_with


def test_the_text_without_them_is_understood_whole() -> None:
    assert read_config(HEAD + text_with(), "text", "frr").not_understood == ()


@pytest.mark.parametrize("release", ["", "trixie"])
def test_every_harmless_form_has_evidence(release: str) -> None:
    known = {(each.block, each.form) for each in table(release)}
    assert [each for each in drawn(release) if (each.block, each.form) not in known] == []


@pytest.mark.lab
def test_harmless_lines_change_nothing_that_runs() -> None:
    """A sample; `python -m tests.oracle.harmless` tries all of them."""
    sample = random.Random(13).sample(table(), 120)  # noqa: S311 -- to be repeated, not secret
    with FrrDaemons() as daemons:
        changed = [(form, change) for form, change in proved(daemons, sample) if change]
    assert changed == []


def test_every_harmless_line_of_linux_has_evidence() -> None:
    known = {(each.block, each.form) for each in linux_harmless.table()}
    tried = [each for each in linux_harmless.forms() if linux_harmless.is_harmless(each)]
    assert [each for each in tried if (each.block, each.form) not in known] == []
    assert len(tried) > 300
