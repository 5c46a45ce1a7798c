"""A daemon dies at any moment of a change: all routers old or all new, and who died is named."""

from collections.abc import Iterator

import pytest

from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.results.ends import End
from egovnet.playbooks.results.outcome import Exit
from tests.chaos.emulated_field import EmulatedField, emulated_place
from tests.chaos.runs import PUSH, Scenario, push
from tests.loopback import loopback_network

VICTIM = "sh-pe1"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedField]:
    with emulated_place(tmp_path_factory.mktemp("dead"), loopback_network()) as made:
        yield made


class Killing(Silent):
    """Kills a daemon as a stage begins, or when a router has ended it."""

    def __init__(self, place: EmulatedField, daemon: str, stage: str, *, amid: bool) -> None:
        self.place, self.daemon, self.at, self.amid = place, daemon, stage, amid
        self.killed = False

    def stage(self, name: str, total: int) -> None:
        if name == self.at and not self.amid:
            self.kill()

    def device(self, stage: str, name: str, state: str, detail: str = "") -> None:
        if stage == self.at and self.amid and state == "done" and name == VICTIM:
            self.kill()

    def kill(self) -> None:
        if not self.killed:
            self.killed = True
            self.place.kill_daemon(VICTIM, self.daemon)


#: When it dies -> how that ends; "failed": once it runs again, `recover` ends it.
MOMENTS = {
    ("fence", False): End.UNDONE,
    ("fence", True): End.FAILED,
    ("commit", True): End.UNDONE,
    ("confirm", False): End.FAILED,
    ("confirm", True): End.DONE,
}


@pytest.mark.parametrize(("stage", "amid"), MOMENTS)
def test_it_is_all_old_or_all_new(
    place: EmulatedField, request: pytest.FixtureRequest, stage: str, amid: bool
) -> None:
    place.reset()
    killing = Killing(place, "bgpd", stage, amid=amid)
    workspace = place.workspace(f"dead-{request.node.name}")
    ended = push(place, workspace, Scenario(PUSH), killing)
    assert killing.killed
    if ended.result.result is End.DONE:
        assert set(place.runs().values()) == {"new"}
    else:
        assert "bgpd does not run on it" in str(ended.data)
    place.heal()
    if ended.result.unfinished:
        assert f"{VICTIM} was not seen" in ended.data["end"]
        assert recover(workspace, Silent(), yes=True, patience=8.0).exit is Exit.DONE
    place.at_rest(30)
    assert len(set(place.runs().values())) == 1
    assert workspace.journal.locks() == []
    assert ended.result.result is MOMENTS[stage, amid]
