"""How a change can end: the word for it, what the journal has, the sentence, the exit code.

The one table. Whoever pushes or recovers a change names its end by what was written to the journal
(`end_of`); what is printed and the exit code follow from there, for every way to end.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from egovnet.playbooks.results.outcome import Exit

#: Names that a sentence spells out; more are counted.
_SHOWN = 8
#: Stages whose failure is that of a proof, a verification or a missing word, not of a device.
CHECKS = ("words", "proof", "health", "verify")
#: The stage in which a plan is held against the inventory's policy.
APPROVAL = "approval"


class End(StrEnum):
    """The word for an end: `result` in JSON."""

    DONE = "done"
    UNDONE = "undone"
    #: Going back, and devices were not seen there.
    FAILED = "failed"
    #: Decided, and devices were not seen there.
    IN_DOUBT = "in doubt"
    #: Its end could not be recorded in the journal.
    OPEN = "open"
    TAKEN_OVER = "taken over"
    #: No change was opened.
    REFUSED = "refused"
    NOTHING_TO_DO = "nothing to do"
    #: Of `recover` without --yes: unfinished, and only looked at.
    TO_DO = "to do"


@dataclass(frozen=True, slots=True)
class WayToEnd:
    """A row of the table."""

    #: The change's state in the journal; None: there is no change, or another controller has it.
    state: str | None
    #: With `{change}`, and `{devices}`: those that were not seen at its end.
    sentence: str
    #: Whether `recover` has something to do.
    unfinished: bool = False


_RECOVER = "egovnet recover {change} finishes it"
ENDS = {
    End.DONE: WayToEnd("done", "change {change} is done: its routers run the new configuration"),
    End.UNDONE: WayToEnd(
        "undone", "change {change} is undone: its routers run what they ran before it"
    ),
    End.FAILED: WayToEnd(
        "failed",
        "change {change} goes back and is not at its end: {devices} not seen to run what ran "
        f"before it; all its routers stay locked; {_RECOVER}",
        unfinished=True,
    ),
    End.IN_DOUBT: WayToEnd(
        "failed",
        "change {change} is decided and is not at its end: {devices} not seen to keep the new "
        f"configuration; all its routers stay locked; {_RECOVER}",
        unfinished=True,
    ),
    End.OPEN: WayToEnd(
        "open",
        "change {change} is open: its end could not be recorded in the journal; its routers stay "
        f"locked; when the journal can be written again, {_RECOVER}",
        unfinished=True,
    ),
    End.TAKEN_OVER: WayToEnd(
        None,
        "change {change} was taken over by another controller, which brings it to its end; "
        "see: egovnet show {change}",
    ),
    End.REFUSED: WayToEnd(None, "nothing was begun"),
    End.NOTHING_TO_DO: WayToEnd(None, "nothing to do: every router runs what is intended"),
    End.TO_DO: WayToEnd(
        None, f"change {{change}} is unfinished; {_RECOVER}, with --yes", unfinished=True
    ),
}


def end_of(state: str, direction: str | None) -> End:
    """The end of a change that the journal has in `state`, decided to go in `direction`."""
    if state == "failed" and direction == "forward":
        return End.IN_DOUBT
    return next(end for end, way in ENDS.items() if way.state == state)


def sentence(
    end: End, change: int | None, left: Collection[str] = (), left_out: Collection[str] = ()
) -> str:
    """What is printed last. `left` are devices not seen at the end, `left_out` those untouched."""
    were = "was" if len(left) == 1 else "were"
    words = ENDS[end].sentence.format(
        change=change, devices=f"{named(left)} {were}" if left else "devices were"
    )
    if end == End.DONE and left_out:
        words += f", but for {named(left_out)}, left out as they were"
    return words


def exit_of(end: End, failed_stage: str | None, *, failures: bool) -> Exit:
    """The exit code of a verb that pushed. `failures`: a device failed, or was left out."""
    if end == End.TAKEN_OVER:
        return Exit.DEVICES_FAILED
    if failed_stage == APPROVAL:
        return Exit.BAD_INPUT
    if failed_stage in CHECKS:
        return Exit.LEAK_OR_FAILED_VERIFICATION
    if not failures and end in (End.DONE, End.NOTHING_TO_DO):
        return Exit.DONE
    return Exit.DEVICES_FAILED


def named(devices: Collection[str]) -> str:
    """Names of devices, in order, the first few of many."""
    names = sorted(devices)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
