"""What `report levels` came to: rules by level, and what meets them."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LevelEntry:
    """An entry of a level, under one rule."""

    #: "VPN", "application" or "exchange".
    kind: str
    name: str
    #: None: it is not known.
    met: bool | None
    why: str

    def to_dict(self) -> dict[str, Any]:
        """One of `entries` in JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One rule for one level."""

    level: int
    rule: str
    requires: str
    #: "refuse" or "report".
    otherwise: str
    source: str
    entries: tuple[LevelEntry, ...]

    def count(self, met: bool | None) -> int:
        """How many entries meet it, do not, or are not known."""
        return sum(entry.met is met for entry in self.entries)

    def to_dict(self) -> dict[str, Any]:
        """One of `rules` in JSON."""
        return {
            "level": self.level,
            "rule": self.rule,
            "requires": self.requires,
            "otherwise": self.otherwise,
            "source": self.source,
            "met": self.count(met=True),
            "not_met": self.count(met=False),
            "unknown": self.count(met=None),
            "entries": [entry.to_dict() for entry in self.entries],
        }


@dataclass(frozen=True, slots=True)
class LevelReport:
    """Rules with entries, by level; and what has no level."""

    rows: tuple[LevelRow, ...]
    #: VPNs without a level, of which nothing is asked.
    without_level: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `report levels --json` prints."""
        return {
            "rules": [row.to_dict() for row in self.rows],
            "without_level": list(self.without_level),
        }
