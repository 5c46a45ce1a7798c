"""Metrics of a drift run, as Prometheus reads them."""

from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from egovnet.playbooks.report.files.drift_metrics import MOST_UNREACHABLE, drift_metrics
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import DriftReport, LastKnown
from tests.playbooks.drift_reports import (
    CLEAN,
    LEAKING,
    NOBODY,
    REPORTS,
    RESTORED,
    UNREACHABLE,
)


def samples(report: DriftReport) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """(name, labels but the network's) -> value, as Prometheus reads them."""
    found = {}
    for family in text_string_to_metric_families(drift_metrics(report)):
        assert family.type == "gauge"
        assert family.documentation
        for sample in family.samples:
            assert sample.labels.pop("network") == visible(report.network)
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def value(report: DriftReport, name: str, **labels: str) -> float:
    return samples(report)[f"egovnet_drift_{name}", frozenset(labels.items())]


def test_metrics_describe_the_run() -> None:
    assert value(LEAKING, "devices") == 7
    assert value(LEAKING, "proved") == 0
    assert value(CLEAN, "proved") == value(UNREACHABLE, "proved") == 1
    assert value(RESTORED, "proved") == value(RESTORED, "separation", answer="held again") == 1
    assert value(NOBODY, "proved") == 0
    assert value(UNREACHABLE, "devices_unreachable") == 2
    assert value(UNREACHABLE, "last_known_age_seconds", device="gz-pe1") == 2 * 86400
    assert value(UNREACHABLE, "devices_never_read") == 1
    assert value(LEAKING, "devices_remediated") == 1
    assert value(LEAKING, "differences_remediated") == 1
    assert value(LEAKING, "differences_mended") == 1  # its former name
    assert value(LEAKING, "run_duration_seconds") == 41.02
    assert value(CLEAN, "last_run_timestamp_seconds") == 1772590507 + 8.4
    assert value(UNREACHABLE, "separation", answer="held where read") == 1
    assert value(UNREACHABLE, "separation", answer="held") == 0
    labels = {"class": "policy", "zone": "intranet", "status": "acknowledged"}
    labels["standing"] = "acknowledged"  # the label's former name
    assert value(LEAKING, "differences", **labels) == 1
    labels = {"class": "service", "zone": "backbone", "status": "open", "standing": "open"}
    assert value(LEAKING, "differences", **labels) == 1
    labels = {"class": "leak", "zone": "extranet", "status": "open", "standing": "open"}
    assert value(LEAKING, "differences", **labels) == 1
    assert value(CLEAN, "differences", **labels) == 0


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_the_series_are_few_and_count_every_difference(report: DriftReport) -> None:
    found = samples(report)
    assert len(found) <= 5 * 3 * 4 + 4 + 10 + MOST_UNREACHABLE
    counted = sum(v for (name, _), v in found.items() if name == "egovnet_drift_differences")
    assert counted == len(report.differences)


def test_the_oldest_of_many_unreachable_devices_are_named() -> None:
    absent = tuple(
        replace(
            UNREACHABLE.devices[0], device=f"r{n}", unreachable="x", last_known=LastKnown("", n)
        )
        for n in range(3 * MOST_UNREACHABLE)
    )
    ages = [v for (n, _), v in samples(replace(CLEAN, devices=absent)).items() if "age" in n]
    assert sorted(ages) == list(range(2 * MOST_UNREACHABLE, 3 * MOST_UNREACHABLE))
