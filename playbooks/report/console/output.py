"""Print an outcome: one JSON object, or what a person reads.

A verb's own printer is the file of its name in this folder: `print_result(console, result)` in
`plan.py` prints what `plan` comes to.
"""

import json
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict
from importlib import import_module
from typing import Any

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.safe_console import (
    print_on_stderr,
    print_to_copy,
    safe_console,
)
from egovnet.playbooks.report.text.visible import visible_lines
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.outcome import AnyOutcome
from egovnet.playbooks.results.without_secrets import hidden


def show(outcome: AnyOutcome, *, as_json: bool, detail: Detail = Detail.NORMAL) -> bool:
    """Print `outcome` on stdout, its warnings and notes on stderr; False when it could not be put
    in words.

    A defect in how it is shown is said, not raised: it is no reason to hide what was done.
    """
    shown = True
    try:
        _show(outcome, as_json=as_json, detail=detail)
    except Exception:
        shown = False
        show_defect()
        show_error("the result cannot be shown")
    _show_warnings(outcome, each=detail.names_all)
    for note in outcome.notes:
        show_note(note)
    return shown


def _show_warnings(outcome: AnyOutcome, *, each: bool) -> None:
    lines = outcome.warning_lines(each=each)
    for line in lines:
        print_on_stderr(f"warning: {line}")
    number = len(outcome.warnings)
    if len(lines) < number:
        show_note(f"{number:,} warnings, equal ones in one line: egovnet validate -v has each")


def _show(outcome: AnyOutcome, *, as_json: bool, detail: Detail) -> None:
    if as_json:
        json.dump(outcome.data, sys.stdout, indent=2, sort_keys=False, default=str)
        sys.stdout.write("\n")
        return
    console = safe_console(detail=detail)
    printer(outcome.verb)(console, outcome.result)
    for path in outcome.written:
        console.print(Text(f"wrote {path}"))
    for command in outcome.next:
        why = f"  # {command.why}" if command.why else ""
        print_to_copy(console, Text("next: ", style="bold") + Text(f"{command.line}{why}"))


def show_defect() -> None:
    """Print where the exception that is handled comes from, on stderr: a defect of ours."""
    sys.stderr.write(visible_lines(hidden(traceback.format_exc())))


def show_note(words: str) -> None:
    """Print what a person should know besides, on stderr."""
    print_on_stderr(f"note: {words}")


def printer(verb: str) -> Callable[[Console, Any], None]:
    """The printer of a verb's results; imported when it is needed.

    Raises:
        ModuleNotFoundError: the verb has none.
    """
    found: Callable[[Console, Any], None] = import_module(f"{__package__}.{verb}").print_result
    return found


def show_error(message: str, sentences: Iterable[str] = ()) -> None:
    """Print an error, every sentence of it on a line of its own, on stderr."""
    for line in list(sentences) or [message]:
        print_on_stderr(f"error: {line}")


def show_error_json(message: str, problems: Iterable[Any] = ()) -> None:
    """Print an error as the one JSON object on stdout."""
    listed = [asdict(problem) for problem in problems]
    json.dump({"valid": False, "error": message, "problems": listed}, sys.stdout, indent=2)
    sys.stdout.write("\n")
