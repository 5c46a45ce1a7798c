"""The drift run's page as text: the answer, every entry or where it is, and a bounded size."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.report.html.drift_page import (
    MOST_OF_A_CLASS,
    MOST_ON_PAPER,
    MOST_SECTIONS,
    drift_page,
)
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import DriftReport, Separation
from tests.playbooks.drift_reports import (
    CLEAN,
    COSMETIC,
    LEAKING,
    NOBODY,
    POLICY,
    REPORTS,
    RESTORED,
    SERVICE,
    UNMANAGED,
    UNREACHABLE,
    hostile_report,
    nation,
)
from tests.playbooks.proofs import HOSTILE
from tests.playbooks.report.html.page_reader import Reader, self_contained

SMALL = {name: report for name, report in REPORTS.items() if name != "nation"}


@pytest.fixture(autouse=True)
def in_beijing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are shown as this place has them."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def text(report: DriftReport) -> str:
    return Reader(drift_page(report)).text


@pytest.mark.parametrize("report", SMALL.values(), ids=SMALL)
def test_the_page_is_whole_and_needs_nothing_from_outside(report: DriftReport) -> None:
    self_contained(drift_page(report))
    self_contained(drift_page(replace(report, network_map=None)))


@pytest.mark.parametrize(
    ("report", "answer", "why"),
    [
        (CLEAN, Separation.HELD, "No path between zones, nor between agencies"),
        (LEAKING, Separation.NOT_HELD, "1 path that must not be, or that nothing rules out; 1 of"),
        (
            RESTORED,
            Separation.HELD_AGAIN,
            "nothing rules out, found and remediated; the running configurations are",
        ),
        (
            UNREACHABLE,
            Separation.HELD_WHERE_READ,
            "2 of 7 devices did not answer; the configurations of the",
        ),
        (NOBODY, Separation.NOT_KNOWN, "7 of 7 devices did not answer; nothing was read"),
    ],
    ids=["clean", "leaking", "restored", "unreachable", "nobody"],
)
def test_the_answer_comes_first(report: DriftReport, answer: Separation, why: str) -> None:
    assert report.separation is answer
    first = text(report).split("Unreachable")[0]
    assert answer.sentence in first
    assert why in first


def test_drift_without_a_leak_does_not_deny_separation() -> None:
    report = replace(CLEAN, differences=(SERVICE, POLICY, UNMANAGED, COSMETIC))
    assert report.separation is Separation.HELD
    assert "None but the leaks" not in text(report)


def test_findings_that_deny_the_proof_are_shown_without_a_difference() -> None:
    report = replace(LEAKING, differences=())
    assert report.separation is Separation.NOT_HELD
    for finding in report.proof.findings:
        assert (finding.message in text(report)) is finding.denies


def test_everything_about_a_difference_is_there() -> None:
    read = text(LEAKING)
    for difference in LEAKING.differences:
        assert difference.message in read
        assert difference.subject in read
        for step in (*difference.path, *difference.lines):
            assert step in read
    for words in (
        "acknowledged by li wei until 2026-03-31: the court renumbers, ticket T-417",
        "in grace until 2026-03-06 10:15 +0800",
        "informational, no drift",
        "first seen 2026-02-20 10:15 +0800 (12 days ago), 12 runs in a row",
        "first seen in this run",
        "owner court, VPN court, VRF i-court",
        "owner backbone operator",
        "can be restored: egovnet drift --remediate policy",
        "not by remediation: a state: remedy what it follows from",
        "done; egovnet show 42 lists every step",
        "gd-pe1: its session is a state: nothing to push",
        "acknowledgement of gz-pe1 access-list OLD expired on 2026-03-01",
    ):
        assert words in read


def test_what_many_devices_share_is_shown_once() -> None:
    others = tuple(replace(POLICY, device=name) for name in ("bj-pe1", "sc-pe1"))
    older = replace(POLICY, device="gz-pe1", runs=13)
    page = drift_page(replace(LEAKING, differences=(POLICY, *others, older)))
    read = Reader(page)
    assert read.text.count(POLICY.message) == 2
    assert "on 3 devices" in read.text
    assert {f"finding-{number}" for number in (1, 2, 3, 4)} <= set(read.all("id"))


def test_unreachable_devices_are_shown_with_their_last_known_state() -> None:
    read = text(UNREACHABLE)
    assert "ConnectTimeoutError: no answer" in read
    assert (
        "last read 2026-03-02 10:15 +0800, 2 days ago: 1 policy; 3 IS-IS adjacencies, "
        "6 BGP sessions, 3 LDP sessions" in read
    )
    assert "never read by this job" in read


def test_a_device_with_nothing_to_say_is_only_listed() -> None:
    devices = text(LEAKING).split("\nDevices\n")[-1]
    meant = devices.split("Compliant")[1]
    assert "beijing (2): bj-p2, bj-pe1" in meant
    assert "gd-pe1" not in meant.split("What is proved")[0]


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    page = drift_page(hostile_report())
    read = Reader(page)
    for attack in HOSTILE:
        assert read.text.count(visible(attack)) >= 100
    assert "{{ 7 * 7 }}" in read.text
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert not {"img", "script"} & set(read.tags)
    # a page's own, a class's on both trends, a circuit's and a router's on the map
    assert read.tags.count("title") == 1 + 2 * 7 + 11 + 7


# -- size -------------------------------------------------------------------------------------


def test_a_network_of_thousands_has_a_page_that_can_be_read() -> None:
    report = nation()
    page = drift_page(report)
    read = self_contained(page)
    assert len(page) < 1_200_000
    shown = [value for value in read.all("id") if value.startswith("finding-")]
    # the policy difference is one card, with the first 60 of its devices
    assert len(shown) == 2 * MOST_OF_A_CLASS + 60 + len(report.unreachable)
    many = len(report.open(DriftClass.SERVICE))
    hidden = many - MOST_OF_A_CLASS
    assert read.text.count(f"{hidden} differences more of this class, each in drift.json.") == 2
    assert read.text.count(f"on {many} devices") == 1
    assert f"and {many - 60} devices more, in drift.json" in read.text
    assert len([v for v in read.all("id") if v.startswith("device-")]) == MOST_SECTIONS
    named = set(re.findall(r"[\w-]+", read.text))
    assert {row.device for row in report.devices} <= named, "a device is not on the page"


def test_the_page_grows_no_faster_than_the_network() -> None:
    # devices with differences are more than the sections in both
    one, two = (len(drift_page(nation(edges))) for edges in (30, 60))
    more = 30 * 32
    assert (
        two - one < more * 140
    )  # twice a name, once with its county, and every 97th did not answer


def test_texts_without_end_are_cut() -> None:
    long = replace(SERVICE, message="x" * 100_000, lines=("+ y",) * 9_000, path=("z",) * 9_000)
    report = replace(
        LEAKING,
        differences=(long,),
        devices=tuple(replace(r, diff="- gone\n" * 90_000) for r in LEAKING.devices),
    )
    page = drift_page(report)
    assert len(page) < 150_000
    read = Reader(page).text
    assert "8,970 lines more, in drift.json" in read
    assert "89,700 lines more, in drift.json" in read
    assert "8960 steps more, in drift.json" in read


def test_on_paper_there_are_the_first_of_many_and_a_word_of_the_others() -> None:
    page = drift_page(nation(30))
    shown = page.count('<article class="finding') + page.count('<article class="device')
    far = page.count('<div class="far">') + page.count(' far" id="device-')
    # two classes of many cards each, and the devices
    assert page.count(f"On paper the first {MOST_ON_PAPER}:") == 3
    assert 3 * MOST_ON_PAPER < shown - far < 4 * MOST_ON_PAPER
    assert "On paper" not in drift_page(LEAKING)
