"""A drift run in Prometheus's text exposition, for the node exporter's textfile collector.

Few series whatever the network's size: differences by class, zone and status, and the age of at
most MOST_UNREACHABLE devices, those whose last known state is the oldest.
"""

from collections import Counter
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.difference import standing
from egovnet.playbooks.results.drift_report import DriftClass, DriftReport, Separation, Status

MOST_UNREACHABLE = 100
#: The zone of what belongs to no VPN.
_BACKBONE = "backbone"


def drift_metrics(report: DriftReport) -> str:
    """The text, each series labelled with the network's name."""
    registry = CollectorRegistry()
    name = visible(report.network)

    def gauge(metric: str, words: str, *labels: str) -> Gauge:
        full = f"egovnet_drift_{metric}"
        return Gauge(full, words, ("network", *labels), registry=registry)

    if report.made is not None:
        made = {key: visible(value) for key, value in report.made.to_dict().items()}
        info = gauge("run_info", "1: by whom and with what the run was made, and of what.", *made)
        info.labels(name, *made.values()).set(1)
    answers = gauge("separation", "Whether separation held: 1 at the run's answer.", "answer")
    for answer in Separation:
        answers.labels(name, answer.value).set(answer is report.separation)
    gauge("devices", "Devices that were asked.").labels(name).set(len(report.devices))
    absent = gauge("devices_unreachable", "Devices that did not answer.")
    absent.labels(name).set(len(report.unreachable))
    differences = gauge("differences", "Differences found.", "class", "zone", "status", "standing")
    for (klass, zone, status), number in _counted(report).items():
        # `standing` is the former name of the label; one version more
        differences.labels(name, klass, zone, status.value, standing(status)).set(number)
    gauge("proved", "1: proved over what was read.").labels(name).set(report.separation.proved)
    gauge("run_duration_seconds", "How long the run took.").labels(name).set(report.seconds)
    last = gauge("last_run_timestamp_seconds", "When the run ended.")
    last.labels(name).set(datetime.fromisoformat(report.started).timestamp() + report.seconds)
    restored = gauge("devices_remediated", "Devices that remediation restored.")
    restored.labels(name).set(len(report.remediation.devices) if report.remediation else 0)
    remediated = sum(d.remediated for d in report.differences)
    gauge("differences_remediated", "Differences remediated.").labels(name).set(remediated)
    former = gauge("differences_mended", "Former name of egovnet_drift_differences_remediated.")
    former.labels(name).set(remediated)
    _ages(
        report,
        gauge("last_known_age_seconds", "Age of an unreachable device's state.", "device"),
        name,
    )
    never = gauge("devices_never_read", "Unreachable devices of which no state is known.")
    never.labels(name).set(sum(row.last_known is None for row in report.unreachable))
    return generate_latest(registry).decode()


def _counted(report: DriftReport) -> Counter[tuple[str, str, Status]]:
    """Differences by class, zone and status; each combination is there, so that 0 is a value."""
    known = report.network_map
    zones = (*(known.zones if known else ()), _BACKBONE)
    counts = Counter({(c.value, z, s): 0 for c in DriftClass for z in zones for s in Status})
    for d in report.differences:
        zone = known.zone_of.get(d.vpn, _BACKBONE) if known else _BACKBONE
        counts[d.klass.value, zone, d.status] += 1
    return counts


def _ages(report: DriftReport, ages: Gauge, name: str) -> None:
    known = [(row.last_known.age, row.device) for row in report.unreachable if row.last_known]
    for age, device in sorted(known, reverse=True)[:MOST_UNREACHABLE]:
        ages.labels(name, visible(device)).set(age)
