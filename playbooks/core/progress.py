"""Who is told how far a stage has come."""

from typing import Protocol


class Progress(Protocol):
    """Who is told how far a stage has come."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins on `total` devices."""

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        """A device begins ("begin") or ends ("done", "failed") a stage."""

    def say(self, line: str) -> None:
        """Something that is no stage and that who waits should know."""

    def finish(self) -> None:
        """The last stage is over."""


class Silent:
    """Progress that tells nobody."""

    def stage(self, name: str, total: int) -> None:
        """Tell nobody."""

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        """Tell nobody."""

    def say(self, line: str) -> None:
        """Tell nobody."""

    def finish(self) -> None:
        """Tell nobody."""
