"""The process of `egovnet`: its streams, the signals that end it, and how it exits.

The exit code is the outcome's. What became of the output is weighed against it: a verb that pushed
has done what it has done, whoever reads of it; of one that only reads, the output is the product.
"""

import errno
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import NoReturn

import click

from egovnet.playbooks.cli.verb_end import VerbEnd
from egovnet.playbooks.core.interrupts import Interrupts
from egovnet.playbooks.report.console.streams import Streams, flush, take_over
from egovnet.playbooks.results.outcome import Exit

#: Exit codes beside which it counts that the output is not whole.
_MILD = (Exit.DONE, Exit.CHANGES)


def run(command: click.Command) -> NoReturn:
    """Run the command line as a process of its own, and end it."""
    streams = take_over()
    interrupts = Interrupts(streams.urgent)
    end: VerbEnd | None = None
    with interrupts.handled():
        try:
            end = _run(command, interrupts)
            if not end.cut_short:
                flush()
        except KeyboardInterrupt:
            # while it was printed what there was to print: nobody reads
            number = interrupts.asked or signal.SIGINT
            end = end or _known_end(interrupts, number)
            end.cut_short, end.number = True, number
    _exit(end, streams)


def _run(command: click.Command, interrupts: Interrupts) -> VerbEnd:
    """How the verb ended; a command line that is not understood, and `--help`, have ends too."""
    try:
        code = command.main(standalone_mode=False, obj=interrupts)
        return VerbEnd(code if isinstance(code, int) else 0)
    except VerbEnd as end:
        return end
    except SystemExit as end:
        return VerbEnd(end.code if isinstance(end.code, int) else 1)
    except click.ClickException as error:
        error.show()
        return VerbEnd(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        if interrupts.asked and not interrupts.at_work:
            name = signal.Signals(interrupts.asked).name
            interrupts.tell(f"error: interrupted by {name}: no change of the network was begun")
        return _known_end(interrupts, interrupts.asked or signal.SIGINT)
    except Exception:
        from egovnet.playbooks.report.console.output import show_defect

        show_defect()
        return VerbEnd(Exit.INTERNAL)


def _known_end(interrupts: Interrupts, number: int) -> VerbEnd:
    """The verb's own end where a signal came behind it; else the signal's."""
    if not isinstance(interrupts.end, VerbEnd):
        return VerbEnd.by_signal(number)
    interrupts.end.cut_short, interrupts.end.number = True, number
    return interrupts.end


def _exit(end: VerbEnd, streams: Streams) -> NoReturn:
    fault, code = streams.out.fault, int(end.code or 0)
    if end.number and not end.acted:
        _die(end.number)
    if fault is not None and fault.errno == errno.EPIPE:
        # the reader has what it wanted: what every program's end is then, unless there is worse
        if code in _MILD and not end.acted:
            _die(signal.SIGPIPE)
    elif fault is not None:
        streams.urgent(f"error: standard output: {fault.strerror}: what was printed is not whole")
        if code in _MILD and not end.acted:
            code = Exit.INTERNAL
    if end.cut_short:
        os._exit(code)
    _hear_nothing_more()
    sys.exit(code)


def _hear_nothing_more() -> None:
    """While Python takes itself down: what was done has its exit code, which no signal changes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)


def _die(number: int) -> NoReturn:
    """End as that signal ends any program: a shell shows 128 and its number."""
    with suppress(ValueError, OSError):
        # a core would hold what routers run, keys and all
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    # the first process of a container is spared its own signals
    os._exit(128 + number)
