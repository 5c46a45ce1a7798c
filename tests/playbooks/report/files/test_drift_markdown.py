"""Markdown of a drift run: short, and nothing of a device's text is markup."""

import html
import re
from collections import Counter
from dataclasses import replace

import pytest

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.report.files.drift_markdown import MOST_BYTES, drift_markdown
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import DriftReport
from tests.playbooks.drift_reports import (
    CLEAN,
    LEAKING,
    REPORTS,
    SERVICE,
    UNREACHABLE,
    nation,
)
from tests.playbooks.proofs import HOSTILE


def as_read(markdown: str) -> str:
    """What a reader sees of the text."""
    return html.unescape(re.sub(r"</?code>", "", markdown))


def test_markdown_describes_the_run() -> None:
    text = as_read(drift_markdown(LEAKING))
    assert text.startswith("## ❌ Separation did NOT hold\n")
    for difference in LEAKING.differences:
        assert difference.subject in text
        assert difference.message in text
        assert all(step in text for step in difference.path)
    assert "| 1 | 0 | 1 | 0 | 0 | 0 | 0 | 0 | 2 | 1 |" in text
    assert "asked for leak: done as change 42" in text
    absent = as_read(drift_markdown(UNREACHABLE))
    assert absent.startswith("## ⚠️ Separation held for what was read\n")
    assert "never read by this job" in absent
    assert as_read(drift_markdown(CLEAN)).startswith("## ✅ Separation held\n")


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_markdown_is_short_and_its_tables_are_tables(report: DriftReport) -> None:
    text = drift_markdown(report)
    assert len(text.encode()) < MOST_BYTES
    rows = [line for line in text.splitlines() if line.startswith("|")]
    widths = Counter(line.count("|") for line in rows)
    assert set(widths) <= {5, 8, 11}
    assert text.endswith("Everything is in `drift.html` and `drift.json`.\n")


def test_markdown_says_how_much_it_cut() -> None:
    report = nation()
    text = drift_markdown(report)
    many = len(report.open(DriftClass.POLICY))
    assert text.count(f" and {many - 3} more</code>") == text.count("BGP limits") == 1
    shown = many + sum(1 for line in text.splitlines() if "session 10." in line)
    cut = [int(n.replace(",", "")) for n in re.findall(r"\*([\d,]+) more of", text)]
    assert shown + sum(cut) == len(report.differences)
    assert cut


def test_hostile_text_is_no_markdown() -> None:
    attacks = (*HOSTILE, "@all |#1 !2 ~x $3 `|` *a* _b_ [x](y) www.example.org http://a.b :tada:")
    message = " ".join(attacks)[:150]
    for attack in (message, *attacks):
        report = replace(CLEAN, differences=(replace(SERVICE, message=attack),))
        (row,) = (line for line in drift_markdown(report).splitlines() if "BGP" in line)
        assert visible(attack) in as_read(row)
        for inner in re.findall(r"<code>(.*?)</code>", row):
            bare = re.sub(r"&#\d+;", "", inner)
            assert not re.search(r"[^\w\s.,()/…-]|_|www\.|://", bare), bare
        assert not re.sub(r"<code>.*?</code>", "", row).strip("| ,")
