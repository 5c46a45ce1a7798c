"""Device texts, the interfaces part, the diff for people, and secrets: pure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napalm_frr.change.agent import parse_answer
from napalm_frr.change.management_guard import refuse_management_change
from napalm_frr.delta.candidate import Loaded
from napalm_frr.delta.native_diff import diff_states
from napalm_frr.errors import DeviceTextError
from napalm_frr.text import interfaces_text
from napalm_frr.text.device_state import DeviceState, check_text
from napalm_frr.text.device_text import DeviceText, split, split_fragment, without_noise
from napalm_frr.text.frr_tree import parse, same
from napalm_frr.text.sanitize import SHOWN, beginning, hide_secrets

HERE = Path(__file__).parent
INITIAL = (HERE.parent / "frr" / "initial.conf").read_text()
lines = st.lists(st.sampled_from(["auto eth1", "iface eth1", "    mtu 9000", "", "# note"]))


@given(lines, lines)
def test_split_and_join_round_trip(one: list[str], other: list[str]) -> None:
    text = DeviceText(
        "r1",
        "".join(f"{x}\n" for x in one),
        "frr version 8.4.4\n" + "".join(f"{x}\n" for x in other),
    )
    again = split(text.joined())
    assert (again.hostname, again.interfaces, again.frr) == (
        text.hostname,
        text.interfaces,
        text.frr,
    )
    whole = text.joined().splitlines()
    assert whole[again.frr_line - 1] == "frr version 8.4.4"
    if one:
        assert whole[again.interfaces_line - 1] == one[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: '' is not a host name"),
        ("# no name\n", "line 1: '# no name' is not a host name"),
        ("r1\nauto lo\n", "no line '# ports.conf --'"),
        (
            "r1\nauto lo\n# ports.conf --\n!\n",
            "no line 'frr version ...' starts the FRR part after line 3",
        ),
    ],
)
def test_a_text_that_is_not_whole(text: str, said: str) -> None:
    with pytest.raises(DeviceTextError, match=said.replace("(", r"\(")):
        split(text)


def test_fragments() -> None:
    assert split_fragment("router bgp 1\n").frr == "router bgp 1\n"
    both = split_fragment(
        "# This file describes the network interfaces\nauto a\niface a\n# ports.conf --\n!\n"
    )
    assert (both.interfaces, both.frr) == ("auto a\niface a\n", "!\n")
    assert split_fragment(INITIAL).hostname == "r1"
    with pytest.raises(DeviceTextError):
        split_fragment(
            "what is this\n# This file describes the network interfaces\n# ports.conf --\n"
        )


def test_what_vtysh_says_around_the_configuration_goes() -> None:
    said = "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\n!\nend\n"
    assert without_noise(said) == "frr version 8.4.4\n!\n"


def test_interfaces_and_vrfs_of_which_nothing_is_said_make_no_difference() -> None:
    # FRR shows them after their lines are gone: a plan made before still holds
    shown = "frr version 8.4.4\n!\nvrf i-party\nexit-vrf\n!\ninterface eth1\nexit\n!\n"
    kept = "interface eth2\n mpls enable\nexit\n!\n"
    assert without_noise(shown + kept) == "frr version 8.4.4\n!\n" + kept


@pytest.mark.parametrize(
    ("part", "line", "said"),
    [
        ("iface eth1\n    adress 10.0.0.1/30\n", 2, "ifupdown2 knows no attribute 'adress'"),
        ("iface eth1\n    address 10.0.0.1/33\n", 2, "address '10.0.0.1/33'"),
        ("iface eth1\n    vrf nowhere\n", 2, "'nowhere' is used and has no stanza"),
        ("iface eth1\n    vrf-table x\n", 2, "vrf-table 'x' is not a number"),
        ("auto eth7\n", 1, "'auto eth7' without 'iface eth7'"),
        ("iface eth1\niface eth1\n", 2, "stands twice, first at line 1"),
        ("source /etc/network/interfaces.d/*\n", 1, "stands outside a stanza"),
        ("iface eth1\n    vrf a\n    vrf a\n", 3, "'vrf' is given twice"),
        ("iface a-name-of-twenty-chars\n", 1, "is not 'iface NAME"),
        ("iface eth1\n    mtu\n", 2, "'mtu' has no value"),
    ],
)
def test_bad_interfaces_name_their_line(part: str, line: int, said: str) -> None:
    with pytest.raises(DeviceTextError) as caught:
        interfaces_text.check(part)
    assert caught.value.line == line
    assert said in str(caught.value)


def test_line_numbers_are_those_of_the_whole_text() -> None:
    text = split(INITIAL.replace("    alias to r2", "    alais to r2"))
    with pytest.raises(DeviceTextError) as caught:
        check_text(text)
    assert caught.value.line == INITIAL.splitlines().index("    alias to r2") + 1
    with pytest.raises(DeviceTextError, match="FRR's hostname line 'r2'"):
        check_text(split(INITIAL.replace("\nhostname r1", "\nhostname r2")))


def test_interfaces_render_and_parse_round_trip() -> None:
    contexts = interfaces_text.parse(split(INITIAL).interfaces)
    assert interfaces_text.parse(interfaces_text.render(contexts)) == contexts


def test_equal_whatever_the_order_and_comments() -> None:
    one = "router bgp 1\n bgp router-id 1.1.1.1\n neighbor 2001:DB8:0::1 remote-as 2\nexit\n!\n"
    other = "! note\nrouter bgp 1\n neighbor 2001:db8::1 remote-as 2\n  bgp router-id 1.1.1.1\n"
    assert same(parse(one), parse(other.replace("  bgp", " bgp")))
    both = parse("router bgp 1 vrf a\n address-family ipv4\n  rt vpn both 1:2 1:1\n")
    two = parse(
        "router bgp 1 vrf a\n address-family ipv4 unicast\n  rt vpn import 1:1 1:2\n  rt vpn "
        "export 1:2 1:1\n"
    )
    assert same(both, two)
    assert not same(parse("route-map A permit 10\n"), parse("route-map A deny 10\n"))


def _state(text: str) -> DeviceState:
    return DeviceState.of(split(text))


def test_diff_of_equal_states_is_empty() -> None:
    assert diff_states(_state(INITIAL), _state(INITIAL)) == ""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "    address 172.20.20.101/24\n",
            "    address 172.20.20.7/24\n",
            "changes the management interface 'eth0'",
        ),
        ("    vrf-table 1000\n", "    vrf-table 1009\n", "changes the management interface 'mgmt'"),
        (
            "auto eth0\niface eth0\n    address 172.20.20.101/24\n    vrf mgmt\n",
            "",
            "removes the management interface 'eth0'",
        ),
    ],
)
def test_what_manages_the_router_is_not_touched(old: str, new: str, said: str) -> None:
    running = _state(INITIAL)
    candidate = Loaded(split(INITIAL.replace(old, new))).against(running)
    with pytest.raises(DeviceTextError, match=said):
        refuse_management_change(running, candidate, "172.20.20.101", ())


@pytest.mark.parametrize(
    "line",
    [
        " neighbor 10.0.0.1 password S3CRET",
        " neighbor RR password S3CRET",
        " neighbor RR password two words S3CRET",
        " ip ospf message-digest-key 1 md5 S3CRET",
        " isis password md5 S3CRET",
        " area-password md5 S3CRET",
        " domain-password clear S3CRET",
        "password S3CRET",
        "password 8 S3CRET",
        "enable password S3CRET",
        "enable password 8 S3CRET",
        "  key-string S3CRET",
        "+  neighbor 10.0.0.1 password S3CRET",
    ],
)
def test_secrets_are_hidden(line: str) -> None:
    hidden = hide_secrets(f"router x\n{line}\n!\n")
    assert "S3CRET" not in hidden
    assert hidden.startswith("router x\n") and hidden.endswith("\n!\n")


def test_other_lines_stay() -> None:
    assert hide_secrets(INITIAL) == INITIAL


def test_the_agents_answer() -> None:
    said = "noise\n%%egovnet status=ok left=3\n%%texts a 6 b 0 c 2\né%%x\nz\n"
    answer = parse_answer(said)
    assert answer is not None
    assert answer.fields == {"status": "ok", "left": "3"}
    assert answer.texts == {"a": "é%%x\n", "b": "", "c": "z\n"}
    assert parse_answer("bash: no such thing\n") is None


@given(st.lists(st.text("aZ9", min_size=1, max_size=43), max_size=60), st.sampled_from([" ", "\n"]))
def test_what_an_error_quotes_ends_with_a_whole_word(words: list[str], between: str) -> None:
    """Keys are 43 letters and digits: a part of one would not be known for it."""
    printed = between.join(words)
    shown = beginning(printed)
    assert len(shown) <= SHOWN and printed.startswith(shown)
    assert not [word for word in shown.split() if word not in words]
    assert len(printed) <= SHOWN or len(shown) > SHOWN - 44
