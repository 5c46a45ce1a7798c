"""Every way to end a change: what is printed, the exit code, the journal and the routers agree.

The controller is a process as a shell starts it, struck at one of its journal writes; its routers
are in memory, and their texts are kept in a file after every word with them. `make chaos` does the
same with routers that have timers, at every write.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from egovnet.playbooks.change.plan import DevicePlan, Plan
from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.report.console.progress import make_progress
from egovnet.playbooks.results.affected import Affected
from egovnet.playbooks.results.ends import ENDS, End, end_of, sentence
from egovnet.playbooks.results.outcome import AnyOutcome
from egovnet.playbooks.results.verification import HealthReport
from egovnet.tasks.dry_run import text_hash
from tests.playbooks.verb_process import JOURNAL_FULL, KILL, OUTPUTS, Lived, Strike, live
from tests.tasks.memory_driver import MemoryDevice, MemoryDriver, play

NAMES = ("bj-pe1", "gd-pe1", "gz-pe1")
OLD = {name: f"hostname {name}\nbanner old\n" for name in NAMES}
NEW = {name: f"hostname {name}\nbanner new\n" for name in NAMES}
DECISION = "decision"


class Health:
    def take_baseline(self, names: object) -> None:
        pass

    def check(self, names: object) -> HealthReport:
        return HealthReport()


@dataclass
class Place:
    """Three routers, their journal, and the change from old to new."""

    devices: dict[str, MemoryDevice]
    texts: Path
    verified: HealthReport = field(default_factory=HealthReport)

    def push(self, workspace: Workspace) -> AnyOutcome:
        devices = {
            name: DevicePlan(text_hash(OLD[name]), OLD[name], NEW[name], "+ x") for name in NAMES
        }
        plan = Plan("reference", "now", "li", devices, affected=Affected(("party",)))
        waves = (Wave("one", NAMES[:1]), Wave("rest", NAMES[1:]))
        options = Options(60, 60, patience=0.5)
        return Transaction(
            workspace, plan, lambda _: self.verified, make_progress(), waves, Health(), options
        ).run()

    def recover(self, workspace: Workspace) -> AnyOutcome:
        return recover(workspace, make_progress(), yes=True, patience=0.5)

    def run(self, strike: Strike | None = None, *arguments: str) -> Lived:
        return live(self.push, strike, *arguments, prepare=self.keep_texts)

    def run_recover(self, strike: Strike | None = None, *arguments: str) -> Lived:
        return live(self.recover, strike, *arguments, prepare=self.keep_texts)

    def keep_texts(self) -> None:
        """In the child: its routers run what they ran, and what they run is kept."""
        alone = threading.Lock()
        for name, text in self.running().items():
            self.devices[name].running = text
        for method in ("commit_config", "confirm_change", "roll_back_change"):
            done = getattr(MemoryDriver, method)

            def kept(driver: MemoryDriver, *given: object, _done=done, **named: object) -> object:  # noqa: ANN001
                try:
                    return _done(driver, *given, **named)
                finally:
                    with alone:
                        running = {n: device.running for n, device in self.devices.items()}
                        self.texts.write_text(json.dumps(running))

            setattr(MemoryDriver, method, kept)

    def running(self) -> dict[str, str]:
        return json.loads(self.texts.read_text()) if self.texts.exists() else dict(OLD)

    def end(self) -> End | None:
        """By the journal; None when it has no change."""
        journal = Workspace(REFERENCE).journal
        for change in journal.changes():
            decision = journal.decision(change.id)
            return end_of(change.state, decision and decision.direction)
        return None


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    devices = {name: MemoryDevice(OLD[name]) for name in NAMES}
    play(monkeypatch, devices)
    return Place(devices, tmp_path / "texts.json")


def printed_end(lived: Lived) -> End:
    """The one end that is told."""
    begins = {end: way.sentence.format(change=1, devices="|") for end, way in ENDS.items()}
    told = [e for e, words in begins.items() if words.partition("|")[0] in lived.out + lived.err]
    assert len(told) == 1, (told, lived)
    return told[0]


CODES = {End.DONE: 0, End.UNDONE: 5, End.FAILED: 5, End.IN_DOUBT: 5, End.OPEN: 5}
HOWS = ("INT", "TERM", "HUP", "QUIT", "INT again and again", "TERM, then HUP")
STRIKES = (
    # a signal of each kind, and the moments one after the other
    *(Strike(HOWS[n % 6], write, n % 2 == 0) for n, write in enumerate(range(1, 30, 4))),
    *(Strike(how, 1, written, DECISION) for how in HOWS[3:5] for written in (False, True)),
    Strike("TERM", 2, written=True, stage="verify"),
    Strike("TERM", 2, written=True, stage="change"),
    *(Strike(how, 8 + number) for number, how in enumerate(OUTPUTS)),
)


@pytest.mark.parametrize("strike", STRIKES, ids=str)
def test_whatever_befalls_a_controller(strike: Strike, place: Place) -> None:
    lived = place.run(strike)
    end = place.end()
    assert "Traceback" not in lived.err
    if end is None:
        assert lived.code < 0
        assert "nothing was begun" in lived.err
        assert place.running() == OLD
        return
    assert place.running() == {End.DONE: NEW, End.UNDONE: OLD}[end]
    assert lived.code == CODES[end], lived.err
    if strike.how not in OUTPUTS:
        assert printed_end(lived) is end
        # whoever comes while the decision is being written comes too late
        if strike.stage:
            assert end is (End.UNDONE if strike.stage == "verify" else End.DONE)


def test_what_a_signal_means_is_said_at_once(place: Place) -> None:
    before = place.run(Strike("INT", 1, stage="extend")).err
    assert "SIGINT: change 1 is not decided: its 1 routers go back. Another Ctrl-C" in before
    assert "egovnet recover 1" in before


def test_after_the_decision_no_signal_ends_it(place: Place) -> None:
    after = place.run(Strike("TERM", 1, stage="confirm")).err
    assert "SIGTERM: change 1 is decided, and goes on to its end on its 3 routers" in after
    assert "note: SIGTERM came when this end could not be changed any more" in after


def test_a_way_back_is_not_interrupted(place: Place) -> None:
    place.verified = HealthReport((), {"gz-pe1": "no answer"})
    lived = place.run(Strike("INT again and again", 1, stage=DECISION))
    assert (place.end(), lived.code) == (End.UNDONE, 4)
    assert "goes back on 3 routers. Another Ctrl-C does not end this sooner" in lived.err
    assert place.running() == OLD


def test_json_of_an_interrupted_change_is_its_outcome(place: Place) -> None:
    lived = place.run(Strike("TERM", 2, stage="commit"), "--json")
    assert lived.code == 5
    assert (lived.json["result"], lived.json["failed_stage"]) == ("undone", "interrupted")
    assert lived.json["failures"] == {"*": "interrupted by SIGTERM"}
    assert lived.json["end"] == sentence(End.UNDONE, 1)


FULL = (
    Strike(JOURNAL_FULL, 1, stage="change"),
    Strike(JOURNAL_FULL, 1, stage="commit"),
    Strike(JOURNAL_FULL, 1, stage="verify"),
    Strike(JOURNAL_FULL, 1, stage=DECISION),
    Strike(JOURNAL_FULL, 1, stage="after"),
)


@pytest.mark.parametrize("strike", FULL, ids=str)
def test_a_disk_that_is_full_leaves_a_change_open_and_says_so(strike: Strike, place: Place) -> None:
    end = End.DONE if strike.stage in (DECISION, "after") else End.UNDONE
    texts = {End.DONE: NEW, End.UNDONE: OLD}[end]
    lived = place.run(strike)
    assert (lived.code, printed_end(lived)) == (5, End.OPEN)
    assert "egovnet recover 1 finishes it" in lived.out
    assert "egovnet recover 1" in lived.err
    assert (place.running(), place.end()) == (texts, End.OPEN)
    again = place.run_recover()
    assert (again.code, printed_end(again), place.end()) == (0, end, end)
    assert place.running() == texts


def test_a_disk_that_is_full_from_the_first_begins_nothing(place: Place) -> None:
    assert Workspace(REFERENCE).journal.changes() == []
    lived = place.run(Strike(JOURNAL_FULL, 0))
    assert (lived.code, place.end(), place.running()) == (1, None, OLD)
    assert "full" in lived.err


@pytest.mark.parametrize("killed", ["verify", DECISION])
def test_a_recovery_goes_to_its_end(killed: str, place: Place) -> None:
    assert place.run(Strike(KILL, 1, stage=killed)).code == -9
    lived = place.run_recover(Strike("TERM", 2))
    end = End.DONE if killed == DECISION else End.UNDONE
    assert (lived.code, printed_end(lived), place.end()) == (0, end, end)
    assert "SIGTERM: change 1 is brought to its end first" in lived.err
    assert place.running() == {End.DONE: NEW, End.UNDONE: OLD}[end]


def test_a_recovery_on_a_full_disk_says_that_the_change_is_open(place: Place) -> None:
    place.run(Strike(KILL, 1, stage=DECISION))
    lived = place.run_recover(Strike(JOURNAL_FULL, 1, stage=DECISION))
    assert (lived.code, printed_end(lived)) == (5, End.OPEN)
    assert place.run_recover().code == 0
    assert (place.end(), place.running()) == (End.DONE, NEW)
