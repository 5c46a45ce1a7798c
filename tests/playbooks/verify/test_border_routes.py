"""What a border's VRF is to have: something of what the neighbour may announce, whatever it is."""

from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.control_plane import (
    BORDER_ROUTES,
    STRAY_ROUTES,
    Check,
    check_state,
    expected_routes,
)
from egovnet.templates.model.state import DeviceState
from tests.border_network import NATION_BORDER, nation
from tests.playbooks.states import neighbors, well

TABLE = ("i-party", "ipv4")
WAITING = NATION_BORDER.replace("  numbering", "  state: waiting-for-neighbor\n  numbering")


def state_of(workspace: Workspace, heard: frozenset[str], *, up: bool = True) -> DeviceState:
    """A border router that is as it should be, and heard these from its neighbour."""
    routes = expected_routes(workspace.network, workspace.allocation)
    ldp = neighbors(workspace.network, workspace.allocation, "bj-asbr1")
    state = well(workspace.devices["bj-asbr1"], routes, ldp, usual=True)
    own = frozenset(p for p in state.routes[TABLE] if not p.startswith("10.41."))
    bgp = state.bgp if up else frozenset(s for s in state.bgp if s[1] != "10.1.16.2")
    return replace(state, routes={**state.routes, TABLE: own | heard}, bgp=bgp)


def failed(workspace: Workspace, state: DeviceState) -> list[Check]:
    routes = expected_routes(workspace.network, workspace.allocation)
    peers = frozenset(workspace.network.routers)
    checks = check_state(workspace.devices["bj-asbr1"], state, peers, routes)
    return [check for check in checks if not check.passed]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(nation(tmp_path / "nation"))


def test_any_part_of_what_it_may_announce_will_do(workspace: Workspace) -> None:
    assert not failed(workspace, state_of(workspace, frozenset({"10.41.7.0/24"})))
    assert not failed(workspace, state_of(workspace, frozenset({"10.41.0.0/16", "10.41.7.0/24"})))


def test_a_neighbour_that_announces_nothing_is_a_fault(workspace: Workspace) -> None:
    (check,) = failed(workspace, state_of(workspace, frozenset()))
    assert (check.kind, check.severity) == (BORDER_ROUTES, "fault")
    assert (
        "no route from border-guangdong-1-party, which may announce 10.41.0.0/16" in check.message
    )


def test_what_it_may_not_announce_is_a_leak(workspace: Workspace) -> None:
    (check,) = failed(workspace, state_of(workspace, frozenset({"10.41.7.0/24", "10.42.7.0/24"})))
    assert (check.kind, check.severity) == (STRAY_ROUTES, "leak")


def test_nobody_has_to_answer_who_is_waited_for(tmp_path: Path) -> None:
    workspace = Workspace(nation(tmp_path / "nation", WAITING))
    assert not failed(workspace, state_of(workspace, frozenset()))
