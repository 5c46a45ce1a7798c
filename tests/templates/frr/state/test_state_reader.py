"""What FRRouting says of its state, read from recordings of the reference lab's routers.

`recorded/<router>.txt` is what `state_script` printed there, its JSON without indentation.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv6Interface
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.frr.state.state_reader import read_state, state_script
from egovnet.templates.model.device import (
    BackbonePeer,
    Circuit,
    Device,
    Interface,
    Management,
    Vrf,
)
from egovnet.templates.model.state import DeviceState, SeenNeighbor, Speaks, VrfTargets
from tests import strategies  # noqa: F401 -- its Hypothesis profile

RECORDED = Path(__file__).parent / "recorded"
PE = (RECORDED / "gz-pe1.txt").read_text(encoding="utf-8")
P = (RECORDED / "bj-p1.txt").read_text(encoding="utf-8")


def device(name: str, loopback: str, vrfs: dict[str, tuple[int, str, str]]) -> Device:
    """The routers as they were when they were recorded: VRF -> table, link in both families."""
    return Device(
        name=name,
        platform="frr",
        asn=65000,
        router_id=IPv4Address(loopback),
        loopbacks=(),
        isis_net="",
        management=Management("mgmt", 1001, "eth0", IPv4Interface("172.20.20.41/24")),
        interfaces=(
            Interface("eth1", circuit=Circuit(metric=10, mtu=9000)),
            *(
                Interface(f"eth9.{table}", (IPv4Interface(link4), IPv6Interface(link6)), vrf=vrf)
                for vrf, (table, link4, link6) in vrfs.items()
            ),
        ),
        vrfs=tuple(Vrf(v, table, f"{loopback}:{table}", (), ()) for v, (table, *_) in vrfs.items()),
        backbone_peers=(BackbonePeer("p", IPv4Address("10.255.0.1"), None),),  # type: ignore[arg-type] # not looked at
    )


GZ_PE1 = device(
    "gz-pe1",
    "10.255.0.5",
    {
        "e-public": (1004, "10.200.0.45/30", "fde9:fa::2d/126"),
        "i-court-1": (1002, "10.200.0.5/30", "fde9:fa::5/126"),
        "i-government": (1003, "10.200.0.17/30", "fde9:fa::11/126"),
    },
)
BJ_P1 = device("bj-p1", "10.255.0.1", {})
TABLES = {(vrf.name, family) for vrf in GZ_PE1.vrfs for family in ("ipv4", "ipv6")}


def test_a_pe_s_adjacencies_and_sessions() -> None:
    state = read_state(GZ_PE1, PE)
    assert state.unread == {}
    assert state.isis == {"eth1", "eth2"}
    assert state.ldp == {"10.255.0.2", "10.255.0.4"}
    assert {address for vrf, address in state.bgp if vrf == "default"} == {
        "10.255.0.1",
        "10.255.0.2",
        "fde9:ff::1",
        "fde9:ff::2",
    }  # fmt: skip -- a list
    assert {session for session in state.bgp if session[0] != "default"} == {
        ("e-public", "10.200.0.46"),
        ("e-public", "fde9:fa::2e"),
        ("i-government", "10.200.0.18"),
        ("i-government", "fde9:fa::12"),
    }


def test_neighbors_of_links() -> None:
    ends = {("eth1", "gd-pe1", "10.255.0.4"), ("eth2", "bj-p2", "10.255.0.2")}
    expected = {SeenNeighbor(port, Speaks.ISIS, name) for port, name, _ in ends}
    expected |= {SeenNeighbor(port, Speaks.LDP, lsr) for port, _, lsr in ends}
    assert read_state(GZ_PE1, PE).neighbors == expected
    targeted = '{"neighborId":"10.9.9.9","type":"targeted","peer":"10.9.9.9"}'
    assert spoiled('{"adjacencies":[', f'{{"adjacencies":[{targeted},').neighbors == {
        *expected,
        SeenNeighbor("", Speaks.LDP, "10.9.9.9"),
    }


def test_lldp_where_it_runs() -> None:
    """`lldpcli -f keyvalue show neighbors summary` of lldpd 1.0.16, as it printed it."""
    said = """\
lldp.eth7.via=LLDP
lldp.eth7.chassis.mac=46:16:44:43:04:b0
lldp.eth7.chassis.name=old-mux.example.gov
lldp.eth7.port.mac=46:16:44:43:04:b0
lldp.eth7.port.descr=eth3
lldp.eth7.port.ttl=120
lldp.eth3.101.via=LLDP
lldp.eth3.101.chassis.name=Office switch
"""
    found = spoiled("# show lldp\n", f"# show lldp\n{said}").neighbors
    assert {one for one in found if one.speaks is Speaks.LLDP} == {
        SeenNeighbor("eth7", Speaks.LLDP, "old-mux.example.gov"),
        SeenNeighbor("eth3.101", Speaks.LLDP, "Office switch"),
    }
    assert spoiled("# show lldp\n", f"# show lldp\n{said}").unread == {}


def test_a_pe_s_targets_and_announcements() -> None:
    state = read_state(GZ_PE1, PE)
    assert state.targets.keys() == state.announced.keys() == TABLES
    for family in ("ipv4", "ipv6"):
        assert state.targets["i-court-1", family] == VrfTargets(
            "10.255.0.5:1002", frozenset({"65000:1002"}), frozenset({"65000:1003"})
        )
        assert state.announced["i-court-1", family] == {"65000:1003"}
        assert state.targets["e-public", family].imports == {"65000:2001"}


def test_a_pe_s_routes_are_those_that_forward() -> None:
    state = read_state(GZ_PE1, PE)
    assert state.routes["i-court-1", "ipv4"] == {
        "10.1.30.0/24",
        "10.1.31.0/24",
        "10.200.0.0/30",
        "10.200.0.4/30",
    }  # fmt: skip -- a list
    assert "fde9:1:30::/64" in state.routes["i-court-1", "ipv6"]
    assert state.routes["mgmt", "ipv4"] == {"172.20.20.0/24"}
    assert "10.255.0.1/32" in state.routes["default", "ipv4"]
    # The last resort refuses: it is no route, and it closes the table.
    assert not any(r in ("0.0.0.0/0", "::/0") for found in state.routes.values() for r in found)
    assert state.closed == TABLES


def test_a_p_router_has_no_customers_and_nothing_is_unread() -> None:
    state = read_state(BJ_P1, P)
    assert state.unread == {}
    assert state.isis == {"eth1", "eth2", "eth3", "eth4", "eth5"}
    assert len(state.ldp) == 5
    assert len(state.bgp) == 12
    assert (state.targets, state.announced, state.closed) == ({}, {}, frozenset())


# -- what zebra knows of addresses -----------------------------------------------------------

#: A port of a VRF as it was recorded.
PORT = Interface(
    "eth4.100", (IPv4Interface("10.200.0.45/30"), IPv6Interface("fde9:fa::2d/126")), vrf="e-public"
)


@pytest.mark.parametrize(
    ("port", "missed", "told"),
    [
        (PORT, (), {"eth4.100": ""}),
        (PORT, ("10.200.0.45/30",), {"eth4.100": "zebra does not know 10.200.0.45/30 on eth4.100"}),
        (
            PORT,
            ("10.200.0.45/30", "fde9:fa::2d/126"),
            {"eth4.100": "zebra does not know 10.200.0.45/30 and fde9:fa::2d/126 on eth4.100"},
        ),
        (replace(PORT, name="eth4.999"), (), {}),
    ],
)
def test_addresses_that_zebra_does_not_know(
    port: Interface, missed: tuple[str, ...], told: dict[str, str]
) -> None:
    text = PE
    for address in missed:
        assert text.count(f" {address}\n") == 1
        text = re.sub(rf"^  inet6? {address}\n", "", text, flags=re.MULTILINE)
    device_ = replace(GZ_PE1, interfaces=(*GZ_PE1.interfaces, port))
    assert read_state(device_, text).addresses == {"eth1": "", **told}
    # of a port that is down others tell
    down = text.replace(
        "Interface eth4.100 is up, line protocol is up", "Interface eth4.100 is down"
    )
    assert read_state(device_, down).addresses == {"eth1": ""}


# -- the script and its answers belong together ----------------------------------------------


def test_every_question_of_the_script_has_an_answer_in_the_recording() -> None:
    for device_, text in ((GZ_PE1, PE), (BJ_P1, P)):
        at_once = state_script(device_).partition("||")[0]
        asked = re.findall(r"-c '(show [^']+)'", at_once)
        asked += re.findall(r"echo 'kernel# (show [^']+)'", state_script(device_))
        answered = re.findall(r"^\S+# (show .+)$", text, re.MULTILINE)
        assert asked == answered


def test_the_script_is_one_run_of_vtysh_unless_a_daemon_is_dead() -> None:
    at_once, _, each = state_script(GZ_PE1).partition("||")
    assert at_once.count("vtysh") == 1
    assert re.findall(r"-c '(show [^']+)'", at_once) == re.findall(r"-c '(show [^']+)'", each)
    assert each.count("vtysh") == len(re.findall(r"-c ", each))


def test_outside_the_backbone_two_daemons_are_asked_apart() -> None:
    """Whatever stops vtysh for want of isisd or ldpd keeps back no answer of the others."""
    outside = replace(GZ_PE1, interfaces=GZ_PE1.interfaces[1:])
    at_once, _, then = state_script(outside).partition("|| {")
    apart = then.partition("}\n")[2]
    assert "isis" not in at_once and "ldp" not in at_once
    assert re.findall("vtysh -E (.*)", apart) == [
        "-c 'show isis neighbor json'",
        "-c 'show mpls ldp neighbor json' -c 'show mpls ldp discovery json'",
    ]
    assert {*re.findall("-c '(.*?)'", state_script(outside))} == {
        *re.findall("-c '(.*?)'", state_script(GZ_PE1))
    }


def test_a_needless_daemon_is_silent_only_where_not_there() -> None:
    outside = replace(GZ_PE1, interfaces=GZ_PE1.interfaces[1:])
    silent = "".join(s for s in sections(PE) if " isis " not in s and " ldp " not in s)
    for daemon, names in (("isisd", {"isis"}), ("ldpd", {"ldp", "ldp discovery"})):
        assert read_state(outside, silent).unread.keys() >= names
        without = silent.replace(" ldpd isisd", " ldpd isisd".replace(f" {daemon}", ""))
        assert without != silent
        assert not names & read_state(outside, without).unread.keys()
        assert read_state(GZ_PE1, without).unread.keys() >= names


# -- what cannot be read is said -------------------------------------------------------------


def sections(text: str) -> list[str]:
    """Each question with its answer."""
    return re.split(r"^(?=\S+# show )", text, flags=re.MULTILINE)[1:]


def drop(part: str) -> str:
    return "".join(section for section in sections(PE) if part not in section.splitlines()[0])


def replaced(part: str, answer: str) -> str:
    return "".join(
        f"{section.splitlines()[0]}\n{answer}\n" if part in section.splitlines()[0] else section
        for section in sections(PE)
    )


QUESTIONS = {
    "show isis neighbor": "isis",
    "show mpls ldp neighbor": "ldp",
    "show mpls ldp discovery": "ldp discovery",
    "show bgp vrf all": "bgp",
    "show ip route": "ipv4",
    "show ipv6 route": "ipv6",
    "show running-config": "bgpd",
    "show interface vrf all": "interfaces",
    "show unreachable ipv4": "show unreachable ipv4",
    "show unreachable ipv6": "show unreachable ipv6",
    "show end": "end",
}


def test_a_daemon_that_is_not_there_is_dead() -> None:
    assert read_state(GZ_PE1, PE).dead == frozenset()
    assert read_state(GZ_PE1, PE.replace(" bgpd ldpd", " ldpd")).dead == {"bgpd"}
    assert read_state(GZ_PE1, drop("show daemons")).dead == frozenset()


@pytest.mark.parametrize(("question", "name"), {**QUESTIONS, "show daemons": "daemons"}.items())
def test_a_question_without_an_answer_is_unread(question: str, name: str) -> None:
    assert list(read_state(GZ_PE1, drop(question)).unread) == [name]


@pytest.mark.parametrize(
    ("question", "name"), [item for item in QUESTIONS.items() if item[1] != "end"]
)
@pytest.mark.parametrize("answer", ["isisd is not running", "{", '{"a": 1', "% Unknown command"])
def test_an_answer_that_makes_no_sense_is_unread_with_its_words(
    question: str, name: str, answer: str
) -> None:
    assert read_state(GZ_PE1, replaced(question, answer)).unread == {name: answer}


@pytest.mark.parametrize("name", ["bgp", "ipv4", "ipv6", "show unreachable ipv4"])
def test_an_empty_answer_is_not_taken_for_none(name: str) -> None:
    question = next(q for q, n in QUESTIONS.items() if n == name)
    assert read_state(GZ_PE1, replaced(question, "")).unread == {name: "an empty answer"}


@pytest.mark.parametrize(
    "answer", ["[1]", '{"10.0.0.0/8": [{"installed": true, "selected": true}]}']
)
def test_json_of_another_shape_is_unread(answer: str) -> None:
    assert read_state(GZ_PE1, replaced("show ip route", answer)).unread == {"ipv4": answer}


def test_an_announcement_that_is_not_there_is_unread() -> None:
    text = replaced("rd 10.255.0.5:1002 10.200.0.4/30", "% Network not in table")
    assert "announced" in read_state(GZ_PE1, text).unread


@given(length=st.integers(0, len(PE) - 1))
def test_an_output_cut_anywhere_is_unread_somewhere(length: int) -> None:
    cut = PE[:length]
    if cut.rstrip().endswith("# show end"):
        return
    assert read_state(GZ_PE1, cut).unread


def test_nothing_at_all_is_all_unread() -> None:
    state = read_state(GZ_PE1, "")
    assert state.unread.keys() == {*QUESTIONS.values(), "announced", "daemons"}
    assert (state.isis, state.routes, state.closed) == (frozenset(), {}, frozenset())


# -- what is down or refused is no fact ------------------------------------------------------


def spoiled(old: str, new: str) -> DeviceState:
    assert old in PE
    return read_state(GZ_PE1, PE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ('"state":"Up"', '"state":"Initializing"', lambda state: state.isis),
        ('"state":"OPERATIONAL"', '"state":"OPENSENT"', lambda state: state.ldp),
        ('"state":"Established"', '"state":"Idle (PfxCt)"', lambda state: state.bgp),
        ('"installed":true', '"installed":false', lambda state: state.routes),
        ('"selected":true', '"selected":false', lambda state: state.routes),
        ('"dst":"default"', '"dst":"10.0.0.0/8"', lambda state: state.closed),
        ('"local":true', '"local":false', lambda state: state.announced),
    ],
)
def test_what_is_not_up_is_not_there(
    old: str, new: str, gone: Callable[[DeviceState], object]
) -> None:
    state = spoiled(old, new)
    assert not gone(state)
    assert state.unread == {}


def test_targets_are_the_daemon_s_words() -> None:
    state = spoiled("  rt vpn export 65000:1003", "  rt vpn export 65000:1003 65000:2001")
    assert state.targets["i-court-1", "ipv4"].exports == {"65000:1003", "65000:2001"}
    assert spoiled('"string":"RT:65000:1003"', '"string":"RT:65000:9 RT:65000:8"').announced[
        "i-court-1", "ipv6"
    ] == {"65000:8", "65000:9"}
