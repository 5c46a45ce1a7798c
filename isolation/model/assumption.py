"""What a verdict holds under, and the properties that lean on it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing that no text can show. `id` is what JSON calls it; empty: of an earlier version."""

    id: str
    sentence: str
    #: Ids of the properties that lean on it.
    properties: tuple[str, ...] = ()
    #: When it is among a verdict's assumptions, and how an engineer can see that it holds.
    applies: str = ""
    check: str = ""
