"""From when until when something holds, and who answers for it: what every register asks."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import printed, refusal
from egovnet.inventory.model.shown import shown

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: object) -> object:
    """A day as YAML has it, or in quotes: never the seconds since 1970, which pydantic takes."""
    if type(value) is date:
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):  # no month has such a day, or no year such a month
            return date.fromisoformat(value)
    raise refusal(f"{shown(value)} is not a date", "write one such as 2027-01-31")


#: A day of the calendar, of UTC.
Day = Annotated[date, BeforeValidator(_day)]
#: Words that somebody has to give: a person's name, a reason.
Stated = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(printed),
]

ApprovedBy = Annotated[Stated, about("Person who approved it.", "Li Na")]
ApprovedOn = Annotated[Day, about("Day on which it was approved.", date(2026, 3, 2))]
ValidFrom = Annotated[Day, about("The first day on which it holds.", date(2026, 4, 1))]
ValidUntil = Annotated[Day, about("The last day on which it holds.", date(2027, 3, 31))]


class Approval(Protocol):
    """An entry of a register that somebody approved for a time."""

    @property
    def approved_on(self) -> date:
        """The day on which it was approved."""

    @property
    def valid_from(self) -> date:
        """The first day on which it holds."""

    @property
    def valid_until(self) -> date:
        """The last day on which it holds."""


class ValidityState(StrEnum):
    """Whether an entry holds on a day."""

    IN_FORCE = "in force"
    NOT_YET = "not yet valid"
    EXPIRED = "expired"


def state_on(entry: Approval, day: date) -> ValidityState:
    """Whether it holds on `day`: both its first and its last are days on which it does."""
    if entry.valid_until < day:
        return ValidityState.EXPIRED
    if max(entry.approved_on, entry.valid_from) > day:
        return ValidityState.NOT_YET
    return ValidityState.IN_FORCE


def days_left(entry: Approval, day: date) -> int | None:
    """Days until its last one, which is not counted; None where it does not hold on `day`."""
    holds = state_on(entry, day) is ValidityState.IN_FORCE
    return (entry.valid_until - day).days if holds else None


def approval_mistakes(entry: Approval, day: date) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong, what to do) where it was approved after it begins, or after `day`."""
    if entry.approved_on > day:
        yield (
            "approved-on",
            f"approved on {entry.approved_on}, which is to come",
            "write the day on which it was approved",
        )
    elif entry.approved_on > entry.valid_from:
        yield (
            "approved-on",
            f"approved on {entry.approved_on}, after it begins on {entry.valid_from}",
            "let it begin when it is approved, not before",
        )


def order_mistakes(entry: Approval) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong, what to do) where it ends before it begins."""
    if entry.valid_until < entry.valid_from:
        yield (
            "valid-until",
            f"ends on {entry.valid_until}, before it begins on {entry.valid_from}",
            "write the last day on which it holds",
        )
