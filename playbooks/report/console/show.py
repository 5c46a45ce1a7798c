"""Print an outcome: one JSON object, or what a person reads. Data only; nothing is decided here."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from egovnet.playbooks.report.console.drift_text import print_drift
from egovnet.playbooks.report.console.proof_text import print_gate, print_proof
from egovnet.playbooks.results.outcome import Outcome

#: Sections of a diff longer than this are counted, not shown, on a terminal.
_DIFF_LINES = 400
#: Characters of an inventory's value that are shown.
_VALUE = 60


def show(outcome: Outcome, *, as_json: bool) -> None:
    """Print `outcome` on stdout and its notes on stderr."""
    if as_json:
        json.dump(outcome.data, sys.stdout, indent=2, sort_keys=False, default=str)
        sys.stdout.write("\n")
    else:
        width = None if sys.stdout.isatty() else 120
        console = Console(width=width, highlight=False)
        _PRINTERS[outcome.verb](console, outcome.data)
    for note in outcome.notes:
        print(f"note: {note}", file=sys.stderr)


def show_error(message: str, problems: Iterable[Any] = ()) -> None:
    """Print an error, every problem on a line of its own, on stderr."""
    listed = [str(problem) for problem in problems]
    for line in listed or [message]:
        print(f"error: {line}", file=sys.stderr)


def show_error_json(message: str, problems: Iterable[Any] = ()) -> None:
    """Print an error as the one JSON object on stdout."""
    listed = [asdict(problem) for problem in problems]
    json.dump({"valid": False, "error": message, "problems": listed}, sys.stdout, indent=2)
    sys.stdout.write("\n")


def _table(console: Console, columns: list[str], rows: Iterable[Iterable[Any]]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console.print(table)


def _diff(console: Console, diff: str) -> None:
    lines = diff.splitlines()
    styles = {"+": "green", "-": "red"}
    for line in lines[:_DIFF_LINES]:
        console.print(Text("  " + line, style=styles.get(line[:1], "")), soft_wrap=True)
    if len(lines) > _DIFF_LINES:
        console.print(Text(f"  ... {len(lines) - _DIFF_LINES} more lines; --json has them all"))


def _validate(console: Console, data: dict[str, Any]) -> None:
    counts = data["counts"]
    console.print(
        f"valid: {data['inventory']}: "
        + ", ".join(f"{number} {name}" for name, number in counts.items())
    )


def _render(console: Console, data: dict[str, Any]) -> None:
    _table(
        console,
        ["device", "lines", "file"],
        ((entry["device"], entry["lines"], entry["file"]) for entry in data["files"]),
    )


def _init(console: Console, data: dict[str, Any]) -> None:
    console.print(f"wrote {len(data['files'])} files to {data['directory']}")
    console.print(f"next: egovnet validate --inventory {data['directory']}", soft_wrap=True)


def _plan(console: Console, data: dict[str, Any]) -> None:
    for change in data["changes"]:
        names = ", ".join(change["devices"])
        console.print(
            Text(f"{names}: {change['added']} lines added, {change['removed']} removed"),
            style="bold",
        )
        _diff(console, change["diff"])
        console.print()
    for name, why in data["unreachable"].items():
        console.print(Text(f"unreachable: {name}: {why}"), style="red")
    affected = data["affected"]
    if data["changes"]:
        console.print(Text(f"VPNs affected:  {', '.join(affected['vpns']) or 'none'}"))
        console.print(Text(f"sites affected: {', '.join(affected['sites']) or 'none'}"))
    print_gate(console, data["proof"])
    if len(data["waves"]) > 1:
        _waves(console, data["waves"])
    changed = sum(len(change["devices"]) for change in data["changes"])
    console.print(
        f"{changed} to change, {len(data['unchanged'])} as intended, "
        f"{len(data['unreachable'])} unreachable"
    )
    console.print(f"plan {data['hash'][:12]}")
    _rolled_back(console, data)


def _transaction(console: Console, data: dict[str, Any]) -> None:
    change = f"change {data['change']}: " if data["change"] else ""
    stage = f" in stage {data['failed_stage']}" if data["failed_stage"] else ""
    console.print(Text(f"{change}{data['result']}{stage}"), style="bold")
    for name, why in data["failures"].items():
        console.print(Text(f"  failed: {name}: {why}"), style="red")
    for name, why in data["not_undone"].items():
        console.print(Text(f"  not undone: {name}: {why}"), style="red")
    for name, why in data["left_out"].items():
        console.print(Text(f"  left out, as it was: {name}: {why}"), style="yellow")
    print_gate(console, data["proof"])
    if data["devices"]:
        console.print(Text(f"devices: {', '.join(data['devices'])}"))
    if len(data["waves"]) > 1:
        _waves(console, data["waves"])
    if data["remaining"]:
        console.print(Text(f"still to do, with the same plan: {', '.join(data['remaining'])}"))
    if data["verification"]:
        _verify(console, data["verification"])
    _rolled_back(console, data)


def _rolled_back(console: Console, data: dict[str, Any]) -> None:
    """What a rollback says of the inventory; an apply says nothing of it."""
    if data.get("by") == "texts":
        console.print("undone by the texts that the devices ran: its intent is not known")
    if data.get("intent"):
        rows = (
            (entry["file"], entry["path"], _value(entry["now"]), _value(entry["after_rollback"]))
            for entry in data["intent"]
        )
        _table(console, ["file", "where", "the inventory says", "to mean the same"], rows)


def _value(value: Any) -> str:
    """A value of an inventory on one line; nothing is what is not there."""
    if value is None:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _VALUE else text[:_VALUE] + "..."


def _waves(console: Console, waves: list[dict[str, Any]]) -> None:
    # a plan's waves have not begun: they have no state
    keys = [key for key in ("name", "state") if key in waves[0]]
    rows = ([*(wave[key] for key in keys), ", ".join(wave["devices"])] for wave in waves)
    _table(console, [*["wave", "state"][: len(keys)], "devices"], rows)
    for wave in waves:
        for finding in wave.get("findings", ()):
            console.print(Text(f"  {wave['name']}: {finding}"), style="red")


def _recover(console: Console, data: dict[str, Any]) -> None:
    if not data["changes"]:
        console.print("no change is unfinished")
    for case in data["changes"]:
        console.print(
            Text(f"change {case['change']} ({case['summary']}): {case['result']}"), style="bold"
        )
        console.print(Text(f"  {case['direction']}: {case['why']}"))
        _table(
            console,
            ["device", "commit", "seconds left", "ran"],
            (
                (name, seen["commit"], seen["seconds_left"] or "", seen["runs"])
                for name, seen in case["devices"].items()
            ),
        )
        for name, why in case["left"].items():
            console.print(Text(f"  not at its end: {name}: {why}"), style="red")


def _verify(console: Console, data: dict[str, Any]) -> None:
    _table(
        console,
        ["check", "passed", "failed", "known"],
        (
            (name, row["passed"], row["failed"], row["known"])
            for name, row in data["checks"].items()
        ),
    )
    matrix = data["matrix"]
    console.print(
        f"packets: {matrix['probed']} of {matrix['pairs']} pairs probed "
        f"({matrix['share']:.0%}), from {', '.join(matrix['sources']) or 'nowhere'}"
    )
    labels = data["labels"]
    seen = f"seen, such as {labels['examples'][0]}" if labels["examples"] else "NOT SEEN"
    console.print(f"labels:  {seen} (watched on {', '.join(labels['watched']) or 'no P router'})")
    for finding in data["findings"]:
        style = "red" if not finding["known"] else "yellow"
        mark = "known before: " if finding["known"] else ""
        console.print(
            Text(f"{mark}{finding['class']}: {finding['device']}: {finding['message']}"),
            style=style,
        )
    for name, why in data["unreachable"].items():
        console.print(Text(f"unreachable: {name}: {why}"), style="red")
    console.print("verified" if data["passed"] else "NOT verified", style="bold")


def _prove(console: Console, data: dict[str, Any]) -> None:
    print_proof(console, data, _table)


def _drift(console: Console, data: dict[str, Any]) -> None:
    print_drift(console, data, _table)


def _history(console: Console, data: dict[str, Any]) -> None:
    _table(
        console,
        ["change", "when", "who", "what", "state", "ticket", "summary"],
        (
            (
                entry["id"],
                entry["created"],
                entry["author"],
                entry["kind"] + (f" of {entry['undoes']}" if entry["undoes"] else ""),
                entry["state"],
                entry["ticket"] or "",
                entry["summary"],
            )
            for entry in data["changes"]
        ),
    )
    for fault in data.get("faults", ()):
        console.print(Text(f"THE JOURNAL WAS ALTERED: {fault}"), style="red")


def _show(console: Console, data: dict[str, Any]) -> None:
    _history(console, {"changes": [data["change"]]})
    console.print()
    for entry in data["devices"]:
        console.print(Text(entry["device"]), style="bold")
        _diff(console, entry["diff"])
    console.print()
    _table(
        console,
        ["at", "stage", "device", "phase", "detail"],
        (
            # A change's own records repeat what stands above.
            (
                step["at"],
                step["stage"],
                step["device"],
                step["phase"],
                "" if step["stage"] in ("change", "after") else step["detail"],
            )
            for step in data["steps"]
        ),
    )


def _lab(console: Console, data: dict[str, Any]) -> None:
    if not data["running"]:
        console.print("no lab is running")
        return
    _table(
        console,
        ["node", "kind", "ready", "seconds", "ssh"],
        (
            (
                node["name"],
                node["kind"],
                "yes" if node["ready"] else "no",
                "" if node["seconds"] is None else f"{node['seconds']:.1f}",
                "" if not node["forward"] else f"{node['forward'][0]}:{node['forward'][1]}",
            )
            for node in data["nodes"]
        ),
    )
    measured = ", ".join(f"{name} {value:.1f} s" for name, value in data["seconds"].items())
    console.print(f"lab {data['topology']} ({data['backend']}): {measured}")
    for note in data["notes"]:
        console.print(note)


def _text(console: Console, data: dict[str, Any]) -> None:
    console.file.write(data["text"])


def _demo(console: Console, data: dict[str, Any]) -> None:
    _table(
        console,
        ["", "step", "seconds", "what was seen"],
        (
            (
                "ok" if step["ok"] else "FAILED",
                step["title"],
                f"{step['seconds']:.1f}",
                step["seen"],
            )
            for step in data["steps"]
        ),
    )
    console.print("every step was true" if data["ok"] else "the demo did NOT hold", style="bold")


def _worker(console: Console, data: dict[str, Any]) -> None:
    console.print(f"worker {data['worker']}: {data['finished']} tasks on devices were finished")


_PRINTERS: dict[str, Callable[[Console, dict[str, Any]], None]] = {
    "validate": _validate,
    "render": _render,
    "init": _init,
    "plan": _plan,
    "apply": _transaction,
    "rollback": _transaction,
    "recover": _recover,
    "verify": _verify,
    "prove": _prove,
    "history": _history,
    "show": _show,
    "lab": _lab,
    "text": _text,
    "exec": _text,
    "worker": _worker,
    "demo": _demo,
    "drift": _drift,
}
