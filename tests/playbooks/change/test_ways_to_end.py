"""Every way to end a change: what is printed, the exit code, the journal and the routers agree.

The controller is a process as a shell starts it, struck at one of its journal writes. `make chaos`
does the same with routers that have timers, at every write.
"""

from pathlib import Path

import pytest

from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.results.ends import ENDS, End, sentence
from egovnet.playbooks.results.verification import HealthReport
from tests.playbooks.postgresql import PostgresServer
from tests.playbooks.three_routers import NEW, OLD, Place, three_routers
from tests.playbooks.verb_process import BEFALL, JOURNAL_FULL, KILL, OUTPUTS, Lived, Strike

DECISION = "decision"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return three_routers(tmp_path, monkeypatch)


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
    Strike("XCPU", 2, written=True, stage="verify"),
    Strike("USR1", 1, written=True, stage=DECISION),
    *(Strike(how, 8 + number) for number, how in enumerate(OUTPUTS)),
)


@pytest.mark.parametrize("strike", STRIKES, ids=str)
def test_whatever_befalls_a_controller(strike: Strike, place: Place) -> None:
    lived = place.run(strike)
    end = place.end()
    assert "Traceback" not in lived.err
    if end is None:
        assert lived.code < 0
        assert "no change of the network was begun" in lived.err
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
    assert "SIGINT: change 1 is not decided, and goes back on 1 router. Another Ctrl-C" in before
    assert "egovnet recover 1" in before


def test_after_the_decision_no_signal_ends_it(place: Place) -> None:
    after = place.run(Strike("TERM", 1, stage="confirm")).err
    assert "SIGTERM: change 1 is decided, and goes on to its end on 3 routers" in after
    assert "note: SIGTERM came when this end could not be changed any more" in after


def test_a_way_back_is_not_interrupted(place: Place) -> None:
    place.verified = HealthReport((), {"gz-pe1": "no answer"})
    lived = place.run(Strike("INT again and again", 1, stage=DECISION))
    assert (place.end(), lived.code) == (End.UNDONE, 4)
    assert "goes back on 3 routers. Another Ctrl-C does not end this sooner" in lived.err
    assert place.running() == OLD


def test_routers_that_are_gone_are_not_said_to_be_undone(place: Place) -> None:
    """Ctrl-C, and no router answers any more: the journal says failed, and so does what is told."""
    place.vanishing = True
    lived = place.run(Strike("INT", 1, stage="commit"))
    assert (place.end(), printed_end(lived), lived.code) == (End.FAILED, End.FAILED, 5)
    assert "bj-pe1 was not seen to run what ran before it; all its routers stay" in lived.out
    assert "egovnet recover 1 finishes it" in lived.out


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


@pytest.mark.parametrize("stage", ["commit", DECISION])
def test_a_server_of_the_journal_that_goes_away(
    stage: str, place: Place, postgresql: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgresql.fresh()
    name = url.rpartition("/")[2]
    monkeypatch.setenv("EGOVNET_JOURNAL", url)

    def away() -> None:
        postgresql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgresql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname <> 'postgres'"
        )

    lived = place.run(Strike(BEFALL, 1, stage=stage), befall=away)
    postgresql.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    end = End.DONE if stage == DECISION else End.UNDONE
    assert (lived.code, printed_end(lived), place.end()) == (5, End.OPEN, End.OPEN)
    assert place.running() == {End.DONE: NEW, End.UNDONE: OLD}[end]
    assert postgresql.password not in lived.out + lived.err
    again = place.run_recover()
    assert (again.code, printed_end(again), place.end()) == (0, end, end)


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
