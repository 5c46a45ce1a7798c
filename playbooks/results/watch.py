"""What `recover --watch` reports as it goes: an event at a time."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Happening(StrEnum):
    """What an event is: `event` in JSON."""

    WATCHING = "watching"
    TAKES_OVER = "takes over"
    ENDED = "ended"
    #: Not at its end: it is tried again.
    UNFINISHED = "unfinished"
    JOURNAL_AWAY = "journal away"
    JOURNAL_BACK = "journal back"
    #: The inventory or the credentials cannot be used now: nothing is taken over.
    CANNOT_WORK = "cannot work"
    NOTE = "note"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One line of a watch."""

    #: ISO 8601, UTC.
    at: str
    event: Happening
    words: str
    #: Number in the journal.
    change: int | None = None
    #: How it ended: the words of `End`.
    result: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """What `recover --watch --json` prints a line of."""
        return {
            "at": self.at,
            "event": str(self.event),
            "change": self.change,
            "result": self.result,
            "words": self.words,
        }
