"""A signal before the command line hears of any, and after it does: no traceback, no other end."""

import signal
import subprocess
import sys

import pytest

_BEGIN = "from egovnet.playbooks.cli.start import main; sys.argv = ['egovnet', '--version']; main()"
_STRUCK = """
import os, signal, sys
class Striking:
    def find_spec(self, name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.{number})
sys.meta_path.insert(0, Striking())
"""
_AT_THE_END = """
import atexit, os, signal, sys
atexit.register(lambda: os.kill(os.getpid(), signal.{number}))
"""


def ran(before: str, *, ignoring: bool = False) -> subprocess.CompletedProcess[str]:
    """The command in a new Python, in which `before` is run first."""
    how = signal.SIG_IGN if ignoring else signal.default_int_handler
    return subprocess.run(
        [sys.executable, "-c", f"{before}\n{_BEGIN}"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, how),
    )


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    "module", ["egovnet.playbooks.cli.main", "click", "egovnet.playbooks.cli.console_script"]
)
def test_a_signal_while_loading_ends_it_without_a_word(module: str, number: str) -> None:
    done = ran(_STRUCK.format(module=module, number=number))
    assert (done.returncode, done.stdout, done.stderr) == (-signal.Signals[number], "", "")


def test_one_that_was_ignored_stays_so() -> None:
    done = ran(_STRUCK.format(module="click", number="SIGINT"), ignoring=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_behind_the_end_changes_nothing(number: str) -> None:
    done = ran(_AT_THE_END.format(number=number))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
