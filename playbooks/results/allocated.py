"""What `allocate` came to: numbers for what is to come."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ProposedNumber:
    """An address or prefix, the pool that it is of, and the aggregate that it is out of."""

    #: As in the lock file, such as "loopback-ipv4" or "site-ipv4/courts".
    pool: str
    value: str
    #: Prefix of the region's aggregate; None: the pool has none for it.
    aggregate: str | None
    #: Region whose aggregate it is.
    aggregate_of: str | None


@dataclass(frozen=True, slots=True)
class AllocationProposal:
    """Numbers for one name."""

    #: "site", "loopback" or "circuit".
    kind: str
    name: str
    region: str
    numbers: tuple[ProposedNumber, ...]
    #: Whether the lock file keeps them for the name now.
    kept: bool
    #: Whether it kept them before.
    known: bool

    def to_dict(self) -> dict[str, Any]:
        """What `allocate --json` prints."""
        return {**asdict(self), "numbers": [asdict(number) for number in self.numbers]}
