"""The order that every report of a drift run shares."""

from dataclasses import replace

from egovnet.playbooks.report.text.drift_words import entries
from tests.playbooks.drift_reports import LEAKING, UNREACHABLE


def test_leaks_are_first_then_unreachable_devices_then_the_rest_by_severity() -> None:
    ordered = entries(replace(UNREACHABLE, differences=LEAKING.differences))
    assert [e.kind for e in ordered] == [
        "leak", "unreachable", "unreachable", "service", "policy", "unmanaged", "cosmetic",
    ]  # fmt: skip
    assert [e.number for e in ordered] == list(range(1, 8))
