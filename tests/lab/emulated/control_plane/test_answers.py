"""What two routers' configurations make together, and that nothing old is told of a change."""

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.lab.emulated.agent.agent import Agent
from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.router.router import Router
from egovnet.lab.emulated.ssh import show_commands
from egovnet.lab.emulated.ssh.shell import Shell
from egovnet.templates.frr.state.state_reader import read_state, state_script
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.state import DeviceState
from egovnet.templates.registry import render
from napalm_frr.getters import bgp
from tests.generated import nation, network_of
from tests.lab.emulated.networks import ports

RECORDED = Path(__file__).parents[3] / "templates" / "frr" / "state" / "recorded"
EDGES, GROUP, ACCESSES = 4, 2, 6
NETWORK = network_of(nation(EDGES, ACCESSES, group=GROUP))
DEVICES = intend(NETWORK, allocate(NETWORK))
TEXTS = {name: render(device) for name, device in DEVICES.items()}


class Wired(Router):
    """A router that is asked for its part in a control plane."""

    plane: ControlPlane


def wire(routers: Mapping[str, Wired]) -> None:
    """Make them one fleet, which knows nothing yet."""
    plane = ControlPlane(routers.values())
    for router in routers.values():
        router.plane = plane


@pytest.fixture
def routers() -> Mapping[str, Wired]:
    made = {name: Wired(name, text, ports=ports(text)) for name, text in TEXTS.items()}
    wire(made)
    return made


def output(router: Wired, command: str) -> str:
    return asyncio.run(Shell(router, Agent(router), router.plane).run(command)).stdout


def state(router: Wired) -> DeviceState:
    device = DEVICES[router.name]
    return read_state(device, output(router, state_script(device)))


def configure(router: Wired, *lines: str) -> None:
    show_commands.configure(router, list(lines))


def test_every_question_is_answered(routers: Mapping[str, Wired]) -> None:
    for router in routers.values():
        assert state(router).unread == {}


@pytest.mark.parametrize(
    "lines",
    [
        ("interface eth1", "isis passive"),
        ("interface eth1", "no ip router isis backbone", "no ipv6 router isis backbone"),
        ("interface eth1", "isis password clear other"),
        ("interface eth1", "no isis network point-to-point"),
        ("interface eth1", "isis circuit-type level-1"),
        ("no router isis backbone",),
    ],
)
def test_an_adjacency_needs_both_ends_to_say_the_same(
    routers: Mapping[str, Wired], lines: tuple[str, ...]
) -> None:
    assert "eth1" in state(routers["pe1"]).isis
    assert "eth1x" in state(routers["rr1"]).isis
    configure(routers["pe1"], *lines)
    assert "eth1" not in state(routers["pe1"]).isis
    assert "eth1x" not in state(routers["rr1"]).isis
    assert "eth2x" in state(routers["rr1"]).isis


def test_a_smaller_mtu_ends_an_adjacency(routers: Mapping[str, Wired]) -> None:
    router = routers["pe1"]
    router.ifreload(router.interfaces.replace("mtu 1600", "mtu 1500"))
    assert state(router).isis == frozenset()


def test_ldp_needs_it_on_the_interface_and_the_same_password(
    routers: Mapping[str, Wired],
) -> None:
    one, other = DEVICES["pe1"].router_id, DEVICES["rr1"].router_id
    assert str(other) in state(routers["pe1"]).ldp
    configure(routers["pe1"], "mpls ldp", f"neighbor {other} password secret")
    assert str(other) not in state(routers["pe1"]).ldp
    configure(routers["rr1"], "mpls ldp", f"neighbor {one} password secret")
    assert str(other) in state(routers["pe1"]).ldp
    configure(
        routers["rr1"],
        *("mpls ldp", "address-family ipv4", "no interface eth1x", "exit-address-family"),
        *("address-family ipv6", "no interface eth1x"),
    )
    assert str(other) not in state(routers["pe1"]).ldp
    assert str(one) not in state(routers["rr1"]).ldp


@pytest.mark.parametrize(
    "lines",
    [
        "neighbor {rr} shutdown",
        "neighbor {rr} password other",
        "neighbor {rr} update-source eth1",
        "address-family ipv4 vpn|no neighbor {rr} activate",
    ],
)
def test_a_session_needs_both_ends_to_say_the_same(
    routers: Mapping[str, Wired], lines: str
) -> None:
    rr, pe = (str(DEVICES[name].router_id) for name in ("rr1", "pe1"))
    configure(routers["pe1"], "router bgp 65000", *lines.format(rr=rr).split("|"))
    assert ("default", rr) not in state(routers["pe1"]).bgp
    assert ("default", pe) not in state(routers["rr1"]).bgp
    assert ("default", str(DEVICES["pe2"].router_id)) in state(routers["rr1"]).bgp


def routes_from(routers: Mapping[str, Wired], edge: int) -> frozenset[str]:
    """The site's prefixes of an edge that pe1 has in their VPN."""
    site = NETWORK.sites[f"site{edge}-1"]
    have = state(routers["pe1"]).routes["i-vpn1v1", "ipv4"]
    return have & {str(prefix) for prefix in site.prefixes}


def test_a_reflector_tells_one_that_is_no_client_of_its_clients_only(
    routers: Mapping[str, Wired],
) -> None:
    pe1, pe2 = (str(DEVICES[name].router_id) for name in ("pe1", "pe2"))
    for reflector in ("rr1", "rr2"):
        line = f"no neighbor {pe1} route-reflector-client"
        configure(routers[reflector], "router bgp 65000", "address-family ipv4 vpn", line)
    assert routes_from(routers, 2)
    for reflector in ("rr1", "rr2"):
        line = f"no neighbor {pe2} route-reflector-client"
        configure(routers[reflector], "router bgp 65000", "address-family ipv4 vpn", line)
    assert not routes_from(routers, 2)


def test_two_reflectors_between(routers: Mapping[str, Wired]) -> None:
    rr1, rr2 = (str(DEVICES[name].router_id) for name in ("rr1", "rr2"))
    configure(routers["pe1"], "router bgp 65000", f"neighbor {rr2} shutdown")
    configure(routers["pe2"], "router bgp 65000", f"neighbor {rr1} shutdown")
    assert routes_from(routers, 2), "from rr2, which is no client, to rr1's clients"
    configure(routers["rr1"], "router bgp 65000", f"neighbor {rr2} shutdown")
    assert not routes_from(routers, 2)


@pytest.mark.parametrize(
    "line", ["no import vpn", "no rt vpn import 65000:1"], ids=["no import", "no target"]
)
def test_a_vrf_that_imports_nothing_has_what_is_its_own(
    routers: Mapping[str, Wired], line: str
) -> None:
    assert routes_from(routers, 2)
    family = ("router bgp 65000 vrf i-vpn1v1", "address-family ipv4 unicast")
    configure(routers["pe1"], *family, line)
    assert not routes_from(routers, 2)
    assert routes_from(routers, 1)


@pytest.mark.parametrize(
    "line",
    ["no export vpn", "no label vpn export auto", "no redistribute connected"],
)
def test_what_is_announced_follows_the_configuration(
    routers: Mapping[str, Wired], line: str
) -> None:
    table = ("i-vpn1v1", "ipv4")
    assert state(routers["pe2"]).announced[table]  # type: ignore[index] # a table
    family = ("router bgp 65000 vrf i-vpn1v1", "address-family ipv4 unicast")
    configure(routers["pe2"], *family, line)
    assert table not in state(routers["pe2"]).announced
    assert bool(routes_from(routers, 2)) == ("redistribute" in line), "the CE's are BGP's anyway"


def test_a_vrf_s_routes_leak_by_its_name(routers: Mapping[str, Wired]) -> None:
    routers["pe1"].run_script(
        "router bgp 65000 vrf other\n address-family ipv4 unicast\n  import vrf i-vpn1v1\n"
    )
    routers["pe1"].ifreload(
        f"{routers['pe1'].interfaces}\nauto other\niface other\n vrf-table 77\n"
    )
    have = state(routers["pe1"]).routes["other", "ipv4"]
    assert {str(p) for p in NETWORK.sites["site1-1"].prefixes} & have


def test_napalm_s_sessions_are_those_of_the_summary(routers: Mapping[str, Wired]) -> None:
    answers = output(
        routers["pe1"], "vtysh -c 'show bgp vrfs json' -c 'show bgp vrf all neighbors json'"
    )
    instances, sessions = (json.loads(line) for line in answers.splitlines())
    told = bgp.neighbors(instances, sessions)
    up = {
        ("default" if vrf == "global" else vrf, address)
        for vrf, has in told.items()
        for address, peer in has["peers"].items()
        if peer["is_up"]
    }
    assert up == state(routers["pe1"]).bgp


def test_after_any_change_the_answers_are_those_of_a_network_just_started(
    routers: Mapping[str, Wired],
) -> None:
    first = {name: state(router) for name, router in routers.items()}
    vrf = ("router bgp 65000 vrf i-vpn1v1", "address-family ipv6 unicast")
    changes = (
        lambda: configure(routers["pe1"], *vrf, "rt vpn import 65000:9"),
        lambda: configure(routers["pe2"], *vrf, "rt vpn export 65000:9"),
        lambda: configure(routers["pe2"], "no router bgp 65000 vrf i-vpn1v1"),
        lambda: configure(routers["pe3"], "interface eth1", "isis passive"),
        lambda: configure(routers["pe3"], "interface eth2", "isis passive"),
        lambda: output(routers["pe4"], "ip link delete i-vpn2v1"),
        lambda: output(routers["pe1"], "ip link set eth1 down"),
        routers["pe1"].restart,
        lambda: routers["pe2"].reset(TEXTS["pe1"]),
        lambda: [router.reset(TEXTS[name]) for name, router in routers.items()],
    )
    seen = []
    for change in changes:
        change()
        lived = {name: state(router) for name, router in routers.items()}
        wire(routers)
        assert lived == {name: state(router) for name, router in routers.items()}
        seen.append(lived)
    assert all(one != other for one, other in zip([first, *seen], seen, strict=False))
    assert seen[-1] == first


def test_an_answer_is_kept_until_something_it_rests_on_changes(
    routers: Mapping[str, Wired],
) -> None:
    plane = routers["pe1"].plane
    made: list[str] = []

    def ask() -> str:
        return plane.answer(routers["pe1"], "show", lambda: made.append("") or f"{len(made)}")

    group = ("router bgp 65000 vrf i-vpn1v1", "address-family ipv4 unicast")
    other = ("router bgp 65000 vrf i-vpn2v1", "address-family ipv4 unicast")
    assert [ask(), ask()] == ["1", "1"]
    configure(routers["pe4"], *other, "rt vpn both 65000:99")
    assert ask() == "1", "of another group"
    configure(routers["pe1"], "interface eth1", "description nothing")
    assert ask() == "1", "says nothing of the control plane"
    configure(routers["pe2"], *group, "no redistribute static")
    configure(routers["pe2"], *group, "no redistribute connected")
    assert ask() == "2"
    configure(routers["rr2"], "router bgp 65000", f"no neighbor {DEVICES['pe3'].router_id}")
    assert ask() == "3"


def test_the_shape_is_frr_s_own(routers: Mapping[str, Wired]) -> None:
    """Every key that is told, FRR 8.4.4 tells in its answer to the same question."""
    recorded = sections((RECORDED / "gz-pe1.txt").read_text())
    recorded |= sections((RECORDED / "bfd-peers.txt").read_text())
    told = sections(output(routers["pe1"], state_script(DEVICES["pe1"])))
    compared = set()
    for question, answer in told.items():
        like = next(q for q in recorded if q.split(" rd ")[0] == question.split(" rd ")[0])
        if question not in ("running-config bgpd", "end"):
            assert keys(answer) <= keys(recorded[like]), question
            compared |= keys(answer)
    assert {"circuits", "neighborId", "peers", "extendedCommunity", "installed"} <= compared


def sections(text: str) -> dict[str, str]:
    """Question -> answer of a state script's output."""
    parts = re.split(r"^\S+# show (.+)$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def keys(text: str) -> set[str]:
    """The names of FRR's keys in an answer: neither addresses nor names of VRFs."""
    found = set(re.findall(r'"([^"]+)":', text))
    return {key for key in found if re.fullmatch(r"[a-zA-Z0-9]+", key)} - {"untagged"}
