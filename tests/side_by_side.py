"""The whole suite by four pytest processes beside each other, for two processors.

`python -m tests.side_by_side [PYTEST'S OPTIONS]`. One collects everything, forks the others, and
all share the work as they go: the tests that need the lab are a piece of work for each folder, as
they share that folder's lab, and those of a module that says `pytest.mark.lab(NAME)` a piece of
their own; the others are a piece for each file. Three processes take pieces from the front of the
list, where the lab's are, the longest first, so that the last are short; one takes from its back
and ends where the lab's begin. A lab waits for timers and sessions more than half of its time:
three of them and the rest of the tests make two processors busy, and a fourth would make the others
late. To take a piece is to create a file of its number, which can be done once. What each process
has set up for a module or a session (a lab, a browser, a database server) stays its own: nothing of
it is there before the fork.

The first process is shown as it runs; of the others only failures, and all they printed afterwards.
The exit code is the first that is not 0. pytest-xdist would do the same if its `loadgroup` worked
with this pytest; it collects once for each process.
"""

import contextlib
import gc
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import pytest
from _pytest.junitxml import xml_key

#: The environment's name for which of them a process is: their labs stand beside each other.
PROCESS = "EGOVNET_TEST_PROCESS"
_FAILED, _TOTAL, _PID, _CODE = "failed", "total", "pid-", "code-"
#: Those that are forked from the first, and who of them begins at the back and boots no lab.
_OTHERS = (2, 3, 4)
_WITHOUT_LAB = 4
#: When the collector runs (gc.set_threshold): by Python's own (700, 10, 10) it was 6 % of the
#: processor's time of tests of pure code.
_COLLECTOR = (10_000, 10, 10)
#: The lab's pieces of minutes, the longest first (`_pieces`): the others' turn comes after them.
_LONGEST = (
    *("tests/playbooks/drift", "tests/playbooks/keys", "tests/playbooks/encryption"),
    *("tests/isolation/agree", "tests/napalm_frr", "tests/playbooks/story", "tests/lab/guest"),
    *("tests/playbooks/gateways", "tests/playbooks/platform", "tests/docs"),
    *("tests/playbooks/internet", "tests/oracle", "tests/lab/snapshot", "tests/lab/two-machines"),
    *("tests/lab/packet-filter", "tests/mission/provinces", "tests/isolation"),
)
_LOOK_SECONDS = 0.5
_NEWS_SECONDS = 60.0


def main() -> int:
    """Run all; returns the exit code."""
    with tempfile.TemporaryDirectory() as directory:
        pieces = Path(directory)
        first = _start(sys.argv[1:], pieces)
        _forward_signals(first, pieces)
        _watch(first, pieces)
        for number in _OTHERS:
            with contextlib.suppress(FileNotFoundError):
                print(_output(pieces, number).read_text(errors="replace"), end="", flush=True)
        return first.returncode or _exit_code(pieces)


def _start(options: Sequence[str], pieces: Path) -> "subprocess.Popen[bytes]":
    """The one that collects; it is asked to end by us alone, not by Ctrl-C at the terminal."""
    named = [re.sub(r"^(--junit-?xml=.*?)(\.xml)?$", r"\1-1.xml", option) for option in options]
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.side_by_side"),
            # one word each: pytest looks for its configuration beside words that are paths
            f"--pieces={pieces}",
            *("--durations=25", "--durations-min=5"),
            *("-o", "console_output_style=classic"),
            *named,
        ],
        # hundreds of processes load what is compiled once
        env={n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
        | {PROCESS: "1"},
        stdin=subprocess.DEVNULL,
        process_group=0,
    )


def _forward_signals(first: "subprocess.Popen[bytes]", pieces: Path) -> None:
    """On Ctrl-C or SIGTERM all take down what they set up; whoever is impatient repeats it."""

    def forward(number: int, frame: FrameType | None) -> None:
        if first.poll() is None:
            first.send_signal(signal.SIGINT)
            for pid in _pids(pieces):
                os.kill(pid, signal.SIGINT)  # a child that ended waits for the first

    signal.signal(signal.SIGINT, forward)
    signal.signal(signal.SIGTERM, forward)


def _pids(pieces: Path) -> list[int]:
    """Of the processes that the first has forked."""
    files = [pieces / f"{_PID}{number}" for number in _OTHERS]
    return [int(file.read_text()) for file in files if file.exists()]


def _exit_code(pieces: Path) -> int:
    """The first of the forked processes' that is not 0; one that left none did not end well."""
    for number in _OTHERS:
        file = pieces / f"{_CODE}{number}"
        if code := int(file.read_text()) if file.exists() else 1:
            return code
    return 0


def _output(pieces: Path, number: int) -> Path:
    return pieces / f"output-{number}"


def _watch(first: "subprocess.Popen[bytes]", pieces: Path) -> None:
    """Until all ended, print what fails where it is not seen, and now and then how far they are."""
    failed = 0
    said = time.monotonic()
    while first.poll() is None:
        time.sleep(_LOOK_SECONDS)
        with contextlib.suppress(FileNotFoundError):
            lines = (pieces / _FAILED).read_text(encoding="utf-8").splitlines()
            for line in lines[failed:]:
                print(f"\n[beside] FAILED {line}", flush=True)
            failed = len(lines)
        if time.monotonic() - said > _NEWS_SECONDS:
            said = time.monotonic()
            taken = sum(path.name.isdigit() for path in pieces.iterdir())
            of = (pieces / _TOTAL).read_text() if (pieces / _TOTAL).exists() else "?"
            print(f"\n[all] {taken} of {of} pieces of work taken", flush=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("side_by_side", "what tests.side_by_side tells its processes")
    group.addoption("--pieces", type=Path, help="the directory of the pieces that are taken")


def pytest_configure(config: pytest.Config) -> None:
    pieces = config.getoption("pieces")
    if pieces is not None and not config.option.collectonly:
        config.pluginmanager.register(_Sharing(pieces))


class _Sharing:
    """pytest's own loop, over the pieces that this process gets hold of."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._number = 1
        #: Number -> process, of those that were forked; empty in each of these.
        self._forked: dict[int, int] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            raise session.Interrupted(f"{session.testsfailed} errors during collection")
        # ten thousand tests and their modules stay: the collector need not visit them again
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECTOR)
        self._fork(session.config)
        mine = self._taken(session.items)
        item = next(mine, None)
        while item is not None:
            # what follows is known, and taken, before the item ends: pytest tears down for it
            following = next(mine, None)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
            if session.shouldstop:
                raise session.Interrupted(session.shouldstop)
            item = following
        return True

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """The one that collected ends last, and leaves the others' exit codes."""
        for number, pid in self._forked.items():
            _, status = os.waitpid(pid, 0)
            code = os.waitstatus_to_exitcode(status)
            (self._directory / f"{_CODE}{number}").write_text(f"{code}")

    def _fork(self, config: pytest.Config) -> None:
        """Make the other processes; each goes on from here by itself."""
        if threading.active_count() > 1:
            raise pytest.UsageError("a module that is imported starts a thread: none may be forked")
        sys.stdout.flush()
        sys.stderr.flush()
        for number in _OTHERS:
            pid = os.fork()
            if not pid:
                self._number, self._forked = number, {}
                self._be_another(config)
                return
            self._forked[number] = pid
            (self._directory / f"{_PID}{number}").write_text(f"{pid}")

    def _be_another(self, config: pytest.Config) -> None:
        """What must not be shared: the group, the output, captured text, the report's file."""
        os.setpgid(0, 0)
        os.environ[PROCESS] = str(self._number)
        capture = config.pluginmanager.getplugin("capturemanager")
        capture.stop_global_capturing()
        with _output(self._directory, self._number).open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        capture.start_global_capturing()
        capture.suspend_global_capture(in_=True)
        config.get_terminal_writer().hasmarkup = False
        if report := config.stash.get(xml_key, None):
            report.logfile = re.sub(r"-1\.xml$", f"-{self._number}.xml", report.logfile)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Let the one who watches know of a failure that is not seen as it happens."""
        if report.failed and self._number != 1:
            with (self._directory / _FAILED).open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid} ({report.when})\n")

    def _taken(self, items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
        """The tests of pieces that nobody else has, from our end of the list."""
        numbered = list(enumerate(_pieces(items)))
        (self._directory / _TOTAL).write_text(f"{len(numbered)}")
        without_lab = self._number == _WITHOUT_LAB
        for number, piece in reversed(numbered) if without_lab else numbered:
            if without_lab and piece[0].get_closest_marker("lab"):
                break
            try:
                (self._directory / str(number)).touch(exist_ok=False)
            except FileExistsError:
                continue
            yield from piece


def _pieces(items: Sequence[pytest.Item]) -> list[list[pytest.Item]]:
    """Tests in pieces that one process must make: with the lab by its name, else by folder, then
    the rest by file.
    """
    lab: dict[str, list[pytest.Item]] = {}
    rest: dict[str, list[pytest.Item]] = {}
    for item in items:
        file = item.nodeid.partition("::")[0]
        if marker := item.get_closest_marker("lab"):
            lab.setdefault("/".join([*file.split("/")[:2], *marker.args]), []).append(item)
        else:
            rest.setdefault(file, []).append(item)
    places = {name: place for place, name in enumerate(_LONGEST)}
    by_length = sorted(lab, key=lambda name: places.get(name, len(places)))
    return [*(lab[name] for name in by_length), *rest.values()]


if __name__ == "__main__":
    sys.exit(main())
