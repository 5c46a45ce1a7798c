"""The process of `egovnet`: what becomes of it when nobody reads, or when it is asked to end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.lab import Executed
from egovnet.playbooks.results.outcome import AnyOutcome, Exit, Outcome
from tests.playbooks.verb_process import live

EGOVNET = Path(sys.executable).with_name("egovnet")


def shell(line: str, state: Path) -> subprocess.CompletedProcess[str]:
    """A line of bash with `egovnet`; its exit code is the first that is not 0."""
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail\n{line.replace('egovnet', str(EGOVNET), 1)}"],
        env={**os.environ, "EGOVNET_STATE": str(state)},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("egovnet prove --json | true", 128 + signal.SIGPIPE, ""),
        ("egovnet --help | true", 128 + signal.SIGPIPE, ""),
        ("egovnet validate --inventory /nowhere 2>&1 | true", 2, ""),
        ("egovnet validate > /dev/full", 1, "standard output: No space left on device"),
        ("egovnet validate --inventory /nowhere --json > /dev/full", 2, "no such inventory"),
        ("egovnet validate >&- 2>&- <&-", 0, ""),
        ("egovnet validate 2> /dev/full", 0, ""),
        ("PYTHONIOENCODING=ascii egovnet render -o /dev/null/\u6d77", 2, "\\u6d77"),
    ],
)
def test_output_that_cannot_be_written(line: str, code: int, said: str, tmp_path: Path) -> None:
    done = shell(line, tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def much(_: Workspace, exit_code: Exit = Exit.DONE) -> AnyOutcome:
    """More than a pipe holds."""
    return Outcome("exec", Executed("bj-ce1", "a line of it\n" * 10_000, "", 0), exit_code)


@pytest.mark.parametrize("code", list(Exit))
def test_a_closed_pipe_hides_nothing_worse(code: Exit) -> None:
    lived = live(lambda workspace: much(workspace, code), output="closed pipe")
    assert lived.code == (-signal.SIGPIPE if code in (Exit.DONE, Exit.CHANGES) else code)


def test_a_pipe_that_another_made_non_blocking_gets_everything() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    script = "print('a line of it\\n' * 10_000)"
    take = "from egovnet.playbooks.report.console.streams import take_over; take_over(); "
    process = subprocess.Popen([sys.executable, "-c", take + script], stdout=writer)
    os.close(writer)
    time.sleep(0.5)  # it meets a full pipe
    with os.fdopen(reader, "rb") as pipe:
        found = pipe.read()
    assert process.wait(60) == 0
    assert found.count(b"a line of it\n") == 10_000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_verb_that_only_reads_ends_by_the_signal(number: signal.Signals) -> None:
    def act(_: Workspace) -> AnyOutcome:
        os.kill(os.getpid(), number)
        time.sleep(30)
        raise AssertionError

    lived = live(act)
    assert lived.code == -number
    assert lived.err == f"error: interrupted by {number.name}: no change of the network was begun\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_verb_is_at_work_is_said(number: signal.Signals) -> None:
    """While its modules are still read, which takes seconds on a slow machine."""
    early = (
        "import os, click\n"
        "from egovnet.playbooks.cli.console_script import run\n"
        "@click.command()\n"
        "def main():\n"
        f"    os.kill(os.getpid(), {number.value})\n"
        "run(main)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", early], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == -number
    said = f"error: interrupted by {number.name}: no change of the network was begun\n"
    assert (done.stdout, done.stderr.lstrip()) == ("", said)


@pytest.mark.parametrize("how", ["", "closed pipe"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_behind_its_end_hides_no_change(number: signal.Signals, how: str) -> None:
    def act(workspace: Workspace) -> AnyOutcome:
        workspace.interrupts.settle()
        os.kill(os.getpid(), number)
        return Outcome("exec", Executed("bj-ce1", "done\n", "", 0), Exit.DONE, acted=True)

    assert live(act, output=how).code == Exit.DONE


def test_who_asks_again_behind_the_end_does_not_wait() -> None:
    def act(workspace: Workspace) -> AnyOutcome:
        workspace.interrupts.settle()
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)
        return much(workspace)

    assert live(act).code == -signal.SIGTERM


def test_a_signal_that_was_ignored_stays_so() -> None:
    """nohup, and what a shell starts in the background."""

    def act(workspace: Workspace) -> AnyOutcome:
        os.kill(os.getpid(), signal.SIGHUP)
        return much(workspace)

    assert live(act, ignored=[signal.SIGHUP]).code == 0


def test_a_reader_that_stands_still_at_the_end_is_left_by_a_signal() -> None:
    def act(workspace: Workspace) -> AnyOutcome:
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
        return much(workspace)

    assert live(act, output="pipe that is full").code == -signal.SIGTERM


def broken(workspace: Workspace) -> AnyOutcome:
    raise BrokenPipeError(32, "the session with a router", "bj-pe1")


def defect(workspace: Workspace) -> AnyOutcome:
    raise ZeroDivisionError(" neighbor 10.0.0.1 password " + "".join(reversed("emases")))


@pytest.mark.parametrize("act", [broken, defect])
def test_a_defect_is_told_with_where_it_is(act: Callable[[Workspace], AnyOutcome]) -> None:
    lived = live(act)
    assert lived.code == Exit.INTERNAL
    assert "test_console_script.py" in lived.err
    assert "sesame" not in lived.err


def test_a_result_that_cannot_be_shown_is_said() -> None:
    lived = live(lambda _: Outcome("no such verb", Executed("bj-ce1", "x", "", 0)))
    assert lived.code == Exit.INTERNAL
    assert "error: the result cannot be shown" in lived.err
