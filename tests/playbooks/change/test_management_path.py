"""A plan that would cut the path it manages a router through is refused, and nothing is touched."""

from collections.abc import Iterator

import pytest

from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.results.outcome import Exit
from tests.chaos.emulated_field import EmulatedField, emulated_place
from tests.loopback import loopback_network


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedField]:
    with emulated_place(tmp_path_factory.mktemp("management"), loopback_network()) as made:
        yield made


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("iface eth0\n    address 172.20.20.", "iface eth0\n    address 172.20.21."),
        ("    vrf mgmt\n", ""),
        ("iface mgmt\n    vrf-table 1001\n", "iface mgmt\n    vrf-table 1099\n"),
    ],
    ids=["another address", "out of its VRF", "another table of its VRF"],
)
def test_it_is_refused_when_it_is_planned(place: EmulatedField, old: str, new: str) -> None:
    place.reset()
    workspace = place.workspace("management")
    name = "sh-pe1"
    text = place.plan.devices[name].intended
    assert old in text
    plan = make_plan(workspace, Silent(), intended={name: text.replace(old, new)})
    assert "management interface" in plan.unreachable[name]
    outcome = apply_plan(workspace, Silent(), plan)
    assert (outcome.exit, outcome.data["result"]) == (Exit.DEVICES_FAILED, "refused")
    assert workspace.journal.changes() == []
    assert set(place.runs().values()) == {"old"}
