"""Where chaos happens: devices with an old and a new text, and what can be seen of them."""

from collections.abc import Mapping
from typing import Protocol

from playbooks.context import Context
from playbooks.plan import Plan


class Field(Protocol):
    """Some devices under one controller; `emulated` ones, or the `lab`'s real routers."""

    #: The change: every device's text before and after.
    plan: Plan
    #: Seconds of the devices' timers: while the change is under way, and once it is decided.
    confirm_timeout: int
    hold: int

    def context(self, journal: str) -> Context:
        """A controller's view, with a journal of its own by that name."""

    def reset(self) -> None:
        """Every device runs its old text, nothing is pending, nobody is at fault."""

    def fault(self, device: str, name: str) -> None:
        """From now on `device` misbehaves as `name` says, until reset."""

    def at_rest(self, seconds: float) -> None:
        """Return when no device works on or waits for anything, at the latest after `seconds`."""

    def runs(self) -> Mapping[str, str]:
        """Device -> "old", "new" or "mixed" (it runs or would start with something else)."""

    def mixed_seconds(self) -> float:
        """For how long, since reset, some devices ran the old text and some the new."""
