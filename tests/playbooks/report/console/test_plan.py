"""A plan on a terminal of 80 columns: a summary to approve, folds, and as much as was asked for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.playbooks.report.console import plan as plan_text
from egovnet.playbooks.report.console.safe_console import safe_console
from egovnet.playbooks.results.affected import Affected, Interruption
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.leaving import EMPTIED, LeavingRouter
from egovnet.playbooks.results.plan import PlannedDiff, PlannedWave, PlanResult
from egovnet.playbooks.results.plan_summary import Gains, KindCount, PlanSummary
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.zone_change import ZoneChange
from egovnet.templates.model.interruption import InterruptionClass

GOLDEN = Path(__file__).parent / "golden"


def diff(name: str, address: str, vlan: int) -> str:
    return (
        f"@@ interfaces @@\n+ iface eth3.{vlan}\n+  alias port of {name}\n"
        f"+  address {address}/30\n-  address 10.200.9.1/30"
    )


def plan(routers: int = 12) -> PlanResult:
    """A change of many routers, all alike but for one VLAN; a site is lost."""
    names = [f"province-{n:02}-pe1" for n in range(1, routers + 1)]
    diffs = [
        PlannedDiff((name,), diff(name, f"10.200.{n // 256}.{n % 256}", 101 if n == 5 else 100))
        for n, name in enumerate(names, start=1)
    ]
    sites = tuple(f"taxation-{n:02}" for n in range(1, routers + 1))
    return PlanResult(
        network="reference",
        created="2026-03-04T02:15:07+00:00",
        hash="5aca8c62c383" + "0" * 52,
        kind="apply",
        changes=tuple(diffs),
        unchanged=("bj-p1", "bj-p2"),
        unreachable={
            "gz-pe1": "ConnectTimeoutError: no answer",
            "sc-pe1": "ConnectTimeoutError: no answer",
        },
        affected=Affected(
            ("taxation",),
            sites,
            (Interruption(InterruptionClass.PORT, tuple(names), ("taxation",), sites, 0.5),),
        ),
        waves=(PlannedWave("canary", tuple(names[:1])), PlannedWave("province", tuple(names[1:]))),
        proof=PushProof(
            True,
            f"no path that must not be, in {routers} devices, at the end and at "
            "any moment before it",
            (),
            (),
            (),
        ),
        keys_removed={names[0]: ["neighbor 10.200.0.2 password <removed>"]},
        zone_changes=(
            ZoneChange(
                "taxation",
                "vpn",
                "taxation",
                "VPN taxation goes from extranet to intranet",
                "extranet",
                "intranet",
            ),
        ),
        needs=("--zone-change taxation",),
        leaving=(LeavingRouter("gd-pe2", EMPTIED, ("court-guangzhou",)),),
        summary=PlanSummary(
            Gains((), tuple(names), ("gd-pe2",)),
            Gains((), sites, ("court-guangzhou",)),
            Gains((), ("taxation",), ()),
            (KindCount("port", 3 * routers, routers), KindCount("words for people", routers, 0)),
        ),
    )


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
