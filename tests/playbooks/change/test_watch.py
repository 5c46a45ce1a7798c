"""`recover --watch`: what it finishes, what it leaves alone, what it waits for, how it ends."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from egovnet.playbooks.archive.journal_check import JournalAlteredError
from egovnet.playbooks.change import watch as watching
from egovnet.playbooks.change.watch import watch
from egovnet.playbooks.cli.verb_end import VerbEnd
from egovnet.playbooks.core.interrupts import Interrupted
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.journal.errors import DevicesLockedError, JournalAddressError
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.report.console.watch import print_event
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.outcome import AnyOutcome
from egovnet.playbooks.results.watch import Happening, WatchEvent
from tests.playbooks.console import copy_of_reference, egovnet
from tests.playbooks.three_routers import NEW, OLD, Place, three_routers
from tests.playbooks.verb_process import KILL, Strike, live
from tests.tasks.memory_driver import MemoryDriver

EVERY = 0.02


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return three_routers(tmp_path, monkeypatch)


@dataclass
class Ears:
    """Hears events; `then` says what comes after the n-th of a kind."""

    then: dict[tuple[Happening, int], Callable[[], object]]
    heard: list[WatchEvent] = field(default_factory=list)

    def __call__(self, event: WatchEvent) -> None:
        self.heard.append(event)
        times = sum(other.event is event.event for other in self.heard)
        self.then.get((event.event, times), lambda: None)()

    def kinds(self) -> list[Happening]:
        return [event.event for event in self.heard]


def stop() -> None:
    raise Interrupted(signal.SIGTERM)


def watched(
    workspace: Workspace, last: Happening | None = None, **then: Callable[[], object]
) -> Ears:
    """Watch until the first event `last`."""
    ears = Ears({(Happening[kind], 1): act for kind, act in then.items()})
    if last is not None:
        ears.then[last, 1] = stop
    watch(workspace, Silent(), ears, every=EVERY, patience=0.3)
    return ears


def few_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three looks, and the signal."""
    looks = iter(range(2))

    def sleep(_seconds: float) -> None:
        if next(looks, None) is None:
            stop()

    clock = SimpleNamespace(monotonic=time.monotonic, sleep=sleep)
    monkeypatch.setattr(watching, "time", clock)


def killed(place: Place, stage: str = "decision") -> None:
    assert place.run(Strike(KILL, 1, stage=stage)).code == -9
    place.keep_texts()  # this process has the routers now


@pytest.fixture
def drivers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `keep_texts` puts in their place goes with the test."""
    for method in ("commit_config", "confirm_change", "roll_back_change"):
        monkeypatch.setattr(MemoryDriver, method, getattr(MemoryDriver, method))


pytestmark = pytest.mark.usefixtures("drivers")


@pytest.mark.parametrize("stage", ["verify", "decision"])
def test_a_dead_controller_s_change_is_finished(stage: str, place: Place) -> None:
    killed(place, stage)
    ears = watched(Workspace(REFERENCE), Happening.ENDED)
    assert ears.kinds() == [
        Happening.WATCHING,
        Happening.TAKES_OVER,
        Happening.ENDED,
        Happening.STOPPED,
    ]
    end = End.DONE if stage == "decision" else End.UNDONE
    assert (ears.heard[2].change, ears.heard[2].result) == (1, end)
    assert place.end() is end
    assert place.running() == {End.DONE: NEW, End.UNDONE: OLD}[end]
    assert Workspace(REFERENCE).journal.locks() == []


def test_a_living_controller_is_left_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    killed(place)
    workspace = Workspace(REFERENCE)
    monkeypatch.setattr("egovnet.playbooks.journal.locks.Lock.stale", property(lambda _: False))
    few_looks(monkeypatch)
    ears = watched(workspace)
    assert ears.kinds() == [Happening.WATCHING, Happening.STOPPED]
    assert place.end() is End.OPEN


def test_who_is_quicker_has_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the take-over another takes it: nothing is told, nothing done twice."""
    killed(place)
    few_looks(monkeypatch)

    def taken(*_: object) -> None:
        raise DevicesLockedError(())

    monkeypatch.setattr(watching, "finish_change", taken)
    assert watched(Workspace(REFERENCE)).kinds() == ["watching", "stopped"]


def test_a_device_that_does_not_answer_is_asked_again_later(place: Place) -> None:
    killed(place)
    place.devices["gd-pe1"].down = True

    def comes_back() -> None:
        place.devices["gd-pe1"].down = False

    ears = watched(Workspace(REFERENCE), Happening.ENDED, UNFINISHED=comes_back)
    assert ears.kinds()[1:] == ["takes over", "unfinished", "takes over", "ended", "stopped"]
    assert "gd-pe1 was not seen to keep" in ears.heard[2].words
    assert "it is tried again in 0.02 s" in ears.heard[2].words
    assert (place.end(), place.running()) == (End.DONE, NEW)


def test_each_time_later() -> None:
    watcher = watching._Watcher(Workspace(REFERENCE), Silent(), lambda _: None, 5, 1)
    assert [watcher.postpone(1) for _ in range(8)] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert watcher.postpone(2) == 5


def rename(database: Path, old: str, new: str) -> None:
    with sqlite3.connect(database) as raw:
        raw.execute(f"ALTER TABLE {old} RENAME TO {new}")


def test_a_journal_that_is_away_is_waited_for(place: Place, tmp_path: Path) -> None:
    killed(place)
    database = tmp_path / "state" / "reference" / "journal.db"
    workspace = Workspace(REFERENCE)
    assert workspace.journal.unfinished()
    rename(database, "changes", "away")
    back = partial(rename, database, "away", "changes")
    ears = watched(workspace, Happening.ENDED, JOURNAL_AWAY=back)
    assert ears.kinds() == [
        "watching",
        "journal away",
        "journal back",
        "takes over",
        "ended",
        "stopped",
    ]  # fmt: skip -- one story
    assert "tried again every 0.02 s" in ears.heard[1].words


def test_a_journal_that_goes_in_mid_recovery_is_waited_for(place: Place, tmp_path: Path) -> None:
    """Its own take-over holds the change meanwhile, and is gone on with."""
    killed(place)
    database = tmp_path / "state" / "reference" / "journal.db"
    ears = watched(
        Workspace(REFERENCE),
        Happening.ENDED,
        TAKES_OVER=partial(rename, database, "steps", "away"),
        JOURNAL_AWAY=partial(rename, database, "away", "steps"),
    )
    assert ears.kinds()[1:5] == ["takes over", "journal away", "journal back", "takes over"]
    assert (place.end(), place.running()) == (End.DONE, NEW)


def test_an_inventory_that_cannot_be_read_takes_nothing_over(place: Place, tmp_path: Path) -> None:
    killed(place)
    directory = copy_of_reference(tmp_path / "network")
    workspace = Workspace(directory)
    assert workspace.network
    hosts = directory / "hosts.yaml"
    good = hosts.read_text(encoding="utf-8")
    hosts.write_text("half of it", encoding="utf-8")
    ears = watched(
        workspace, Happening.ENDED, CANNOT_WORK=lambda: hosts.write_text(good, encoding="utf-8")
    )
    assert ears.kinds()[1:] == ["cannot work", "takes over", "ended", "stopped"]


def with_a_mistake(place: Place, directory: Path) -> Workspace:
    """A change whose controller died, and an inventory that cannot be used since."""
    killed(place)
    workspace = Workspace(copy_of_reference(directory))
    intents = Intents(workspace.journal.engine)
    intents.attach(1, None, intents.keep(workspace.intent))
    sites = directory / "sites" / "beijing.yaml"
    sites.write_text(f"{sites.read_text()}\nmore: [half of it", encoding="utf-8")
    return Workspace(directory)


def test_a_mistake_in_the_inventory_holds_nothing_up(place: Place, tmp_path: Path) -> None:
    """Its routers are reached as the inventory said that the change was planned with."""
    workspace = with_a_mistake(place, tmp_path / "network")
    ears = watched(workspace, Happening.ENDED)
    assert ears.kinds()[1:] == ["takes over", "ended", "stopped"]
    assert (place.end(), place.running()) == (End.DONE, NEW)


@pytest.mark.parametrize("yes", [(), ("--yes",)])
def test_recover_and_history_need_no_right_inventory(
    yes: tuple[str, ...], place: Place, tmp_path: Path
) -> None:
    directory = with_a_mistake(place, tmp_path / "network").directory
    state = tmp_path / "state"
    for words in (("history",), ("show", "1")):
        ran = egovnet(*words, "--inventory", directory, state=state)
        assert ran.code == 0, ran.stderr
    env = {"EGOVNET_USERNAME": "nobody", "EGOVNET_PASSWORD": "nothing"}
    ran = egovnet("recover", *yes, "--inventory", directory, state=state, env=env)
    assert ran.code == (0 if yes else 3), ran.stderr
    assert "has 1 mistake that validate names" in ran.stderr
    assert place.end() is (End.DONE if yes else End.OPEN)
    again = egovnet("recover", "--inventory", directory, state=state, env=env)
    assert again.code == (0 if yes else 3), again.stderr
    refused = egovnet("plan", "--inventory", directory, state=state)
    assert refused.code == 2


def test_an_altered_journal_ends_it(place: Place, tmp_path: Path) -> None:
    killed(place)
    with sqlite3.connect(tmp_path / "state" / "reference" / "journal.db") as raw:
        raw.execute("UPDATE steps SET detail = 'x' WHERE id = 2")
    with pytest.raises(JournalAlteredError):
        watched(Workspace(REFERENCE), Happening.ENDED)
    assert place.running() == NEW, "nothing was done"


def test_a_journal_s_address_that_is_none_ends_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_JOURNAL", "nothing that one knows")
    with pytest.raises(JournalAddressError):
        watched(Workspace(REFERENCE), Happening.ENDED)


def test_told_to_end_it_finishes_what_it_is_at(place: Place) -> None:
    assert place.run(Strike(KILL, 1, stage="decision")).code == -9

    def act(workspace: Workspace) -> AnyOutcome:
        def tell(event: WatchEvent) -> None:
            print_event(event, as_json=True)
            if event.event is Happening.TAKES_OVER:
                os.kill(os.getpid(), signal.SIGTERM)

        watch(workspace, Silent(), tell, every=60, patience=0.3)
        raise VerbEnd(0, acted=True)

    lived = live(act, prepare=place.keep_texts)
    assert lived.code == 0
    told = [json.loads(line) for line in lived.out.splitlines()]
    assert [event["event"] for event in told] == ["watching", "takes over", "ended", "stopped"]
    assert told[2]["result"] == "done"
    assert "interrupted by SIGTERM" in told[3]["words"]
    assert (place.end(), place.running()) == (End.DONE, NEW)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--watch", "3"), "leave out CHANGE and --lock"),
        (("--watch", "--lock"), "leave out CHANGE and --lock"),
        (("--every", "3"), "has a meaning with --watch only"),
    ],
)
def test_options_that_do_not_go_together(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    ran = egovnet("recover", *words, state=tmp_path)
    assert (ran.code, told in ran.stderr) == (2, True)
