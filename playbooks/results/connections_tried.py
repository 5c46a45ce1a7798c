"""What packets say of what registers declare, by connections alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from egovnet.playbooks.results.connection_cell import ConnectionCell, UntriedEntry
from egovnet.playbooks.results.outcome import Exit, most_severe


@dataclass(frozen=True, slots=True)
class ConnectionsTried:
    """Connections between hosts that were tried, and what became of each."""

    cells: tuple[ConnectionCell, ...] = ()
    untried: tuple[UntriedEntry, ...] = ()
    #: Host -> why nothing was sent from it.
    failures: Mapping[str, str] = field(default_factory=dict)
    #: Why nothing at all could be tried; "" where something was.
    not_possible: str = ""

    @property
    def wrong(self) -> tuple[ConnectionCell, ...]:
        """Those that are not as expected."""
        return tuple(cell for cell in self.cells if not cell.right)

    @property
    def exit(self) -> Exit:
        """4 when packets do what no register says; 5 when some could not be sent."""
        codes = []
        if self.wrong:
            codes.append(Exit.LEAK_OR_FAILED_VERIFICATION)
        if self.failures:
            codes.append(Exit.DEVICES_FAILED)
        return most_severe(codes)

    def to_dict(self) -> dict[str, Any]:
        """As `exchange check --json` has it."""
        return {
            "connections": [cell.to_dict() for cell in self.cells],
            "untried": [one.to_dict() for one in self.untried],
            "failures": dict(self.failures),
            "not_possible": self.not_possible,
        }
