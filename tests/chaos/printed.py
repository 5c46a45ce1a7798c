"""What a struck controller printed, held against its journal and against what the routers run."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.ends import ENDS, End, end_of
from tests.chaos.field import Field
from tests.playbooks.verb_process import HELD_UP, OUTPUTS, Lived, Strike

#: Exit codes that go with an end; see docs/json.md.
_CODES = {
    End.DONE: (0,),
    End.UNDONE: (4, 5),
    End.FAILED: (4, 5),
    End.IN_DOUBT: (5,),
    End.OPEN: (4, 5),
}


@dataclass(frozen=True)
class Compared:
    """How many ends were compared, and what was not as it was printed."""

    ends: int = 0
    trouble: tuple[str, ...] = ()


def recorded_end(workspace: Workspace) -> End | None:
    """The end of the only change, by the journal; None: there is none."""
    journal = workspace.journal
    for change in journal.changes():
        decision = journal.decision(change.id)
        return end_of(change.state, decision and decision.direction)
    return None


def compare(place: Field, workspace: Workspace, lived: Lived, strike: Strike, new: str) -> Compared:
    """After a struck push, before anybody recovers; `new` is what it was to lead to."""
    return Compared(1, tuple(_wrong(place, workspace, lived, strike, new)))


def compare_recovery(
    place: Field, workspace: Workspace, lived: Lived, strike: Strike, new: str
) -> Compared:
    """The same after a struck recovery, which has done its work when a change has gone back."""
    if lived.code < 0 and "no change of the network was begun" in lived.err:
        return Compared(1)
    if lived.code == 0 and recorded_end(workspace) is End.UNDONE:
        lived = replace(lived, code=5)
    return compare(place, workspace, lived, strike, new)


def _wrong(
    place: Field, workspace: Workspace, lived: Lived, strike: Strike, new: str
) -> Iterator[str]:
    end = recorded_end(workspace)
    runs = place.runs()
    old = {"old": "new", "new": "old"}[new]
    if lived.code == HELD_UP:
        yield "printing made the controller wait"
    if "Traceback" in lived.err:
        yield f"a traceback: {lived.err[-2000:]}"
    if end is None:
        if lived.code >= 0 and "journal" not in lived.err:
            yield f"nothing was begun, and the exit code is {lived.code}: {lived.err}"
        if set(runs.values()) != {old}:
            yield f"nothing was begun, and the routers run {dict(runs)}"
        return
    if lived.code not in _CODES[end]:
        yield f"the journal says {end}, and the exit code is {lived.code}: {lived.err}"
    wanted = {End.DONE: new, End.UNDONE: old}.get(end)
    if wanted is not None and set(runs.values()) != {wanted}:
        yield f"the journal says {end}, and the routers run {dict(runs)}"
    if strike.how not in OUTPUTS:
        yield from _wrong_words(lived, end)


def _wrong_words(lived: Lived, end: End) -> Iterator[str]:
    try:
        told = json.loads(lived.out)
    except ValueError:
        yield f"what was printed is no JSON: {lived.out[:200]!r} {lived.err}"
        return
    if end in (End.DONE, End.UNDONE) and "NOT AS IT WAS" in f"{lived.out}{lived.err}":
        yield f"the journal says {end}, and of a router that it is not as it was: {lived.err}"
    for one in told.get("changes", [told]):
        if one["result"] != end:
            yield f"the journal says {end}, and {one['result']} was printed"
        if not one["end"].startswith(ENDS[end].sentence.split("{devices}")[0].format(change=1)):
            yield f"the journal says {end}, and this was printed: {one['end']}"
