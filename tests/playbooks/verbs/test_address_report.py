"""`report addresses`: counts of the lock file, and a forecast that says what it stands on."""

import csv
from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import write_lock
from egovnet.inventory.allocation.utilisation import Taken, shares, taken_by
from egovnet.inventory.today import today
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.report.files.address_csv import address_csv
from egovnet.playbooks.report.html.address_page import address_page
from egovnet.playbooks.results.address_report import AddressReport, AddressRow
from egovnet.playbooks.verbs.address_report import forecast, report_addresses
from tests.hypothesis_profiles import examples
from tests.playbooks.console import Ran, copy_of_backbone, egovnet
from tests.playbooks.emulated_workspace import applied_before
from tests.strategies import networks

PLAN = """\
aggregates:
  loopback-ipv4: {province: 27}
site-pools:
  government:
    zone: intranet
    agency: government
    ipv4: 10.1.20.0/22
    sites: {ipv4: 24}
"""
START = date(2026, 1, 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy_of_backbone(tmp_path / "network")
    with (root / "network.yaml").open("a") as file:
        file.write(PLAN)
    pools = (root / "network.yaml").read_text()
    more = pools.replace(
        "pools:\n", "pools:\n  region-asn: {prefecture: {first: 64601, last: 64699}}\n", 1
    )
    (root / "network.yaml").write_text(more)
    return root


def run(root: Path, *words: str | Path) -> Ran:
    ran = egovnet("report", "addresses", *words, "--inventory", root, state=root.parent / "state")
    assert ran.code == 0, ran.stdout + ran.stderr
    return ran


def test_pools_and_aggregates_with_what_is_taken(root: Path) -> None:
    egovnet(
        "allocate", "loopback", "sc-pe2", "--region", "sichuan", "--yes", "--inventory", root,
        state=root.parent / "state",
    )  # fmt: skip
    found = run(root, "--json").json
    rows = {(row["pool"], row["region"]): row for row in found["pools"]}
    loopbacks = rows["loopback-ipv4", ""]
    assert (loopbacks["size"], loopbacks["in_use"], loopbacks["retired"]) == (4095, 7, 1)
    sichuan = rows["loopback-ipv4", "sichuan"]
    assert (sichuan["range"], sichuan["size"], sichuan["in_use"], sichuan["retired"]) == (
        "10.255.0.32/27", 32, 0, 1,
    )  # fmt: skip
    sites = rows["site-ipv4/government", ""]
    assert (sites["zone"], sites["agency"], sites["size"], sites["in_use"], sites["percent"]) == (
        "intranet", "government", 4, 3, 75,
    )  # fmt: skip
    assert [(r["region"], r["asn"]) for r in found["regions"]] == [("guangzhou", 64601)]
    assert (found["samples"], found["since"], sites["full_on"]) == (0, None, None)
    table = run(root).stdout
    assert "10.255.0.32/27" in table
    assert "forecast: not known; no change was applied yet" in table


def test_a_page_and_a_file_for_spreadsheets(root: Path, tmp_path: Path) -> None:
    run(root, "--report", tmp_path / "out")
    with (tmp_path / "out" / "addresses.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["pool"] == "loopback-ipv4"
    assert {row["percent"] for row in rows if row["agency"] == "government"} == {"75"}
    page = (tmp_path / "out" / "addresses.html").read_text()
    assert "site-ipv4/government" in page
    assert "64601" in page
    assert "<script" not in page


def test_the_page_shows_hostile_text_and_days() -> None:
    row = AddressRow("<b>", "", "", "", "", "1-9", 9, 9, 0, 0, 100, 2.5, date(2031, 5, 1))
    report = AddressReport("<i>", START, (row,), (), 3, START)
    page = address_page(report)
    assert "<b>" not in page
    assert "2031-05-01" in page
    assert "by 3 applied changes since 2026-01-01" in page
    assert "2031-05-01" in address_csv(report)


@given(networks())
@examples(40)
def test_the_sum_of_what_is_taken_is_the_lock_files(network: object) -> None:
    allocation = allocate(network)  # type: ignore[arg-type]
    for share in shares(network, allocation):  # type: ignore[arg-type]
        assert share.free >= 0
        assert share.in_use == len(allocation.lock.pools.get(share.pool, {}))
        assert taken_by(network, allocation.lock, share) == share.in_use  # type: ignore[arg-type]


@given(st.sets(st.integers(0, 255)), st.integers(24, 32), st.integers(0, 255))
def test_counting_within_a_block(hosts: set[int], length: int, at: int) -> None:
    block = ip_network((f"10.0.0.{at}", length), strict=False)
    values: dict[str, str | int] = {str(n): f"10.0.0.{n}" for n in hosts}
    wanted = sum(ip_network(f"10.0.0.{n}").subnet_of(block) for n in hosts)  # type: ignore[arg-type]
    assert Taken(values, 32).within(block) == wanted


@given(st.integers(1, 400), st.integers(2, 12), st.integers(1, 50), st.integers(1, 9))
def test_a_steady_pace_is_found(days: int, samples: int, each: int, left: int) -> None:
    """So many in each interval: the day is the one on which the rest is taken."""
    points = [(START + timedelta(days * n), each * n) for n in range(samples)]
    size = points[-1][1] + left * each
    per_year, full_on = forecast(points, size)
    if days * (samples - 1) < 7:
        assert (per_year, full_on) == (None, None)
    else:
        assert per_year == pytest.approx(each / days * 365.25, abs=0.06)
        assert full_on is not None
        assert abs((full_on - points[-1][0]).days - left * days) <= 1


@pytest.mark.parametrize(
    ("taken", "size", "per_year", "full_on"),
    [
        ([5, 5, 5], 100, 0.0, None),
        ([9, 5, 5], 100, 0.0, None),
        ([5, 5, 6], 100000, 6.1, None),
        ([1, 2, 3], 3, 12.2, date(2026, 3, 2)),
    ],
)
def test_a_pool_that_lasts_and_one_that_is_full(
    taken: list[int], size: int, per_year: float, full_on: date | None
) -> None:
    points = [(START + timedelta(30 * n), number) for n, number in enumerate(taken)]
    assert forecast(points, size) == (per_year, full_on)


def test_the_pace_is_that_of_the_journals_changes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is applied today; a hundred days later there are two routers more."""
    monkeypatch.setenv("EGOVNET_STATE", str(root.parent / "state"))
    applied_before(Workspace(root))
    write_lock(root, Workspace(root).allocation.lock)
    for name in ("sc-pe2", "sc-pe3"):
        words = ("allocate", "loopback", name, "--region", "sichuan", "--yes")
        egovnet(*words, "--inventory", root, state=root.parent / "state")
    later = today() + timedelta(100)
    monkeypatch.setattr("egovnet.playbooks.verbs.address_report.today", lambda: later)
    found = report_addresses(Workspace(root)).result
    rows = {(row.pool, row.region): row for row in found.rows}
    assert (found.samples, found.since) == (1, today())
    loopbacks = rows["loopback-ipv4", ""]
    assert loopbacks.per_year == pytest.approx(2 / 100 * 365.25, abs=0.06)
    assert loopbacks.full_on is None  # not in a hundred years
    # of the region's aggregate two of 32 are taken, and 30 are left: one in fifty days
    assert rows["loopback-ipv4", "sichuan"].full_on == later + timedelta(1500)
    assert rows["circuit-ipv4", ""].per_year == 0
