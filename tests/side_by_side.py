"""The whole suite by three pytest processes beside each other, for two processors.

`python -m tests.side_by_side [PYTEST'S OPTIONS]`. All collect everything and share the work as they
go: the tests that need the lab are a piece of work for each folder, as they share that folder's
lab, and those of a module that says `pytest.mark.lab(NAME)` a piece of their own; the others are a
piece for each file. Two processes take pieces from the front of the list, where the lab's are, the
longest first, the other from its back; whoever is done earlier goes on with what is left. A lab
waits for timers and sessions more than half of its time: two of them and the rest of the tests make
two processors busy. To take a piece is to create a file of its number, which can be done once. What
each process has set up for a module or a session (a lab, a browser, a database server) stays its
own.

The first process is shown as it runs; of the others only failures, and all they printed afterwards.
The exit code is the first that is not 0. pytest-xdist would do the same if its `loadgroup` worked
with this pytest.
"""

import argparse
import contextlib
import gc
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import pytest

#: The environment's name for which of them a process is: their labs stand beside each other.
PROCESS = "EGOVNET_TEST_PROCESS"
_FAILED, _TOTAL = "failed", "total"
#: What is told of each process's options: the first is shown, the second begins at the back.
_PROCESSES: dict[int, tuple[str, ...]] = {1: (), 2: ("--from-the-back",), 3: ()}
_LOOK_SECONDS = 0.5
_NEWS_SECONDS = 60.0


def main() -> int:
    """Run all; returns the exit code."""
    options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as files:
        pieces = Path(directory)
        outputs = {
            number: files.enter_context((pieces / f"output-{number}").open("w+b"))
            for number in list(_PROCESSES)[1:]
        }
        processes: list[subprocess.Popen[bytes]] = []
        _forward_signals(processes)
        for number in _PROCESSES:
            output = outputs.get(number)
            processes.append(_start(options, pieces, output and output.fileno(), number))
        _watch(processes, pieces)
        for output in outputs.values():
            output.seek(0)
            print(output.read().decode(errors="replace"), end="", flush=True)
    return next(filter(None, (process.returncode for process in processes)), 0)


def _start(
    options: Sequence[str], pieces: Path, output: int | None, number: int
) -> "subprocess.Popen[bytes]":
    """One of them; it is asked to end by us alone, not by Ctrl-C at the terminal."""
    named = [
        re.sub(r"^(--junit-?xml=.*?)(\.xml)?$", rf"\1-{number}\2", option) for option in options
    ]
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "pytest", "-p", "tests.side_by_side"),
            # one word each: pytest looks for its configuration beside words that are paths
            *(f"--pieces={pieces}", *(["--beside"] if output else []), *_PROCESSES[number]),
            *("--durations=25", "--durations-min=5"),
            *("-o", "console_output_style=classic", "--color=no" if output else "--color=auto"),
            *named,
        ],
        # hundreds of processes load what is compiled once
        env={n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
        | {PROCESS: str(number)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        process_group=0,
    )


def _forward_signals(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    """On Ctrl-C or SIGTERM all take down what they set up; whoever is impatient repeats it."""

    def forward(number: int, frame: FrameType | None) -> None:
        for process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)

    signal.signal(signal.SIGINT, forward)
    signal.signal(signal.SIGTERM, forward)


def _watch(processes: "Sequence[subprocess.Popen[bytes]]", pieces: Path) -> None:
    """Until all ended, print what fails where it is not seen, and now and then how far they are."""
    failed = 0
    said = time.monotonic()
    while any(process.poll() is None for process in processes):
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
    group.addoption("--from-the-back", action="store_true", help="take the last piece first")
    group.addoption(
        "--beside", action="store_true", help="let the one who watches know of failures"
    )


def pytest_configure(config: pytest.Config) -> None:
    pieces = config.getoption("pieces")
    if pieces is not None and not config.option.collectonly:
        config.pluginmanager.register(_Sharing(pieces, config.option))


class _Sharing:
    """pytest's own loop, over the pieces that this process gets hold of."""

    def __init__(self, directory: Path, option: argparse.Namespace) -> None:
        self._directory = directory
        self._backwards: bool = option.from_the_back
        self._beside: bool = option.beside

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            raise session.Interrupted(f"{session.testsfailed} errors during collection")
        # ten thousand tests and their modules stay: the collector need not visit them again
        gc.collect()
        gc.freeze()
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

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Let the one who watches know of a failure that is not seen as it happens."""
        if report.failed and self._beside:
            with (self._directory / _FAILED).open("a", encoding="utf-8") as file:
                file.write(f"{report.nodeid} ({report.when})\n")

    def _taken(self, items: Sequence[pytest.Item]) -> Iterator[pytest.Item]:
        """The tests of pieces that nobody else has, from our end of the list."""
        numbered = list(enumerate(_pieces(items)))
        (self._directory / _TOTAL).write_text(f"{len(numbered)}")
        for number, piece in reversed(numbered) if self._backwards else numbered:
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
    # the stories of playbooks are the longest piece: nobody is to begin with them at the end
    return [*reversed(lab.values()), *rest.values()]


if __name__ == "__main__":
    sys.exit(main())
