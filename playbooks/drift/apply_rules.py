"""The drift rules of an inventory, applied to a difference: whether it counts in this run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.inventory.registers.drift_rules import DriftRules
from egovnet.playbooks.results.drift_report import Difference, Standing


def apply_rules(rules: DriftRules, difference: Difference, now: datetime) -> Difference:
    """The difference with its status at `now`; its `first_seen` must be known."""
    if difference.klass is DriftClass.COSMETIC:
        return replace(difference, standing=Standing.TOLD)
    if difference.klass is DriftClass.LEAK:
        return difference
    for name, entry in rules.acknowledged.items():
        if entry.expires >= now.date() and entry.covers(
            difference.device, difference.klass, difference.subject
        ):
            return replace(
                difference,
                standing=Standing.ACKNOWLEDGED,
                until=entry.expires.isoformat(),
                answered_by=entry.approved_by,
                reason=f"{name}: {entry.reason}",
            )
    waits = timedelta(minutes=rules.grace.get(difference.klass, 0))
    ends = datetime.fromisoformat(difference.first_seen) + waits
    if ends > now:
        until = ends.astimezone(UTC).isoformat(timespec="seconds")
        return replace(difference, standing=Standing.GRACE, until=until)
    return difference
