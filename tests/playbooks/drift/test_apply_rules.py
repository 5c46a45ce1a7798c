"""How a difference stands by the rules of `drift.yaml`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.inventory.registers.drift_rules import DEFAULT_SHARE, REGISTER, DriftRules
from egovnet.playbooks.drift.apply_rules import apply_rules
from egovnet.playbooks.results.drift_report import Difference, Status
from tests.playbooks.drift.one_router import reference

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


def rules(directory: Path, text: str) -> DriftRules:
    (directory / "drift.yaml").write_text(text, encoding="utf-8")
    return REGISTER.read(directory, reference().network)


def difference(
    klass: DriftClass, subject: str = "snmp-server community", minutes: int = 0
) -> Difference:
    seen = (NOW - timedelta(minutes=minutes)).isoformat(timespec="seconds")
    return Difference("sh-pe1", klass, "configuration", subject, "", first_seen=seen)


def test_without_a_file_nothing_is_put_up_with(tmp_path: Path) -> None:
    read = REGISTER.read(tmp_path, reference().network)
    assert (read.grace, read.share, read.acknowledged) == ({}, DEFAULT_SHARE, {})
    stood = apply_rules(read, difference(DriftClass.SERVICE), NOW)
    assert stood.status is Status.OPEN


def test_a_difference_has_its_class_s_grace_and_then_counts(tmp_path: Path) -> None:
    read = rules(tmp_path, GOOD)
    young = apply_rules(read, difference(DriftClass.SERVICE, minutes=29), NOW)
    assert (young.status, young.until) == (Status.IN_GRACE, "2026-11-24T03:01:00+00:00")
    assert apply_rules(read, difference(DriftClass.SERVICE, minutes=30), NOW).counts
    assert apply_rules(read, difference(DriftClass.POLICY), NOW).counts


def test_an_acknowledgement_holds_until_its_last_day_is_over(tmp_path: Path) -> None:
    read = rules(tmp_path, GOOD)
    known = apply_rules(read, difference(DriftClass.UNMANAGED), NOW)
    assert (known.status, known.acknowledged_by) == (Status.ACKNOWLEDGED, "Li Na")
    assert known.reason == "snmp: until it is in the inventory"
    assert apply_rules(read, difference(DriftClass.UNMANAGED), NOW + timedelta(days=1)).counts
    assert list(read.expired(NOW.date())) == []
    (reported,) = read.expired((NOW + timedelta(days=1)).date())
    assert "acknowledged.snmp expired on 2026-11-24" in reported


@pytest.mark.parametrize("change", [{"device": "bj-pe1"}, {"subject": "line vty"}])
def test_an_acknowledgement_covers_nothing_else(change: dict[str, str], tmp_path: Path) -> None:
    read = rules(tmp_path, GOOD)
    other = replace(difference(DriftClass.UNMANAGED), **change)  # type: ignore[arg-type] # texts
    assert apply_rules(read, other, NOW).counts
    assert apply_rules(read, difference(DriftClass.POLICY), NOW).counts


def test_a_leak_always_counts_and_words_never_do(tmp_path: Path) -> None:
    read = rules(tmp_path, GOOD)
    assert apply_rules(read, difference(DriftClass.LEAK), NOW).counts
    assert apply_rules(read, difference(DriftClass.COSMETIC), NOW).status is Status.INFORMATIONAL
