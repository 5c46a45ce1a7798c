"""`drift.yaml` of an inventory: what a drift run waits for, puts up with, and may restore.

```yaml
grace:                  # minutes that a difference may last before it counts, by class
  service: 30
share: 5                # percent of the network's routers that a run may change
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
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field

from egovnet.inventory.errors import Problem
from egovnet.inventory.model import Closed, Network
from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.drift_class import DriftClass
from egovnet.inventory.model.validity import Day, Stated
from egovnet.inventory.register import Register
from egovnet.inventory.source.closed_file import problem_at
from egovnet.inventory.source.yaml_source import Document

FILE = "drift.yaml"
#: Percent of the network's routers that a run may change unless the file says otherwise.
DEFAULT_SHARE = 5
#: Minutes of a week: a difference that may last longer wants an acknowledgement with a name.
_LONGEST_GRACE = 7 * 24 * 60


class Acknowledgement(Closed):
    """A difference that somebody answers for until a day."""

    devices: Annotated[
        tuple[Stated, ...],
        Field(min_length=1),
        about("Routers that it is about: names, or patterns as in a shell.", ["sh-*"]),
    ]
    klass: Annotated[
        DriftClass,
        Field(alias="class"),
        about("Class of the difference; one that may wait.", "unmanaged"),
    ]
    subject: Annotated[
        Stated, about("What differs: its subject in the report, or a pattern.", "snmp-server*")
    ] = "*"
    approved_by: Annotated[Stated, about("Person who answers for it.", "Li Na")]
    reason: Annotated[Stated, about("Why it may stay.", "the monitoring of the centre")]
    expires: Annotated[Day, about("The last day on which it holds.", date(2027, 1, 31))]

    def covers(self, device: str, klass: DriftClass, subject: str) -> bool:
        """Whether it is about a difference of `klass` in `subject` of `device`."""
        return (
            klass is self.klass
            and any(fnmatchcase(device, pattern) for pattern in self.devices)
            and fnmatchcase(subject, self.subject)
        )


class DriftRules(Closed):
    """What a drift run waits for, puts up with and may restore; without the file, nothing."""

    grace: Annotated[
        dict[DriftClass, Annotated[int, Field(strict=True, ge=0, le=_LONGEST_GRACE)]],
        about(
            "How long a difference may last before it counts, by class.",
            {"service": 30},
            unit="minutes",
        ),
    ] = Field(default_factory=dict)
    share: Annotated[
        int,
        Field(strict=True, ge=0, le=100),
        about("Routers of the network that one run may change.", 5, unit="percent"),
    ] = DEFAULT_SHARE
    acknowledged: Annotated[
        dict[Stated, Acknowledgement],
        about(
            "Differences that somebody answers for, by a name of your own.",
            {
                "snmp": {
                    "devices": ["sh-*"],
                    "class": "unmanaged",
                    "approved-by": "Li Na",
                    "reason": "the monitoring of the centre",
                    "expires": date(2027, 1, 31),
                }
            },
        ),
    ] = Field(default_factory=dict)

    def expired(self, today: date) -> Iterator[str]:
        """Sentences about acknowledgements that hold no more."""
        for name, entry in self.acknowledged.items():
            if entry.expires < today:
                yield (
                    f"{FILE}: acknowledged.{name} expired on {entry.expires.isoformat()}; renew it "
                    f"with {entry.approved_by}, or take it out"
                )


def _cross_checks(rules: DriftRules, document: Document, network: Network) -> Iterator[Problem]:
    for klass in rules.grace:
        if klass.properties.is_drift and not klass.properties.may_wait:
            found = f"a grace period for the class {klass.value}"
            remedy = f"remove it: a {klass.value} counts"
            yield problem_at(document, ("grace", klass.value), found, remedy)
    for name, entry in rules.acknowledged.items():
        place = ("acknowledged", name)
        if not entry.klass.properties.may_wait:
            found = f"{entry.klass.value} cannot be acknowledged"
            remedy = (
                f"a {entry.klass.value} must go"
                if entry.klass.properties.is_drift
                else ("it is not drift")
            )
            yield problem_at(document, (*place, "class"), found, remedy)
        for number, pattern in enumerate(entry.devices):
            known = network.is_complete("hosts")
            if known and not any(fnmatchcase(router, pattern) for router in network.routers):
                found = f"{pattern!r} is not a router of the inventory"
                remedy = "name one, or a pattern that finds one"
                yield problem_at(document, (*place, "devices", number), found, remedy)


REGISTER = Register(name="drift rules", file=FILE, model=DriftRules, cross_checks=_cross_checks)
