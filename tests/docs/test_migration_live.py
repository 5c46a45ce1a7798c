"""A legacy network moves onto the backbone while its hosts send: not one packet is lost.

`docs/how-to/migrate-a-legacy-network.md` is the script, on real routers.
"""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import platformdirs
import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_backends import backend
from egovnet.playbooks.verbs.lab_hosts import site_hosts
from tests.docs.blocks import ROOT, Command, steps
from tests.docs.player import Player
from tests.loopback import loopback_network
from tests.playbooks.steady_echoes import Echoes, EchoFlow, echoes

pytestmark = pytest.mark.lab

PAGE = ROOT / "docs" / "how-to" / "migrate-a-legacy-network.md"
SITES = ("office-centre", "office-north")
#: Seconds between two requests of a flow.
EVERY = 0.01
#: Seconds in which routes that are preferred anew have come everywhere.
SETTLED = 10


class Traffic:
    """What the page's hosts send while it is done."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._stack = ExitStack()
        self.found: Echoes | None = None

    def begin(self, _player: Player) -> None:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("EGOVNET_STATE", str(self._player.state))
            workspace = Workspace(self._player.directory / "my-network")
            lab = backend(workspace)
            sending = echoes(lab, list(flows(workspace)), every=EVERY)
            print(round(time.monotonic(), 1), "begin to send")
            self.found = self._stack.enter_context(sending)

    def end(self, _player: Player) -> None:
        self._stack.close()
        assert self.found is not None
        for name, flow in self.found.flows.items():
            print(name, flow)


def flows(workspace: Workspace) -> Iterator[EchoFlow]:
    """Each host to the other, in each family."""
    hosts = site_hosts(workspace.network, SITES)
    for one, other in (SITES, SITES[::-1]):
        for source in hosts[one].addresses:
            for target in hosts[other].addresses:
                if (":" in source) == (":" in target):
                    family = "IPv6" if ":" in source else "IPv4"
                    yield f"{one} to {other}, {family}", hosts[one].node, source, target


def until_they_reach(player: Player) -> None:
    """Sessions over the line come up by themselves, in half a minute at most."""
    end = time.monotonic() + 60
    while player.run("egovnet lab exec office-north-host ping -c 1 -W 1 10.1.1.10").code:
        if time.monotonic() > end:
            said = player.run("egovnet lab exec office-north-ce vtysh -c 'show bgp summary'")
            pytest.fail(said.stdout)
        time.sleep(1)
    time.sleep(SETTLED)


def timed(_: Player, command: Command) -> None:
    """So that a gap can be told by its begin."""
    print(round(time.monotonic(), 1), command.text)


def write_register(player: Player) -> None:
    block = re.search(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    register = player.directory / "my-network" / "legacy-circuits.yaml"
    register.write_text(block[1], encoding="utf-8")


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Player]:
    player = Player(tmp_path, loopback_network().removesuffix("0.0/16") + "0.", timed)
    player.env["XDG_CACHE_HOME"] = platformdirs.user_cache_dir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        yield player
        player.run("egovnet lab down")


def test_no_packet_is_lost_on_the_way(reader: Player) -> None:
    traffic = Traffic(reader)
    reader.events = {
        "write-register": write_register,
        "until-they-reach": until_they_reach,
        "begin-to-send": traffic.begin,
        "settle": lambda _: time.sleep(SETTLED),
        "end-to-send": traffic.end,
    }
    reader.play(steps(PAGE))
    assert traffic.found is not None
    found = traffic.found.flows
    assert len(found) == 4
    for name, flow in found.items():
        assert flow["sent"] > 20 / EVERY, "it was sent through all of it"
        assert flow["answered"] == flow["sent"], (name, flow)
