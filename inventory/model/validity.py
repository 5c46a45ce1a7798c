"""From when until when something holds, and who answers for it: what every register asks."""

import re
from contextlib import suppress
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints

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
    raise refusal(f"{shown(value)} is no date", "write one such as 2027-01-31")


#: A day of the calendar, of UTC.
Day = Annotated[date, BeforeValidator(_day)]
#: Words that somebody has to give: a person's name, a reason.
Stated = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(printed),
]
