"""Where chaos happens: devices with an old and a new text, and what can be seen of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.dry_run import text_hash


class Field(Protocol):
    """Some devices under one controller; `emulated` ones, or the `lab`'s real routers."""

    #: The change: every device's text before and after.
    plan: Plan
    #: Seconds of the devices' timers: while the change is under way, and once it is decided.
    confirm_timeout: int
    hold: int

    def workspace(self, journal: str) -> Workspace:
        """A controller's view, with a journal of its own by that name."""

    def reset(self, to: str = "old") -> None:
        """Every device runs its "old" or its "new" text, nothing is pending, nobody is at fault."""

    def fault(self, device: str, name: str) -> None:
        """From now on `device` misbehaves as `name` says, until reset."""

    def at_rest(self, seconds: float) -> None:
        """Return when no device works on or waits for anything, at the latest after `seconds`."""

    def runs(self) -> Mapping[str, str]:
        """Device -> "old", "new" or "mixed" (it runs or would start with something else)."""

    def mixed_seconds(self) -> float:
        """For how long, since reset, some devices ran the old text and some the new."""
        ...


def reversed_plan(plan: Plan) -> Plan:
    """The way back: what `rollback` makes of a change."""
    devices = {
        name: replace(
            entry,
            running_hash=text_hash(entry.intended),
            before=entry.intended,
            intended=entry.before,
        )
        for name, entry in plan.devices.items()
    }
    return replace(plan, devices=devices, kind="rollback", undoes=1)


def mixed_time(
    names: Sequence[str], events: Iterable[tuple[float, str, str]], at_first: str
) -> float:
    """Seconds in which not all of `names` ran the same, all being `at_first` at first.

    `events` are (second, device, what it runs from then on), in any order.
    """
    now = dict.fromkeys(names, at_first)
    total, since = 0.0, None
    for at, name, runs in sorted(events):
        now[name] = runs
        mixed = len(set(now.values())) > 1
        if mixed and since is None:
            since = at
        elif not mixed and since is not None:
            total += at - since
            since = None
    return total
