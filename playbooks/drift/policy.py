"""`drift.yaml` of an inventory: what the night waits for, puts up with, and may put back.

```yaml
grace:                  # minutes that a difference may last before it counts, by class
  service: 30
share: 5                # percent of the network's routers that a night may change
acknowledged:
  snmp-of-the-noc:
    devices: ["sh-*"]   # names or patterns as in a shell
    class: unmanaged
    subject: "snmp-server*"
    approved-by: Li Na
    reason: the monitoring of the centre, until it is in the inventory
    expires: 2027-01-31 # the last day on which it holds
```

A leak has no grace and is never acknowledged.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from egovnet.inventory.model.errors import Problem
from egovnet.inventory.model.sections import Closed, Network
from egovnet.inventory.source.closed_file import problem_at, read_closed
from egovnet.inventory.source.yaml_source import Document
from egovnet.playbooks.results.drift_report import Difference, DriftClass, Standing

FILE = "drift.yaml"
#: Percent of the network's routers that a night may change unless the file says otherwise.
DEFAULT_SHARE = 5
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
#: A year: who wants longer looks again.
_MOST_GRACE = 7 * 24 * 60


class Acknowledged(Closed):
    """A difference that somebody answers for until a day."""

    devices: Annotated[tuple[_Text, ...], Field(min_length=1)]
    klass: Annotated[DriftClass, Field(alias="class")]
    subject: _Text = "*"
    approved_by: _Text
    reason: _Text
    expires: date

    def covers(self, difference: Difference) -> bool:
        """Whether it speaks of this difference."""
        return (
            difference.klass is self.klass
            and any(fnmatchcase(difference.device, pattern) for pattern in self.devices)
            and fnmatchcase(difference.subject, self.subject)
        )


class Policy(Closed):
    """The whole file; without one, nothing is waited for or put up with."""

    grace: dict[DriftClass, Annotated[int, Field(strict=True, ge=0, le=_MOST_GRACE)]] = Field(
        default_factory=dict
    )
    share: Annotated[int, Field(strict=True, ge=0, le=100)] = DEFAULT_SHARE
    acknowledged: dict[_Text, Acknowledged] = Field(default_factory=dict)

    def expired(self, today: date) -> Iterator[str]:
        """Sentences about acknowledgements that hold no more."""
        for name, entry in self.acknowledged.items():
            if entry.expires < today:
                yield (
                    f"{FILE}: acknowledged.{name} expired on {entry.expires.isoformat()}; renew it "
                    f"with {entry.approved_by}, or take it out"
                )

    def stand(self, difference: Difference, now: datetime) -> Difference:
        """The difference with its standing at `now`; its `first_seen` must be known."""
        if difference.klass is DriftClass.COSMETIC:
            return replace(difference, standing=Standing.TOLD)
        if difference.klass is DriftClass.LEAK:
            return difference
        for name, entry in self.acknowledged.items():
            if entry.expires >= now.date() and entry.covers(difference):
                return replace(
                    difference,
                    standing=Standing.ACKNOWLEDGED,
                    until=entry.expires.isoformat(),
                    answered_by=entry.approved_by,
                    reason=f"{name}: {entry.reason}",
                )
        waits = timedelta(minutes=self.grace.get(difference.klass, 0))
        ends = datetime.fromisoformat(difference.first_seen) + waits
        if ends > now:
            until = ends.astimezone(UTC).isoformat(timespec="seconds")
            return replace(difference, standing=Standing.GRACE, until=until)
        return difference


def read_policy(directory: Path, network: Network) -> Policy:
    """The policy of an inventory, or the default one where it has no file.

    Raises:
        InventoryError: with every problem at once: file, line, field, what to do.
    """
    path = directory / FILE
    if not path.exists():
        return Policy()
    return read_closed(
        path, Policy, lambda policy, document: _cross_check(policy, document, network)
    )


def _cross_check(policy: Policy, document: Document, network: Network) -> Iterator[Problem]:
    if DriftClass.LEAK in policy.grace:
        yield problem_at(
            document, ("grace", "leak"), "a grace period for leaks", "take it out: a leak counts"
        )
    for name, entry in policy.acknowledged.items():
        place = ("acknowledged", name)
        if entry.klass in (DriftClass.LEAK, DriftClass.COSMETIC):
            found = f"{entry.klass.value} cannot be acknowledged"
            remedy = "a leak must go" if entry.klass is DriftClass.LEAK else "it is no drift"
            yield problem_at(document, (*place, "class"), found, remedy)
        for number, pattern in enumerate(entry.devices):
            if not any(fnmatchcase(router, pattern) for router in network.routers):
                found = f"{pattern!r} is no router of the inventory"
                remedy = "name one, or a pattern that finds one"
                yield problem_at(document, (*place, "devices", number), found, remedy)
