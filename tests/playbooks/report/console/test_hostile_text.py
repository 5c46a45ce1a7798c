"""Words of devices and people on a terminal: shown and never obeyed, whichever verb prints them."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import pytest
from rich.console import Console

from egovnet.playbooks.report import console as printers
from egovnet.playbooks.report.console.output import show, show_error, show_note
from egovnet.playbooks.report.console.progress import PlainProgress, print_line
from egovnet.playbooks.report.console.safe_console import safe_console
from egovnet.playbooks.report.console.terminal_progress import TerminalProgress
from egovnet.playbooks.results.outcome import Outcome

#: Clears the screen, sets the title, turns the line, goes back to its start, looks like markup.
HOSTILE = "\x1b[2J\x1b]0;owned\x07\u202eevil\rgone\x9b2J[/bold] [red]:smile:"
BAD = ("\x1b", "\x07", "\u202e", "\r", "\x9b")
#: Its caller asked for what a node prints, as it is.
AS_IT_IS = {"exec", "text"}


def hostile(hint: Any, within: tuple[Any, ...] = ()) -> Any:  # noqa: ANN401, PLR0911 -- hints are any, and of many kinds
    """A value of a type hint in which each text is an attack; `within` are its dataclasses."""
    origin, arguments = get_origin(hint), get_args(hint)
    kind = origin or hint
    if isinstance(hint, TypeVar) or hint in (str, Any, object):
        return HOSTILE
    if hint in (bool, int, float):
        return hint(1)
    if hint is date:
        return date(2026, 11, 29)
    if hint is datetime:
        return datetime(2026, 11, 29, tzinfo=UTC)
    if origin is Literal:
        return arguments[0]
    if origin in (Union, UnionType):
        return hostile(next(a for a in arguments if a is not NoneType), within)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        inner = (*within, kind)
        return kind(**{f.name: hostile(hints[f.name], inner) for f in fields(kind) if f.init})
    if kind in (dict, Mapping):
        return {hostile(arguments[0], within): hostile(arguments[1], within)}
    assert kind in (list, tuple, Sequence, frozenset, set), f"{hint}: teach this test its kind"
    if kind is tuple and arguments[-1] is not ...:
        return tuple(hostile(a, within) for a in arguments)
    members = [] if arguments[0] in within else [hostile(arguments[0], within)]
    return members if kind in (list, Sequence) else kind(members)


def all_printers() -> dict[str, Callable[[Console, Any], None]]:
    found = {}
    for module in pkgutil.iter_modules(printers.__path__):
        loaded = importlib.import_module(f"{printers.__name__}.{module.name}")
        if hasattr(loaded, "print_result") and module.name not in AS_IT_IS:
            found[module.name] = loaded.print_result
    return found


PRINTERS = all_printers()


def result_for(verb: str) -> Any:  # noqa: ANN401 -- each verb's own
    hints = get_type_hints(PRINTERS[verb])
    return hostile([hint for name, hint in hints.items() if name != "return"][1])


@pytest.mark.parametrize("verb", PRINTERS)
def test_no_printer_passes_on_what_moves_a_cursor(
    verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome(verb, result_for(verb), notes=(HOSTILE,))
    for as_json in (False, True):
        show(outcome, as_json=as_json)
        printed = "".join(capsys.readouterr())
        assert [each for each in BAD if each in printed] == []
    console = safe_console(width=120)
    console._force_terminal = True
    PRINTERS[verb](console, outcome.result)
    printed = capsys.readouterr().out
    # the styles of a terminal are ours
    assert [each for each in ("\x1b[2J", "\x1b]0", *BAD[1:]) if each in printed] == []


def test_the_attack_is_seen_as_an_escape(capsys: pytest.CaptureFixture[str]) -> None:
    shown = set()
    for verb, print_result in PRINTERS.items():
        print_result(safe_console(width=120), result_for(verb))
        if "\\x1b[2J" in capsys.readouterr().out.replace("\n", ""):
            shown.add(verb)
    assert shown >= {"apply", "drift", "history", "plan", "recover", "rollback", "show", "verify"}


@pytest.mark.parametrize(
    "tell",
    [
        lambda: show_error(HOSTILE),
        lambda: show_error("", [HOSTILE]),
        lambda: show_note(HOSTILE),
        lambda: print_line(HOSTILE),
        lambda: PlainProgress().device(HOSTILE, HOSTILE, "failed", HOSTILE),
    ],
)
def test_what_is_said_on_the_way_moves_no_cursor(
    tell: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    tell()
    printed = capsys.readouterr().err
    assert "\\x1b[2J" in printed
    assert not [bad for bad in BAD if bad in printed]


def test_live_progress_moves_no_cursor_for_a_device(capsys: pytest.CaptureFixture[str]) -> None:
    progress = TerminalProgress()
    progress.stage("commit", 1)
    progress.device("commit", HOSTILE, "failed", HOSTILE)
    progress.finish()
    printed = capsys.readouterr().err
    assert "\\x1b[2J" in printed.replace("\n", "")
    assert not [bad for bad in ("\x1b[2J", "\x1b]0", *BAD[1:]) if bad in printed]


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    safe_console(width=120).print("one\n\ttwo\nthree")
    assert capsys.readouterr().out.splitlines() == ["one", "        two", "three"]
