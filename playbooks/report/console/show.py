"""What `show` prints: one change, its diffs and its steps."""

import json
from itertools import groupby
from operator import itemgetter

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.history import print_changes
from egovnet.playbooks.report.console.plan import print_changes_of
from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text.moments import second
from egovnet.playbooks.report.text.plan_words import causes, listed
from egovnet.playbooks.report.text.stages import failures_of, stages_of
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.history import ShownChange
from egovnet.playbooks.results.plan import PlannedDiff


def print_result(console: Console, shown: ShownChange) -> None:
    """Print the change as `history` does, its diffs and its steps."""
    print_changes(console, [shown.change])
    detail = detail_of(console)
    if detail is Detail.QUIET:
        return
    for step in shown.steps:
        if step.stage == "approval":
            signed = json.loads(step.detail)
            who = f"{step.phase} {signed['person']}, signed with {signed['key']}"
            console.print(Text(f"{second(step.at)} {who}"))
    console.print()
    print_changes_of(console, diffs_of(shown), detail)
    if detail is not Detail.VERBOSE:
        rows = (
            (s.name, second(s.begun), second(s.ended), s.devices or "", len(s.failed) or "")
            for s in stages_of(shown.steps)
        )
        print_table(console, ["stage", "from", "to", "devices", "failed"], rows)
        for stage, failed in groupby(failures_of(shown.steps), itemgetter(0)):
            for why, names in causes((device, why) for _, device, why in failed):
                console.print(Text(f"{stage}: {listed(names)}: {why}"), style="red")
        return
    print_table(
        console,
        ["at", "stage", "device", "phase", "detail"],
        (
            # A change's own records repeat what is above.
            (
                second(step.at),
                step.stage,
                step.device,
                step.phase,
                "" if step.stage in ("change", "after") else step.detail,
            )
            for step in shown.steps
        ),
    )


def diffs_of(shown: ShownChange) -> tuple[PlannedDiff, ...]:
    """A change's differences, each with the devices that it is the same on."""
    groups: dict[str, list[str]] = {}
    for entry in shown.devices:
        groups.setdefault(entry.diff, []).append(entry.device)
    return tuple(PlannedDiff(tuple(names), diff) for diff, names in groups.items())
