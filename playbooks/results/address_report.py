"""What `report addresses` came to: pools and aggregates, how full they are, and until when."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class AddressRow:
    """A pool, or a region's aggregate of one."""

    #: As in the lock file.
    pool: str
    #: Of an aggregate: whose it is; "": the row is of the whole pool.
    region: str
    tier: str
    zone: str
    agency: str
    range: str
    size: int
    in_use: int
    #: Nobody's, and kept: of what is gone, or is to come.
    retired: int
    free: int
    percent: int
    #: Taken in a year, as the journal has it; None: not known.
    per_year: float | None
    #: The day on which nothing is left at that pace; None: not known, or not in a hundred years.
    full_on: date | None

    def to_dict(self) -> dict[str, Any]:
        """One of `pools` in JSON."""
        day = None if self.full_on is None else self.full_on.isoformat()
        return {**asdict(self), "full_on": day}


@dataclass(frozen=True, slots=True)
class RegionNumber:
    """The AS number of a region's own network."""

    region: str
    tier: str
    #: "": it has none.
    abbreviation: str
    asn: int


@dataclass(frozen=True, slots=True)
class AddressReport:
    """Every pool, each followed by its aggregates; and AS numbers of regions."""

    network: str
    day: date
    rows: tuple[AddressRow, ...]
    regions: tuple[RegionNumber, ...]
    #: Changes that the pace is reckoned from, and since when.
    samples: int
    since: date | None

    def to_dict(self) -> dict[str, Any]:
        """What `report addresses --json` prints."""
        return {
            "network": self.network,
            "day": self.day.isoformat(),
            "pools": [row.to_dict() for row in self.rows],
            "regions": [asdict(region) for region in self.regions],
            "samples": self.samples,
            "since": None if self.since is None else self.since.isoformat(),
        }
