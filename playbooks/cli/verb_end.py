"""How a verb ends: its outcome shown, or an error together with what became of its changes."""

import errno
import signal
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import click

from egovnet.inventory.errors import EgovnetError, Problem, sentences
from egovnet.playbooks.results.detail import Detail
from egovnet.playbooks.results.outcome import Exit, most_severe
from egovnet.playbooks.results.without_secrets import hidden

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome

_RIGHTS = "check its rights and owner, or name another place: EGOVNET_STATE, XDG_CACHE_HOME"
#: Errors of files that are the machine's and no defect of ours, and what to do.
_OF_THE_MACHINE = {
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.ENOSPC: "make room there",
    errno.EDQUOT: "make room there",
}


class VerbEnd(SystemExit):
    """The end of a verb, all printed that there was to print.

    `acted`: what it did stands, whatever became of its output. `number`: the signal that ended it.
    `cut_short`: a signal came while it was printed.
    """

    def __init__(self, code: int, *, acted: bool = False, number: int = 0) -> None:
        super().__init__(int(code))
        self.acted = acted
        self.number = number
        self.cut_short = False

    @classmethod
    def by_signal(cls, number: int) -> "VerbEnd":
        """Nothing came of it but this signal."""
        return cls(128 + number, number=number)


def end_with(
    workspace: "Workspace",
    outcome: "AnyOutcome",
    *,
    as_json: bool,
    detail: Detail = Detail.NORMAL,
) -> NoReturn:
    """Show the outcome and end by it."""
    from egovnet.playbooks.report.console.output import show, show_note

    acted = outcome.acted or bool(workspace.ends)
    end = workspace.interrupts.end = VerbEnd(outcome.exit, acted=acted)
    try:
        workspace.interrupts.resume()
        if not show(outcome, as_json=as_json, detail=detail) and not acted:
            end.code = int(Exit.INTERNAL)
        if workspace.ends and (number := workspace.interrupts.asked):
            show_note(f"{_name(number)} came when this end could not be changed any more")
    except KeyboardInterrupt:
        end.cut_short, end.number = True, workspace.interrupts.asked or signal.SIGINT
    raise end


def end_by(workspace: "Workspace", error: BaseException, *, as_json: bool) -> NoReturn:
    """Say what went wrong and what became of the changes that were begun; end by both.

    Raises:
        VerbEnd: always, but for a defect where nothing was begun: that is raised itself.
    """
    workspace.interrupts.resume()
    if workspace.ends:
        _end_of_changes(workspace, error, as_json=as_json)
    if isinstance(error, EgovnetError):
        _show_error(error, error.problems, as_json=as_json)
        raise VerbEnd(error.exit_code)
    if isinstance(error, KeyboardInterrupt):
        number = getattr(error, "number", signal.SIGINT)
        words = f"interrupted by {_name(number)}: no change of the network was begun"
        _show_error(words, as_json=as_json)
        raise VerbEnd.by_signal(number)
    if isinstance(error, OSError):
        if error.filename is not None and error.errno in _OF_THE_MACHINE:
            words = f"{error.filename}: {error.strerror} -> {_OF_THE_MACHINE[error.errno]}"
            _show_error(words, as_json=as_json)
            raise VerbEnd(Exit.INTERNAL)
        # click takes a broken pipe, whatever it led to, for standard output's
        from egovnet.playbooks.report.console.output import show_defect

        show_defect()
        _show_defect_json(error, as_json=as_json)
        raise VerbEnd(Exit.INTERNAL)
    if not isinstance(error, click.ClickException | click.Abort | click.exceptions.Exit):
        _show_defect_json(error, as_json=as_json)
    raise error


def _end_of_changes(workspace: "Workspace", error: BaseException, *, as_json: bool) -> NoReturn:
    from egovnet.playbooks.report.console.output import (
        show,
        show_defect,
        show_error,
        show_note,
    )

    outcomes = list(workspace.ends.values())
    codes = [outcome.exit for outcome in outcomes]
    end = workspace.interrupts.end = VerbEnd(most_severe(codes), acted=True)
    if isinstance(error, KeyboardInterrupt):
        end.number = getattr(error, "number", signal.SIGINT)
        cause = f"interrupted by {_name(end.number)}"
        if not end.code:
            # what it was to do besides is not done
            end.acted, end.code = False, 128 + end.number
    elif isinstance(error, EgovnetError):
        cause = str(error)
        if not end.code:
            end.code = error.exit_code
    else:
        show_defect()
        cause, end.code = f"internal error: {type(error).__name__}", Exit.INTERNAL
    try:
        show_error(hidden(cause))
        for outcome in outcomes:
            for sentence in outcome.result.ends:
                show_error(sentence) if outcome.exit else show_note(sentence)
        show(replace(outcomes[-1], verb=outcomes[-1].result.shown_as), as_json=as_json)
    except KeyboardInterrupt:
        end.cut_short = True
    raise end


def _show_error(error: object, problems: Iterable[Problem] = (), *, as_json: bool) -> None:
    """Say what is wrong, on stderr and where it was asked for as JSON too."""
    from egovnet.playbooks.report.console.output import show_error, show_error_json
    from egovnet.playbooks.results.without_secrets import without_secrets

    words, shown = hidden(str(error)), without_secrets(tuple(problems))
    if as_json:
        show_error_json(words, shown)
    show_error(words, sentences(shown))


def _show_defect_json(error: BaseException, *, as_json: bool) -> None:
    from egovnet.playbooks.report.console.output import show_error_json

    if as_json:
        show_error_json(f"internal error: {type(error).__name__}")


def _name(number: int) -> str:
    return signal.Signals(number).name
