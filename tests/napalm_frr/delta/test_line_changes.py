"""What lies between two texts, and a text with some of it put back, as properties."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from napalm_frr.delta.line_changes import LineChange, line_changes, restore
from napalm_frr.text import frr_tree
from napalm_frr.text.device_state import DeviceState, faults_of_equal
from napalm_frr.text.device_text import DeviceText, as_read, split
from tests.hypothesis_profiles import examples
from tests.napalm_frr.strategies import frr_texts

PORT = "auto eth{0}\niface eth{0}\n    address 10.0.{0}.1/30\n    mtu {1}\n"
FOREIGN = "snmp-server community {0}"


@st.composite
def states(draw: st.DrawFn) -> DeviceState:
    ports = draw(st.lists(st.integers(1, 6), unique=True, max_size=4))
    mtus = st.sampled_from((1500, 1600, 9000))
    interfaces = "\n".join(PORT.format(port, draw(mtus)) for port in ports)
    name = draw(st.sampled_from(("r1", "r2")))
    frr = draw(frr_texts()).replace("hostname r1", f"hostname {name}")
    return DeviceState.of(DeviceText(name, interfaces, frr))


def again(text: DeviceText) -> DeviceState:
    """As a text is read that was written down."""
    return DeviceState.of(split(text.joined()))


@examples(120)
@given(states(), states())
def test_all_put_back_is_what_is_wanted(running: DeviceState, wanted: DeviceState) -> None:
    changes = line_changes(running, wanted)
    assert bool(changes) is not running.same(wanted)
    assert again(restore(running, wanted, changes)).same(wanted)


@examples(120)
@given(states(), states())
def test_nothing_put_back_is_what_runs(running: DeviceState, wanted: DeviceState) -> None:
    assert again(restore(running, wanted, ())).same(running)


@examples(120)
@given(states(), states(), st.randoms(use_true_random=False))
def test_what_is_put_back_of_whole_contexts_is_no_difference_any_more(
    running: DeviceState, wanted: DeviceState, random: st.random.Random
) -> None:
    changes = line_changes(running, wanted)
    tops = sorted({change.path[:1] for change in changes})
    some = set(random.sample(tops, random.randint(0, len(tops))))
    chosen = [change for change in changes if change.path[:1] in some]
    left = line_changes(again(restore(running, wanted, chosen)), wanted)
    assert set(left) == {change for change in changes if change.path[:1] not in some}


def test_a_line_of_a_stranger_stays_where_it_is() -> None:
    head = "frr version 8.4.4\nfrr defaults traditional\nhostname r1\n!\n"
    block = "router bgp 1 vrf a\n bgp router-id 1.1.1.1\n{0}exit\n!\n"
    wanted = DeviceState.of(
        DeviceText("r1", "", head + block.format(" no bgp ebgp-requires-policy\n"))
    )
    foreign = FOREIGN.format("public")
    running = DeviceState.of(DeviceText("r1", "", f"{head}{foreign}\n{block.format('')}"))
    changes = line_changes(running, wanted)
    assert {(c.sign, c.line) for c in changes} == {
        ("-", foreign),
        ("+", "no bgp ebgp-requires-policy"),
    }
    mine = [change for change in changes if change.path]
    result = again(restore(running, wanted, mine))
    assert foreign in result.frr[()]
    assert line_changes(result, wanted) == (LineChange("frr", (), foreign, "-", True),)


def test_texts_are_written_as_vtysh_takes_them() -> None:
    text = (
        "frr version 8.4.4\nhostname r1\n!\nrouter bgp 1\n address-family ipv4 unicast\n"
        "  redistribute static\n exit-address-family\nexit\n"
    )
    state = DeviceState.of(DeviceText("r1", "", text))
    written = restore(state, state, ()).frr
    assert frr_tree.same(frr_tree.parse(written), state.frr)
    assert written.index("exit-address-family") < written.rindex("exit")


def read(state: DeviceState) -> dict[str, str]:
    """As the router's agent sends it."""
    text = state.text
    return {"hostname": f"{text.hostname}\n", "interfaces": text.interfaces, "frr": text.frr}


@examples(120)
@given(states(), states())
def test_texts_that_are_equal_block_by_block_mean_the_same(
    running: DeviceState, wanted: DeviceState
) -> None:
    itself = as_read(*read(running).values())
    assert faults_of_equal(read(running), itself) == ()
    if faults_of_equal(read(running), wanted.text) is not None:
        assert running.same(wanted)


@examples(60)
@given(states(), st.randoms(use_true_random=False))
def test_the_order_of_blocks_means_nothing(state: DeviceState, random: st.random.Random) -> None:
    text = as_read(*read(state).values())
    head, *blocks = re.split(r"^!\n", text.frr, flags=re.MULTILINE)
    blocks = [block for block in blocks if block]
    random.shuffle(blocks)
    other = replace(text, frr="".join(f"{block}!\n" for block in [head, *blocks]))
    other = as_read(other.hostname, other.interfaces, other.frr)
    assert faults_of_equal(read(state), other) == ()
    assert DeviceState.of(other).same(state)
