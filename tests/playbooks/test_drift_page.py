"""The night's page as text: the answer, everything there is to say or where it is, bounded."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.report.html.drift_page import MOST_OF_A_CLASS, MOST_SECTIONS, drift_page
from egovnet.playbooks.report.html.trend_chart import trend_chart
from egovnet.playbooks.report.text.drift_words import entries
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import Difference, DriftReport, Separation, Status
from tests.playbooks.nights import (
    CLEAN,
    COSMETIC,
    LEAK,
    LEAKING,
    MENDED,
    NOBODY,
    POLICY,
    SERVICE,
    SILENT,
    UNMANAGED,
    hostile_night,
    nation,
    nights,
)
from tests.playbooks.page_reader import Reader, self_contained
from tests.playbooks.proofs import HOSTILE

NIGHTS = {
    "clean": CLEAN,
    "leaking": LEAKING,
    "mended": MENDED,
    "silent": SILENT,
    "nobody": NOBODY,
    "hostile": hostile_night(),
}


def text(night: DriftReport) -> str:
    return Reader(drift_page(night)).text


@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)
def test_the_page_is_whole_and_needs_nothing_from_outside(night: DriftReport) -> None:
    self_contained(drift_page(night))
    self_contained(drift_page(replace(night, network_map=None)))


@pytest.mark.parametrize(
    ("night", "answer", "why"),
    [
        (CLEAN, Separation.HELD, "No path between zones, nor between agencies"),
        (LEAKING, Separation.NOT_HELD, "1 path that must not be, or that nothing rules out; 1 of"),
        (
            MENDED,
            Separation.HELD_AGAIN,
            "nothing rules out, found and remediated; the running configurations are",
        ),
        (
            SILENT,
            Separation.HELD_WHERE_READ,
            "2 of 7 devices did not answer; the configurations of the",
        ),
        (NOBODY, Separation.NOT_KNOWN, "7 of 7 devices did not answer; nothing was read"),
    ],
    ids=["clean", "leaking", "mended", "silent", "nobody"],
)
def test_the_answer_comes_first(night: DriftReport, answer: Separation, why: str) -> None:
    assert night.separation is answer
    first = text(night).split("Unreachable")[0]
    assert answer.sentence in first
    assert why in first


@pytest.mark.parametrize("standing", [Status.IN_GRACE, Status.ACKNOWLEDGED])
def test_a_leak_is_one_whoever_answers_for_it(standing: Status) -> None:
    night = replace(CLEAN, differences=(replace(LEAK, status=standing, remediated=False),))
    assert night.separation is Separation.NOT_HELD


def test_drift_without_a_leak_does_not_deny_separation() -> None:
    night = replace(CLEAN, differences=(SERVICE, POLICY, UNMANAGED, COSMETIC))
    assert night.separation is Separation.HELD
    assert "None but the leaks" not in text(night)


def test_grave_findings_of_the_proof_are_told_without_a_difference() -> None:
    night = replace(LEAKING, differences=())
    assert night.separation is Separation.NOT_HELD
    for finding in night.proof["findings"]:
        assert (finding["message"] in text(night)) is (finding["severity"] != "hygiene")


def test_everything_about_a_difference_is_there() -> None:
    read = text(LEAKING)
    for difference in LEAKING.differences:
        assert difference.message in read
        assert difference.subject in read
        for step in (*difference.path, *difference.lines):
            assert step in read
    for words in (
        "acknowledged by li wei until 2026-03-31: the court renumbers, ticket T-417",
        "in grace until 2026-03-06 02:15 UTC",
        "informational, no drift",
        "first seen 2026-02-20 02:15 UTC (12 days ago), 12 runs in a row",
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


def test_what_many_devices_share_is_told_once() -> None:
    others = tuple(replace(POLICY, device=name) for name in ("bj-pe1", "sc-pe1"))
    older = replace(POLICY, device="gz-pe1", runs=13)
    page = drift_page(replace(LEAKING, differences=(POLICY, *others, older)))
    read = Reader(page)
    assert read.text.count(POLICY.message) == 2
    assert "on 3 devices" in read.text
    assert {f"finding-{number}" for number in (1, 2, 3, 4)} <= set(read.all("id"))


def test_leaks_are_first_then_the_silent_then_the_rest_by_gravity() -> None:
    ordered = entries(replace(SILENT, differences=LEAKING.differences))
    assert [e.kind for e in ordered] == [
        "leak", "unreachable", "unreachable", "service", "policy", "unmanaged", "cosmetic",
    ]  # fmt: skip
    assert [e.number for e in ordered] == list(range(1, 8))


def test_the_silent_are_told_with_their_last_known_state() -> None:
    read = text(SILENT)
    assert "ConnectTimeoutError: no answer" in read
    assert (
        "last read 2026-03-02 02:15 UTC, 2 days ago: 1 policy; 3 IS-IS adjacencies, "
        "6 BGP sessions, 3 LDP sessions" in read
    )
    assert "never read by this job" in read


def test_a_device_with_nothing_to_say_is_only_listed() -> None:
    devices = text(LEAKING).split("\nDevices\n")[-1]
    meant = devices.split("Compliant")[1]
    assert "beijing (2): bj-p2, bj-pe1" in meant
    assert "gd-pe1" not in meant.split("What is proved")[0]


def test_a_difference_as_json_has_all_its_fields_and_their_former_names() -> None:
    former = {"mendable", "standing", "answered_by", "remedy"}
    for difference in LEAKING.differences:
        entry = difference.to_dict()
        fields = {("klass" if key == "class" else key) for key in entry} - former
        assert fields == set(Difference.__slots__)
        for name in fields - {"klass", "lines", "path"}:
            assert entry[name] == getattr(difference, name)
    told = {d["class"]: (d["standing"], d["remedy"]) for d in LEAKING.to_dict()["differences"]}
    assert told == {
        "leak": ("open", "mended"),
        "service": ("open", ""),
        "policy": ("acknowledged", ""),
        "unmanaged": ("grace", ""),
        "cosmetic": ("told", ""),
    }


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    page = drift_page(hostile_night())
    read = Reader(page)
    for attack in HOSTILE:
        assert read.text.count(visible(attack)) >= 100
    assert "{{ 7 * 7 }}" in read.text
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert not {"img", "script"} & set(read.tags)
    # a page's own, a class's on the trend, a circuit's and a router's on the map
    assert read.tags.count("title") == 1 + 5 + 11 + 7


# -- size ------------------------------------------------------------------------------------


def test_a_network_of_thousands_has_a_page_that_can_be_read() -> None:
    night = nation()
    page = drift_page(night)
    read = self_contained(page)
    assert len(page) < 1_200_000
    shown = [value for value in read.all("id") if value.startswith("finding-")]
    # the policy difference is one card, with the first 60 of its devices
    assert len(shown) == 2 * MOST_OF_A_CLASS + 60 + len(night.unreachable)
    many = len(night.open(DriftClass.SERVICE))
    hidden = many - MOST_OF_A_CLASS
    assert read.text.count(f"{hidden} differences more of this class, each in drift.json.") == 2
    assert read.text.count(f"on {many} devices") == 1
    assert f"and {many - 60} devices more, in drift.json" in read.text
    assert len([v for v in read.all("id") if v.startswith("device-")]) == MOST_SECTIONS
    for row in night.devices:
        assert re.search(rf"\b{row.device}\b", read.text), f"{row.device} is not on the page"


def test_the_page_grows_no_faster_than_the_network() -> None:
    # devices with differences are more than the sections in both
    one, two = (len(drift_page(nation(edges))) for edges in (30, 60))
    more = 30 * 32
    assert two - one < more * 80  # a name and a comma, and every 97th did not answer


def test_texts_without_end_are_cut() -> None:
    long = replace(SERVICE, message="x" * 100_000, lines=("+ y",) * 9_000, path=("z",) * 9_000)
    night = replace(
        LEAKING,
        differences=(long,),
        devices=tuple(replace(r, diff="- gone\n" * 90_000) for r in LEAKING.devices),
    )
    page = drift_page(night)
    assert len(page) < 150_000
    read = Reader(page).text
    assert "8,970 lines more, in drift.json" in read
    assert "89,700 lines more, in drift.json" in read
    assert "8960 steps more, in drift.json" in read


# -- the trend -------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 13, 364])
def test_the_trend_stays_within_its_picture(count: int) -> None:
    chart = trend_chart(replace(CLEAN, trend=nights(count)))
    assert len(chart.runs) == count + 1
    for path in (*chart.bars.values(), chart.held, chart.broken):
        for x, y, width, height in re.findall(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", path):
            assert float(x) >= chart.left - 1
            assert float(x) + float(width) <= chart.right + 1
            assert float(y) >= 0
            assert float(y) + float(height) <= chart.height
    places = [date.at for date in chart.dates]
    assert all(b - a > 80 for a, b in pairwise(places))
    assert chart.dates[-1].words == "2026-03-04"
    for value in (places[0], places[-1]):
        assert chart.left <= value <= chart.right


def test_the_trend_s_heights_are_the_numbers() -> None:
    before = replace(nights(1)[0], classes={"leak": 1, "policy": 3}, unreachable=2, proved=False)
    chart = trend_chart(replace(CLEAN, trend=(before,)))
    unit = (chart.base - chart.ticks[-1].at) / 4
    assert chart.ticks[-1].words == "4"
    heights = {
        klass: float(re.findall(r"v([\d.]+)", path)[0]) for klass, path in chart.bars.items()
    }
    assert heights == {"leak": pytest.approx(unit, 0.01), "policy": pytest.approx(3 * unit, 0.01)}
    assert chart.dots[0][1] == pytest.approx(chart.base - 2 * unit, 0.01)
    assert chart.broken.count("M") == chart.held.count("M") == 1


def test_the_trend_is_told_in_words_and_figures() -> None:
    night = replace(CLEAN, trend=nights(364))
    page = drift_page(night)
    read = Reader(page)
    (words,) = (v for v in read.all("aria-label") if "runs from" in v)
    assert words.startswith("365 runs from 2025-03-05 to 2026-03-04: proved in 361; open")
    assert "305 earlier runs in drift.json" in read.text
    assert len(page) < 120_000


@pytest.mark.parametrize(("most", "top"), [(0, 4), (4, 4), (5, 8), (9, 20), (21, 40), (3000, 4000)])
def test_the_scale_ends_at_a_round_number(most: int, top: int) -> None:
    before = replace(nights(1)[0], classes={"policy": most}, unreachable=0)
    assert trend_chart(replace(CLEAN, trend=(before,))).ticks[-1].words == f"{top:,}"
