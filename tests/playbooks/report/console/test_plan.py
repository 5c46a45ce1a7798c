"""A plan on a terminal of 80 columns: a summary to approve, folds, and as much as was asked for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.playbooks.report.console import plan as plan_text
from egovnet.playbooks.report.console.safe_console import safe_console
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.plan_summary import Gains
from tests.playbooks.plans import plan

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Iterator[object]:
    def printed(shown: PlanResult, detail: Detail, width: int = 80) -> str:
        plan_text.print_result(safe_console(width=width, detail=detail), shown)
        return capsys.readouterr().out

    yield printed


@pytest.mark.parametrize("detail", list(Detail))
def test_a_plan_reads_as_it_was_agreed(detail: Detail, printed) -> None:  # noqa: ANN001 -- a fixture
    text = printed(plan(), detail)
    path = GOLDEN / f"plan-{detail}.txt"
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("detail", list(Detail))
def test_no_line_is_wider_than_80_columns(detail: Detail, printed) -> None:  # noqa: ANN001
    assert max(map(len, printed(plan(), detail).splitlines())) <= 80


def test_what_is_lost_comes_before_any_difference(printed) -> None:  # noqa: ANN001
    text = printed(plan(), Detail.NORMAL)
    assert text.index("LOST     1: gd-pe2") < text.index("@@ interfaces")
    assert text.index("LOST     1: court-guangzhou") < text.index("@@ interfaces")


def test_another_vlan_is_never_folded_away(printed) -> None:  # noqa: ANN001
    text = printed(plan(), Detail.NORMAL)
    assert text.count("@@ interfaces @@") == 2
    assert "eth3.101" in text


def test_thousands_of_routers_are_a_page_or_two(printed) -> None:  # noqa: ANN001
    every = plan(3600)
    unlike = tuple(
        replace(change, diff=change.diff + f"\n+ vlan {n}")
        for n, change in enumerate(every.changes)
    )
    assert len(printed(every, Detail.NORMAL).splitlines()) < 60
    text = printed(replace(every, changes=unlike), Detail.NORMAL)
    assert len(text.splitlines()) < 600
    assert "routers more: --stat has a line each" in text
    assert text.splitlines()[-1].startswith("3,600 to change")
    assert printed(every, Detail.FULL).count("@@ interfaces @@") == 3600


def test_lines_with_keys_that_are_alike_are_one(printed) -> None:  # noqa: ANN001
    """A password of each neighbour, on thirty routers: one line, not sixty."""
    keys = {
        f"pe{n}": [f"neighbor 10.200.0.{k} password <removed>" for k in (n, n + 100)]
        for n in range(1, 31)
    }
    many = replace(plan(), keys_removed=keys, keys_kept=keys)
    short = printed(many, Detail.NORMAL, 400)
    assert short.count("KEY REMOVED: ") == short.count("key kept: ") == 1
    assert (
        "KEY REMOVED: pe1, pe10, pe11, pe12, pe13, pe14, pe15, pe16 and 22 more: "
        "neighbor 10.200.0.1 password <removed> and 59 lines like it\n"
    ) in short
    assert printed(many, Detail.VERBOSE, 400).count("KEY REMOVED: ") == 60


def test_what_is_lost_is_no_interruption_and_said(printed) -> None:  # noqa: ANN001
    """A site that is taken away is not called undisturbed."""
    loses = replace(plan(), affected=Affected((), (), ()))
    assert "interrupts: nobody but what is lost\n" in printed(loses, Detail.NORMAL)
    gains = replace(
        loses, summary=replace(loses.summary, routers=Gains(), sites=Gains(), vpns=Gains())
    )
    assert "interrupts: nobody\n" in printed(gains, Detail.NORMAL)
