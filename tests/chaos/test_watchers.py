"""Two controllers watch one PostgreSQL journal; a third dies between confirmations: one finishes.

Real sessions with emulated routers, whose timers run. The watchers are commands as a service runs
them; the one that dies is on a host of its own as far as leases go.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal import device_locks
from egovnet.playbooks.journal.records import DONE, OPEN
from tests.chaos.emulated_field import EmulatedField, emulated_place
from tests.chaos.killing import KillPoint, run
from tests.chaos.runs import CONFIRM, Scenario, push
from tests.loopback import loopback_network
from tests.playbooks.postgresql import postgres_server

LEASE, EVERY = 3, 1
#: Seconds that the recovery itself may take on a machine that has other work.
WORK = 30.0
#: The command with another lease, which nobody is to choose.
COMMAND = f"""
from egovnet.playbooks.journal import device_locks
device_locks.LEASE_SECONDS = {LEASE}
from egovnet.playbooks.cli.main import main
main()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def place(root: Path) -> Iterator[EmulatedField]:
    with emulated_place(root, loopback_network()) as made, postgres_server() as server:
        made.reset()
        os.environ["EGOVNET_JOURNAL"] = server.fresh()
        yield made


@contextmanager
def watcher(root: Path, name: str) -> Iterator[Path]:
    """`egovnet recover --watch --json`; the file of its lines. It ends in order when it is told."""
    lines = root / f"{name}.jsonl"
    with lines.open("wb") as out, (root / f"{name}.log").open("wb") as log:
        words = ("recover", "--watch", "--every", str(EVERY), "--json", "--inventory", root / "new")
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *words],
            stdout=out,
            stderr=log,
            env={**os.environ, "EGOVNET_STATE": str(root / name)},
        )
    try:
        yield lines
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0, (root / f"{name}.log").read_text()
    finally:
        process.kill()
        process.wait()


def events(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def until(condition: Any, seconds: float) -> float:  # noqa: ANN401 -- any callable
    """How long it took."""
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, "not within the time"
        time.sleep(0.1)
    return time.monotonic() - begun


def test_one_of_two_watchers_finishes_what_a_dead_controller_left(
    place: EmulatedField, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_locks, "LEASE_SECONDS", LEASE)
    monkeypatch.setattr(device_locks, "this_host", lambda: "elsewhere/1")
    with watcher(root, "one") as one, watcher(root, "two") as two:
        until(lambda: events(one) and events(two), 60)
        late = next(iter(place.plan.devices))
        place.fault(late, "confirms late")
        controller = run(
            lambda: push(place, Workspace(root / "new"), Scenario(CONFIRM)).data,
            KillPoint(1, written=True, stage=CONFIRM),
        )
        assert controller.killed
        journal = Workspace(root / "new").journal
        assert journal.change(1).state == OPEN
        took = until(lambda: journal.change(1).state == DONE, LEASE + EVERY + WORK)
        time.sleep(2 * EVERY)  # and nobody does it again
    told = [*events(one), *events(two)]
    assert sorted(event["event"] for event in told if event["change"]) == ["ended", "takes over"]
    (ended,) = (event for event in told if event["event"] == "ended")
    assert (ended["change"], ended["result"]) == (1, "done")
    assert set(place.runs().values()) == {"new"}
    # and no router ever went back
    assert all(texts == ["old", "new"] for texts in place.texts_in_turn().values())
    assert journal.faults() == []
    assert journal.locks() == []
    print(
        f"finished {took:.1f} s after its controller died: lease {LEASE} s, looks {EVERY} s apart"
    )
