"""The drift rules of an inventory, applied to a difference: whether it counts in this run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from egovnet.inventory.registers.drift_rules import DriftRules
from egovnet.playbooks.results.drift_report import Difference, Status


def apply_rules(rules: DriftRules, difference: Difference, now: datetime) -> Difference:
    """The difference with its status at `now`; its `first_seen` must be known."""
    properties = difference.klass.properties
    if not properties.is_drift:
        return replace(difference, status=Status.INFORMATIONAL)
    if not properties.may_wait or not difference.counts:
        return difference  # approved by another register already
    for name, entry in rules.acknowledged.items():
        if entry.expires >= now.date() and entry.covers(
            difference.device, difference.klass, difference.subject
        ):
            return replace(
                difference,
                status=Status.ACKNOWLEDGED,
                until=entry.expires.isoformat(),
                acknowledged_by=entry.approved_by,
                reason=f"{name}: {entry.reason}",
            )
    waits = timedelta(minutes=rules.grace.get(difference.klass, 0))
    ends = datetime.fromisoformat(difference.first_seen) + waits
    if ends > now:
        until = ends.astimezone(UTC).isoformat(timespec="seconds")
        return replace(difference, status=Status.IN_GRACE, until=until)
    return difference
