"""What `show` prints: one change, its diffs and its steps."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.history import print_changes
from egovnet.playbooks.report.console.plan import print_changes_of
from egovnet.playbooks.report.console.safe_console import detail_of
from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.report.text.moments import second
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.history import ShownChange, ShownStep
from egovnet.playbooks.results.plan import PlannedDiff


def print_result(console: Console, shown: ShownChange) -> None:
    """Print the change as `history` does, its diffs and its steps."""
    print_changes(console, [shown.change])
    detail = detail_of(console)
    if detail is Detail.QUIET:
        return
    console.print()
    print_changes_of(console, diffs_of(shown), detail)
    if detail is not Detail.VERBOSE:
        print_table(console, ["stage", "from", "to", "devices", "failed"], _stages(shown.steps))
        for step in shown.steps:
            if step.phase == "failed":
                console.print(Text(f"{step.stage}: {step.device}: {step.detail}"), style="red")
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


def _stages(steps: Iterable[ShownStep]) -> Iterator[tuple[str | int, ...]]:
    """A row a stage, in the order in which they began."""
    stages: dict[str, list[ShownStep]] = {}
    for step in steps:
        stages.setdefault(step.stage, []).append(step)
    for stage, its in stages.items():
        devices = {step.device for step in its} - {"*"}
        failed = {step.device for step in its if step.phase == "failed"}
        begun, ended = second(its[0].at), second(its[-1].at)
        yield stage, begun, ended, len(devices) or "", len(failed) or ""


def diffs_of(shown: ShownChange) -> tuple[PlannedDiff, ...]:
    """A change's differences, each with the devices that it is the same on."""
    groups: dict[str, list[str]] = {}
    for entry in shown.devices:
        groups.setdefault(entry.diff, []).append(entry.device)
    return tuple(PlannedDiff(tuple(names), diff) for diff, names in groups.items())
