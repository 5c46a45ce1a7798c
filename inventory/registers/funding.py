"""`funding.yaml` of an inventory: who pays for circuits and devices, by rule or by decision.

```yaml
payers:
  central: {name: Central budget, region: beijing}
  guangdong: {name: Guangdong finance department, region: guangdong}
  loan: {name: Loan of the development bank}      # of no region: by decision only
costs:                                            # of one, for a year or whatever is agreed
  circuits: {province: 480000.00 CNY, prefecture: 60000.00 CNY}
  devices: {province: 90000.00 CNY}
  named: {bj-p1--gd-p1: 900000.00 CNY}
decisions:
  west-subsidy:
    circuits: ["sc-*"]
    shares: {central: 60, sichuan: 40}            # percent
    document: Development and Reform Commission [2026] 118
    approved-by: Li Na
    approved-on: 2026-03-02
    reason: subsidy for the western provinces
    valid-from: 2026-04-01
    valid-until: 2028-12-31
```

The rule: what joins the centre and the provinces is paid by the centre, and what is below by its
region (State Council office, 2006: the centre bears the backbone down to the provinces). The
region's payer is that of the nearest region with one, at or above it and below the centre.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import Field, model_validator

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.model import Closed, Name, Network, Tier
from egovnet.inventory.model.annotations import Form, about
from egovnet.inventory.model.primitives import RegionName, Title, refusal
from egovnet.inventory.model.shown import did_you_mean
from egovnet.inventory.model.validity import (
    ApprovedBy,
    ApprovedOn,
    Stated,
    ValidFrom,
    ValidityState,
    ValidUntil,
    approval_mistakes,
    order_mistakes,
    state_on,
)
from egovnet.inventory.register import Register
from egovnet.inventory.source.closed_file import problem_at
from egovnet.inventory.source.yaml_source import Document
from egovnet.inventory.today import today

FILE = "funding.yaml"
#: An amount with two decimals and its currency (ISO 4217): never a binary fraction.
Amount = Annotated[
    str,
    Form(
        r"[0-9]{1,13}\.[0-9]{2} [A-Z]{3}",
        "a number with two decimals, a space and the three letters of its currency",
        "480000.00 CNY",
    ),
]
_WHOLE = 100


def money(amount: str) -> tuple[Decimal, str]:
    """(amount, currency) of an `Amount`."""
    number, currency = amount.split(" ")
    return Decimal(number), currency


class Payer(Closed):
    """Somebody who pays: the budget of a region, or another one."""

    name: Annotated[Title, about("What people call it.", "Guangdong finance department")]
    region: Annotated[
        RegionName | None,
        about(
            "Region for which it pays by rule; left out: it pays by decisions only.", "guangdong"
        ),
    ] = None


class Costs(Closed):
    """What circuits and devices cost; the period is that of whoever reads the report."""

    circuits: Annotated[
        dict[Tier, Amount],
        about(
            "One circuit, by the tier of its lower end.",
            {"province": "480000.00 CNY"},
        ),
    ] = Field(default_factory=dict)
    devices: Annotated[
        dict[Tier, Amount], about("One device, by its tier.", {"province": "90000.00 CNY"})
    ] = Field(default_factory=dict)
    named: Annotated[
        dict[Name, Amount],
        about("A circuit or a device that costs something else.", {"bj-pe1": "120000.00 CNY"}),
    ] = Field(default_factory=dict)


class FundingDecision(Closed):
    """An exception from the rule, and the decision that it stands on."""

    circuits: Annotated[
        tuple[Stated, ...],
        about("Circuits that it is about: names, or patterns as in a shell.", ["sc-*"]),
    ] = ()
    devices: Annotated[
        tuple[Stated, ...],
        about("Devices that it is about: names, or patterns as in a shell.", ["sc-pe1"]),
    ] = ()
    payer: Annotated[Name | None, about("Who pays all of it.", "central")] = None
    shares: Annotated[
        dict[Name, Annotated[int, Field(strict=True, ge=1, le=99)]],
        about(
            "Instead of payer: who pays how much of it; 100 together.",
            {"central": 60, "sichuan": 40},
            unit="percent",
        ),
    ] = Field(default_factory=dict)
    document: Annotated[
        Stated, about("The paper that decides it.", "Development and Reform Commission [2026] 118")
    ]
    approved_by: ApprovedBy
    approved_on: ApprovedOn
    reason: Annotated[Stated, about("Why.", "subsidy for the western provinces")]
    valid_from: ValidFrom
    valid_until: ValidUntil

    @property
    def by_payer(self) -> Mapping[str, int]:
        """Percent by payer; 100 together."""
        return self.shares or ({} if self.payer is None else {self.payer: _WHOLE})

    def covers(self, kind: str, name: str, day: date) -> bool:
        """Whether it is about a circuit or a device of that name, and in force on `day`."""
        patterns = self.circuits if kind == "circuit" else self.devices
        in_force = state_on(self, day) is ValidityState.IN_FORCE
        return in_force and any(fnmatchcase(name, pattern) for pattern in patterns)

    @model_validator(mode="after")
    def _says_what_and_who(self) -> "FundingDecision":
        if not (self.circuits or self.devices):
            raise refusal("about nothing", "name circuits or devices", "circuits")
        if (self.payer is None) == (not self.shares):
            found = "no payer" if self.payer is None else "a payer beside shares"
            raise refusal(found, "write one of payer, shares", "payer")
        if self.shares and sum(self.shares.values()) != _WHOLE:
            found = f"shares of {sum(self.shares.values())} percent together"
            raise refusal(found, "let them be 100 together", "shares")
        return self


class Funding(Closed):
    """Who pays for circuits and devices; without the file, nobody is known to."""

    payers: Annotated[
        dict[Name, Payer],
        about(
            "Those who pay, by a name of your own.",
            {"guangdong": {"name": "Guangdong finance department", "region": "guangdong"}},
        ),
    ] = Field(default_factory=dict)
    costs: Annotated[
        Costs,
        about("What one costs.", {"devices": {"province": "90000.00 CNY"}}),
    ] = Costs()
    decisions: Annotated[
        dict[Name, FundingDecision],
        about(
            "Exceptions from the rule, by a name of your own.",
            {
                "bank": {
                    "devices": ["bj-pe1"],
                    "payer": "loan",
                    "document": "Development and Reform Commission [2026] 118",
                    "approved-by": "Li Na",
                    "approved-on": date(2026, 3, 2),
                    "reason": "until the loan is spent",
                    "valid-from": date(2026, 4, 1),
                    "valid-until": date(2027, 3, 31),
                }
            },
        ),
    ] = Field(default_factory=dict)


def _cross_checks(funding: Funding, document: Document, network: Network) -> Iterator[Problem]:
    def problem(place: Location, found: str, remedy: str) -> Problem:
        return problem_at(document, place, found, remedy)

    whose: dict[str, str] = {}
    for name, payer in funding.payers.items():
        place = ("payers", name, "region")
        region = payer.region
        if region is None:
            continue
        if region in whose:
            found = f"region {region} has a payer already: {whose[region]}"
            yield problem(place, found, "leave the region to one of them")
        whose.setdefault(region, name)
    complete = network.is_complete("circuits") and network.is_complete("hosts")
    both = (network.circuits, network.routers)
    for name in funding.costs.named if complete else ():
        if not any(name in known for known in both):
            found = f"no circuit and no device {name} in the inventory"
            yield problem(("costs", "named", name), found, "name one, or take it out")
        elif all(name in known for known in both):
            found = f"{name} is a circuit and a device"
            yield problem(("costs", "named", name), found, "rename one of the two")
    claimed: dict[tuple[str, str], list[str]] = {}
    for name, decision in funding.decisions.items():
        yield from _of_decision(funding, name, decision, document)
        for kind, patterns, known in (
            ("circuits", decision.circuits, network.circuits),
            ("devices", decision.devices, network.routers),
        ):
            if complete:
                yield from _unmatched(document, name, kind, patterns, known)
            for one in known:
                if any(fnmatchcase(one, pattern) for pattern in patterns):
                    claimed.setdefault((kind, one), []).append(name)
    yield from _twice(funding, document, claimed)


def _of_decision(
    funding: Funding, name: str, decision: FundingDecision, document: Document
) -> Iterator[Problem]:
    place = ("decisions", name)
    for payer in decision.by_payer:
        if payer not in funding.payers:
            where = (*place, "payer") if decision.payer else (*place, "shares", payer)
            near = did_you_mean(payer, funding.payers)
            found = f"no payer {payer}"
            yield problem_at(document, where, found, f"{near}name one of payers, or add it there")
    for key, found, remedy in (*approval_mistakes(decision, today()), *order_mistakes(decision)):
        yield problem_at(document, (*place, key), found, remedy)


def _unmatched(
    document: Document, name: str, kind: str, patterns: Collection[str], known: Collection[str]
) -> Iterator[Problem]:
    for number, pattern in enumerate(patterns):
        if not any(fnmatchcase(one, pattern) for one in known):
            found = f"{pattern!r} is none of the inventory's {kind}"
            remedy = "name one, or a pattern that finds one"
            yield problem_at(document, ("decisions", name, kind, number), found, remedy)


def _twice(
    funding: Funding, document: Document, claimed: Mapping[tuple[str, str], list[str]]
) -> Iterator[Problem]:
    """Things that two decisions are about at the same time."""
    told: set[tuple[str, str]] = set()
    for (kind, one), names in claimed.items():
        for number, later in enumerate(names):
            for first in names[:number]:
                if (first, later) not in told and _meet(funding, first, later):
                    told.add((first, later))
                    found = f"{kind[:-1]} {one} is decided by {first} at the same time"
                    remedy = "let one end before the other begins, or leave it to one"
                    yield problem_at(document, ("decisions", later, kind), found, remedy)


def _meet(funding: Funding, one: str, other: str) -> bool:
    a, b = funding.decisions[one], funding.decisions[other]
    return max(a.valid_from, b.valid_from) <= min(a.valid_until, b.valid_until)


REGISTER = Register(name="funding", file=FILE, model=Funding, cross_checks=_cross_checks)
