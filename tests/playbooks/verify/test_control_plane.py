"""Each check passes on the right state, and one changed fact is blamed: what, where, how grave."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.control_plane import Check, check_ldp, check_state, expected_routes
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.device import Device
from egovnet.templates.model.state import DeviceState, VrfTargets
from tests.inventories import BACKBONE
from tests.playbooks.states import neighbors, well
from tests.strategies import networks

CONTEXT = Workspace(BACKBONE)
ROUTES = expected_routes(CONTEXT.network, CONTEXT.allocation)
PEERS = frozenset(CONTEXT.network.routers)


def right(name: str) -> tuple[Device, DeviceState]:
    device = CONTEXT.devices[name]
    return device, well(device, ROUTES, neighbors(CONTEXT.network, CONTEXT.allocation, name))


def judged(device: Device, state: DeviceState) -> list[Check]:
    ldp = neighbors(CONTEXT.network, CONTEXT.allocation, device.name)
    return [*check_state(device, state, PEERS, ROUTES), *check_ldp(device, state, ldp)]


def failures(device: Device, state: DeviceState) -> list[Check]:
    return [check for check in judged(device, state) if not check.passed]


def only_failure(device: Device, state: DeviceState) -> Check:
    (check,) = failures(device, state)
    return check


# -- all is well -----------------------------------------------------------------------------


@given(network=networks(), usual=st.booleans())
def test_a_network_that_does_all_it_should_is_not_blamed(network: Network, usual: bool) -> None:
    """Whether those are there who are awaited, or not."""
    allocation = allocate(network)
    routes = expected_routes(network, allocation)
    peers = frozenset(network.routers)
    for name, device in intend(network, allocation).items():
        ldp = neighbors(network, allocation, name)
        state = well(device, routes, ldp, usual=usual)
        checks = [*check_state(device, state, peers, routes), *check_ldp(device, state, ldp)]
        assert [check for check in checks if not check.passed] == []
        assert all(check.message == "" for check in checks)


@pytest.mark.parametrize("name", sorted(PEERS))
def test_every_check_has_a_key_of_its_own(name: str) -> None:
    checks = judged(*right(name))
    assert len({check.key for check in checks}) == len(checks) > 0
    assert {check.device for check in checks} == {name}


@given(network=networks())
def test_a_session_that_waits_for_nobody_is_blamed_of_an_awaited_customer_too(
    network: Network,
) -> None:
    allocation = allocate(network)
    routes = expected_routes(network, allocation)
    for name, device in intend(network, allocation).items():
        state = well(device, routes, neighbors(network, allocation, name), usual=True)
        silent = replace(state, trying=frozenset())
        checks = check_state(device, silent, frozenset(network.routers), routes)
        blamed = {(check.kind, check.subject) for check in checks if not check.passed}
        assert blamed == {("CE session", " ".join(session)) for session in state.trying}


@given(network=networks(), data=st.data())
def test_a_state_with_nothing_in_it_passes_nothing_it_should_show(
    network: Network, data: st.DataObject
) -> None:
    allocation = allocate(network)
    devices = intend(network, allocation)
    device = devices[data.draw(st.sampled_from(sorted(devices)))]
    routes = expected_routes(network, allocation)
    checks = list(check_state(device, DeviceState(), frozenset(network.routers), routes))
    kinds = {"IS-IS adjacency", "BGP session", "CE session", "route targets"}
    assert not any(check.passed for check in checks if check.kind in kinds)
    assert all(device.name == check.device for check in checks)


# -- one fact is wrong -----------------------------------------------------------------------


def test_a_missing_route() -> None:
    device, state = right("bj-pe1")
    table = ("i-party", "ipv4")
    have = state.routes[table] - {"10.1.11.0/24"}
    assert have != state.routes[table], "mend the test: the reference has changed"
    check = only_failure(device, replace(state, routes=state.routes | {table: have}))
    assert (check.kind, check.severity, check.device) == ("VRF routes", "fault", "bj-pe1")
    assert check.message == "VRF i-party ipv4: no route to 10.1.11.0/24"
    assert check.sites == {"party-beijing"}


def test_a_missing_link_subnet_is_nobody_s_fault() -> None:
    device, state = right("bj-pe1")
    table = ("i-party", "ipv4")
    have = frozenset(p for p in state.routes[table] if not p.startswith("10.200."))
    assert failures(device, replace(state, routes=state.routes | {table: have})) == []


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_a_route_of_another_vpn_is_a_leak(family: str) -> None:
    device, state = right("bj-pe1")
    stray = {"ipv4": "10.2.10.0/24", "ipv6": "fde9:2:10::/64"}[family]
    table = ("i-party", family)
    have = state.routes[table] | {stray}
    check = only_failure(device, replace(state, routes=state.routes | {table: have}))
    assert (check.kind, check.severity) == ("no stray routes", "leak")
    assert check.message == f"VRF i-party {family}: routes that are not its VPN's: {stray}"


def test_a_default_route_in_a_vrf_is_a_leak() -> None:
    device, state = right("gd-pe1")
    table = ("i-government", "ipv4")
    have = state.routes[table] | {"0.0.0.0/0"}
    check = only_failure(device, replace(state, routes=state.routes | {table: have}))
    assert (check.kind, check.severity) == ("no stray routes", "leak")
    assert "0.0.0.0/0" in check.message


def test_a_spoke_that_hears_another_spoke_is_a_leak() -> None:
    spokes = {
        name: site for name, site in CONTEXT.network.sites.items() if site.site_role == "spoke-role"
    }
    (one, here), (_, other) = itertools.islice(spokes.items(), 2)
    pe = next(iter(here.site_network_accesses.values())).pe
    device, state = right(pe)
    vrf = next(v.name for v in device.vrfs if ROUTES[pe, v.name].sites == {one})
    heard = str(next(p for p in other.prefixes if p.version == 4))
    have = state.routes[vrf, "ipv4"] | {heard}
    check = only_failure(device, replace(state, routes=state.routes | {(vrf, "ipv4"): have}))
    assert (check.kind, check.severity) == ("no stray routes", "leak")
    assert heard in check.message


def test_a_more_specific_part_of_a_site_s_prefix_is_its_own_affair() -> None:
    device, state = right("bj-pe1")
    for table, part in (
        (("i-party", "ipv4"), "10.1.10.128/25"),
        (("i-party", "ipv6"), "fde9:1:10::1/128"),
        (("i-party", "ipv6"), "fe80::/64"),
    ):
        have = state.routes[table] | {part}
        assert failures(device, replace(state, routes=state.routes | {table: have})) == []


def test_a_rollback_may_take_an_excused_site_s_routes_and_no_more() -> None:
    excused = expected_routes(CONTEXT.network, CONTEXT.allocation, frozenset({"party-guangdong"}))
    assert "party-guangdong" in CONTEXT.network.sites, "mend the test"
    device, state = right("bj-pe1")
    table = ("i-party", "ipv4")

    def blamed(have: frozenset[str]) -> list[str]:
        state_ = replace(state, routes=state.routes | {table: have})
        found = check_state(device, state_, PEERS, excused)
        return [check.message for check in found if not check.passed]

    mine = {str(p) for p in CONTEXT.network.sites["party-guangdong"].prefixes}
    assert blamed(state.routes[table]) == []
    assert blamed(state.routes[table] - mine) == []
    # What is taken away in part may still be announced in part.
    assert blamed(state.routes[table] - mine | {"10.1.11.0/25"}) == []
    assert blamed(state.routes[table] - {"10.1.10.0/24"}) != []


def changed(state: DeviceState, vrf: str, targets: VrfTargets) -> DeviceState:
    return replace(state, targets=state.targets | {(vrf, "ipv4"): targets})


def test_swapped_targets_are_a_leak() -> None:
    device, state = right("bj-pe1")
    held = state.targets["i-court", "ipv4"]
    assert held.imports != held.exports
    swapped = VrfTargets(held.rd, held.exports, held.imports)
    check = only_failure(device, changed(state, "i-court", swapped))
    assert (check.kind, check.severity, check.subject) == ("route targets", "leak", "i-court ipv4")
    assert check.message == (
        "VRF i-court ipv4: import targets 65000:1002 instead of 65000:1002 65000:1003; "
        "export targets 65000:1002 65000:1003 instead of 65000:1002"
    )
    assert check.sites == {"court-beijing"}


def test_one_import_target_too_many_is_a_leak() -> None:
    device, state = right("bj-pe1")
    held = state.targets["i-party", "ipv4"]
    other = next(iter(state.targets["e-public", "ipv4"].exports))
    leaky = replace(held, imports=held.imports | {other})
    check = only_failure(device, changed(state, "i-party", leaky))
    assert (check.kind, check.severity) == ("route targets", "leak")
    assert "VRF i-party ipv4: import targets" in check.message
    assert other in check.message


def test_a_missing_target_is_a_fault_and_no_leak() -> None:
    device, state = right("bj-pe1")
    held = state.targets["i-party", "ipv4"]
    check = only_failure(device, changed(state, "i-party", replace(held, imports=frozenset())))
    assert check.severity == "fault"
    assert "import targets none instead of" in check.message


def test_another_vrf_s_distinguisher() -> None:
    device, state = right("bj-pe1")
    held = state.targets["i-party", "ipv4"]
    rd = state.targets["i-court", "ipv4"].rd
    check = only_failure(device, changed(state, "i-party", replace(held, rd=rd)))
    assert check.message == f"VRF i-party ipv4: RD {rd} instead of {held.rd}"


def test_announcements_with_other_targets_than_configured() -> None:
    device, state = right("bj-pe1")
    announced = state.announced | {("i-party", "ipv4"): frozenset({"65000:2001"})}
    check = only_failure(device, replace(state, announced=announced))
    assert (check.kind, check.severity) == ("route targets", "leak")
    assert "announces with 65000:2001 instead of" in check.message


def test_a_vrf_the_daemon_does_not_have() -> None:
    device, state = right("bj-pe1")
    targets = {table: t for table, t in state.targets.items() if table != ("i-party", "ipv4")}
    check = only_failure(device, replace(state, targets=targets))
    assert check.kind == "route targets"
    assert check.message == "VRF i-party ipv4: the daemon has no such VRF"


def test_a_vrf_nobody_ordered_is_a_leak() -> None:
    device, state = right("bj-pe1")
    more = {("x-other", "ipv6"): VrfTargets("1:1", frozenset({"65000:1006"}), frozenset())}
    check = only_failure(device, replace(state, targets=state.targets | more))
    assert (check.kind, check.severity, check.device) == ("route targets", "leak", "bj-pe1")
    assert check.message.startswith("VRF x-other ipv6 is not in the inventory")


def test_no_unreachable_default_is_a_leak() -> None:
    device, state = right("gz-pe1")
    check = only_failure(device, replace(state, closed=state.closed - {("e-public", "ipv6")}))
    assert (check.kind, check.severity, check.device) == ("unreachable default", "leak", "gz-pe1")
    assert check.message.startswith("VRF e-public ipv6: no unreachable default")


SESSIONS = [(name, session) for name in sorted(PEERS) for session in sorted(right(name)[1].bgp)]


@pytest.mark.parametrize(("name", "session"), SESSIONS)
def test_each_session_that_is_down_is_named(name: str, session: tuple[str, str]) -> None:
    device, state = right(name)
    check = only_failure(device, replace(state, bgp=state.bgp - {session}))
    vrf, address = session
    assert check.severity == "fault"
    assert check.device == name
    assert address in check.message
    if vrf == "default":
        assert check.kind == "BGP session"
        assert any(peer.name in check.message for peer in device.backbone_peers)
    else:
        assert check.kind == "CE session"
        assert vrf in check.message
        (site,) = check.sites
        assert f"site {site}/" in check.message


def test_sessions_with_routers_that_take_no_part_are_not_blamed() -> None:
    device, state = right("bj-pe1")
    without = replace(state, bgp=frozenset(s for s in state.bgp if s[0] != "default"))
    alone = frozenset({"bj-pe1"})
    assert not [c for c in check_state(device, without, alone, ROUTES) if not c.passed]


def test_an_adjacency_that_is_down_names_the_circuit() -> None:
    device, state = right("bj-p1")
    check = only_failure(device, replace(state, isis=state.isis - {"eth1"}))
    assert (check.kind, check.severity) == ("IS-IS adjacency", "fault")
    assert check.message == "no adjacency on eth1 (circuit bj-p1--bj-p2 to bj-p2 eth1)"


BFD = [(name, session) for name in sorted(PEERS) for session in sorted(right(name)[1].bfd)]


@pytest.mark.parametrize(("name", "session"), BFD)
def test_bfd_that_is_down_beside_what_it_watches(name: str, session: tuple[str, str]) -> None:
    device, state = right(name)
    check = only_failure(device, replace(state, bfd=state.bfd - {session}))
    vrf, peer = session
    assert (check.kind, check.severity, check.device) == ("BFD session", "fault", name)
    if vrf == "default":
        assert check.message.startswith(f"no BFD on {peer} (circuit ")
    else:
        assert check.message.startswith(f"VRF {vrf}: no BFD with site ")
        assert peer in check.message
        assert check.message.endswith("set bfd: false and timers")
        assert len(check.sites) == 1


def test_bfd_is_not_blamed_beside_what_it_follows() -> None:
    """An adjacency or session that is down asks for none."""
    device, state = right("gd-pe1")
    assert len(state.bfd) == 5
    silent = replace(state, isis=frozenset(), bgp=frozenset(), bfd=frozenset())
    assert "BFD session" not in {check.kind for check in failures(device, silent)}


def test_a_label_session_that_is_down_names_the_neighbour() -> None:
    device, state = right("bj-pe1")
    lsr = str(CONTEXT.allocation.loopback4["bj-p2"])
    check = only_failure(device, replace(state, ldp=state.ldp - {lsr}))
    assert (check.kind, check.subject) == ("LDP session", "bj-p2")
    assert check.message == f"no operational LDP session with bj-p2 ({lsr})"


def test_an_answer_that_could_not_be_read_fails_by_itself() -> None:
    device, state = right("bj-pe1")
    check = only_failure(device, replace(state, unread={"isis": "isisd is not running"}))
    assert (check.kind, check.device) == ("answers", "bj-pe1")
    assert check.message == "isis: isisd is not running"
