"""What is known of a platform's texts, for the proof's reference page and whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rule:
    """In what a release differs from the first one that is known."""

    sentence: str
    #: Tests in which the release's own daemons were asked, by their names.
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownRelease:
    """A release whose texts are read; a text of any other is refused by name."""

    name: str
    #: What its rules were tried on.
    tried_on: str
    #: None for the first.
    differs: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class HarmlessLines:
    """Forms of lines that change nothing that the proof asks about, of one part of a text."""

    part: str
    forms: tuple[str, ...]
    #: How it was seen that they are harmless.
    evidence: str


class TextReading(Protocol):
    """How a platform's texts are known."""

    def releases(self) -> tuple[KnownRelease, ...]:
        """Those that are known, the first one first."""

    def harmless(self) -> Iterable[HarmlessLines]:
        """All that its reader takes for harmless."""
