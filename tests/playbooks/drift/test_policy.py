"""`drift.yaml`: what it may say, and how a difference stands by it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from egovnet.inventory.model.errors import InventoryError
from egovnet.playbooks.drift.policy import DEFAULT_SHARE, Policy, read_policy
from egovnet.playbooks.results.drift_report import Difference, DriftClass, Standing
from tests.playbooks.drift.looks import reference

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
GOOD = """\
grace: {service: 30}
share: 10
acknowledged:
  snmp:
    devices: ["sh-*"]
    class: unmanaged
    subject: "snmp-server*"
    approved-by: Li Na
    reason: until it is in the inventory
    expires: 2026-11-24
"""


def policy(directory: Path, text: str) -> Policy:
    (directory / "drift.yaml").write_text(text, encoding="utf-8")
    return read_policy(directory, reference().network)


def difference(
    klass: DriftClass, subject: str = "snmp-server community", minutes: int = 0
) -> Difference:
    seen = (NOW - timedelta(minutes=minutes)).isoformat(timespec="seconds")
    return Difference("sh-pe1", klass, "configuration", subject, "", first_seen=seen)


def test_without_a_file_nothing_is_put_up_with(tmp_path: Path) -> None:
    read = read_policy(tmp_path, reference().network)
    assert (read.grace, read.share, read.acknowledged) == ({}, DEFAULT_SHARE, {})
    stood = read.stand(difference(DriftClass.SERVICE), NOW)
    assert stood.standing is Standing.OPEN


def test_a_difference_has_its_class_s_grace_and_then_counts(tmp_path: Path) -> None:
    read = policy(tmp_path, GOOD)
    young = read.stand(difference(DriftClass.SERVICE, minutes=29), NOW)
    assert (young.standing, young.until) == (Standing.GRACE, "2026-11-24T03:01:00+00:00")
    assert read.stand(difference(DriftClass.SERVICE, minutes=30), NOW).counts
    assert read.stand(difference(DriftClass.POLICY), NOW).counts


def test_an_acknowledgement_holds_until_its_last_day_is_over(tmp_path: Path) -> None:
    read = policy(tmp_path, GOOD)
    known = read.stand(difference(DriftClass.UNMANAGED), NOW)
    assert (known.standing, known.answered_by) == (Standing.ACKNOWLEDGED, "Li Na")
    assert known.reason == "snmp: until it is in the inventory"
    assert read.stand(difference(DriftClass.UNMANAGED), NOW + timedelta(days=1)).counts
    assert list(read.expired(NOW.date())) == []
    (said,) = read.expired((NOW + timedelta(days=1)).date())
    assert "acknowledged.snmp expired on 2026-11-24" in said


@pytest.mark.parametrize("change", [{"device": "bj-pe1"}, {"subject": "line vty"}])
def test_an_acknowledgement_covers_nothing_else(change: dict[str, str], tmp_path: Path) -> None:
    read = policy(tmp_path, GOOD)
    other = replace(difference(DriftClass.UNMANAGED), **change)  # type: ignore[arg-type] # texts
    assert read.stand(other, NOW).counts
    assert read.stand(difference(DriftClass.POLICY), NOW).counts


def test_a_leak_always_counts_and_words_never_do(tmp_path: Path) -> None:
    read = policy(tmp_path, GOOD)
    assert read.stand(difference(DriftClass.LEAK), NOW).counts
    assert read.stand(difference(DriftClass.COSMETIC), NOW).standing is Standing.TOLD


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("grace: {leak: 5}\n", "drift.yaml:1: grace.leak", "a leak counts"),
        ("grace: {service: soon}\n", "drift.yaml:1: grace.service", "whole number"),
        ("share: 101\n", "drift.yaml:1: share", "too large"),
        ("shares: 1\n", "drift.yaml:1: shares", "unknown key"),
        ("grace: [1]\n", "drift.yaml:1: grace", "mapping"),
        (GOOD.replace("unmanaged", "leak"), "acknowledged.snmp.class", "must go"),
        (
            GOOD.replace("sh-*", "nowhere-*"),
            "drift.yaml:5: acknowledged.snmp.devices.0",
            "no router",
        ),
        (GOOD.replace("    expires: 2026-11-24\n", ""), "acknowledged.snmp.expires", "is missing"),
        (GOOD.replace("2026-11-24", "soon"), "drift.yaml:10: acknowledged.snmp.expires", "date"),
        (GOOD.replace("Li Na", '""'), "drift.yaml:8: acknowledged.snmp.approved-by", ""),
    ],
)
def test_a_wrong_file_is_told_with_its_place(
    text: str, where: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(InventoryError) as error:
        policy(tmp_path, text)
    assert where in str(error.value)
    assert words in str(error.value)
