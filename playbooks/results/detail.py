"""How much of a result a person wants to see."""

from enum import StrEnum


class Detail(StrEnum):
    """A member is the option that asks for it; NORMAL is none."""

    NORMAL = "normal"
    #: How it ended, and what to do next.
    QUIET = "quiet"
    #: A line a router in place of its difference.
    STAT = "stat"
    #: Every name, and what a finding rests on.
    VERBOSE = "verbose"
    #: Every router's difference, whole.
    FULL = "full"

    @property
    def names_all(self) -> bool:
        """Whether lists of names are whole, however long."""
        return self in (Detail.VERBOSE, Detail.FULL)
