"""A night in Prometheus's text exposition, for the node exporter's textfile collector.

Few series whatever the network's size: differences by class, zone and standing, and the age of at
most MOST_SILENT devices, those whose last known state is the oldest.
"""

from collections import Counter
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from egovnet.inventory.model import Network, ZoneName
from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.report.text.drift_words import PROVED
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.drift_report import MENDED, Night, Separation, Standing

MOST_SILENT = 100
#: The zone of what belongs to no VPN.
_BACKBONE = "backbone"


def drift_metrics(night: Night, network: Network) -> str:
    """The text, each series labelled with the network's name."""
    registry = CollectorRegistry()
    name = visible(night.network)

    def gauge(metric: str, words: str, *labels: str) -> Gauge:
        full = f"egovnet_drift_{metric}"
        return Gauge(full, words, ("network", *labels), registry=registry)

    answers = gauge("separation", "Whether separation held: 1 at the night's answer.", "answer")
    for answer in Separation:
        answers.labels(name, answer.value).set(answer is night.separation)
    gauge("devices", "Devices that were asked.").labels(name).set(len(night.devices))
    silent = gauge("devices_unreachable", "Devices that did not answer.")
    silent.labels(name).set(len(night.unreachable))
    differences = gauge("differences", "Differences found.", "class", "zone", "standing")
    for (klass, zone, standing), number in _counted(night, network).items():
        differences.labels(name, klass, zone, standing).set(number)
    gauge("proved", "1: proved over what was read.").labels(name).set(night.separation in PROVED)
    gauge("run_duration_seconds", "How long the run took.").labels(name).set(night.seconds)
    last = gauge("last_run_timestamp_seconds", "When the run ended.")
    last.labels(name).set(datetime.fromisoformat(night.started).timestamp() + night.seconds)
    mended = gauge("devices_remediated", "Devices that remediation put back.")
    mended.labels(name).set(len(night.remediation.devices) if night.remediation else 0)
    gauge("differences_mended", "Differences that remediation put back.").labels(name).set(
        sum(d.remedy == MENDED for d in night.differences)
    )
    _ages(night, gauge("last_known_age_seconds", "Age of a silent device's state.", "device"), name)
    never = gauge("devices_never_read", "Silent devices of which no state is known.")
    never.labels(name).set(sum(row.last_known is None for row in night.unreachable))
    return generate_latest(registry).decode()


def _counted(night: Night, network: Network) -> Counter[tuple[str, str, str]]:
    """Differences by class, zone and standing; each combination is there, so that 0 is a value."""
    zones = (*(zone.value for zone in ZoneName), _BACKBONE)
    counts = Counter(
        {(c.value, z, s.value): 0 for c in DriftClass for z in zones for s in Standing}
    )
    for d in night.differences:
        vpn = network.vpns.get(d.vpn)
        zone = _BACKBONE if vpn is None else vpn.zone.value
        counts[d.klass.value, zone, d.standing.value] += 1
    return counts


def _ages(night: Night, ages: Gauge, name: str) -> None:
    known = [(row.last_known.age, row.device) for row in night.unreachable if row.last_known]
    for age, device in sorted(known, reverse=True)[:MOST_SILENT]:
        ages.labels(name, visible(device)).set(age)
