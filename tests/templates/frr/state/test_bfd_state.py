"""BFD sessions as bfdd 8.4.4 says them: which are up, and what is made of no answer."""

from dataclasses import replace
from pathlib import Path

from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.templates.frr.state.brief_state import READ_LINE
from egovnet.templates.frr.state.state_reader import read_state, state_script
from egovnet.templates.model.device import Device

#: `show bfd peers json` of a router, shortened by timers: a circuit, one that is down, a customer.
SAID = """\
gd-pe1# show bfd peers json
[
  {
    "multihop":false,
    "peer":"10.254.0.6",
    "local":"10.254.0.7",
    "vrf":"default",
    "interface":"eth1",
    "id":4161019438,
    "remote-id":2905839198,
    "passive-mode":false,
    "status":"up",
    "uptime":15,
    "diagnostic":"ok",
    "remote-diagnostic":"ok",
    "receive-interval":200
  },
  {
    "multihop":false,
    "peer":"10.254.0.8",
    "local":"10.254.0.9",
    "vrf":"default",
    "interface":"eth2",
    "id":1822183290,
    "remote-id":0,
    "passive-mode":false,
    "status":"down",
    "downtime":3,
    "diagnostic":"control detection time expired",
    "remote-diagnostic":"ok"
  },
  {
    "multihop":false,
    "peer":"fde9:fa::e",
    "local":"fde9:fa::d",
    "vrf":"i-government",
    "id":1822183291,
    "status":"up",
    "uptime":12
  }
]
kernel# show end
"""


def _device() -> Device:
    return Workspace(REFERENCE).devices["gd-pe1"]


def test_sessions_that_are_up_by_address_and_by_port() -> None:
    assert read_state(_device(), SAID).bfd == {
        ("default", "10.254.0.6"),
        ("default", "eth1"),
        ("i-government", "fde9:fa::e"),
    }


def test_a_recorded_answer_is_read() -> None:
    recorded = Path(__file__).parent / "recorded" / "bfd-peers.txt"
    state = read_state(_device(), recorded.read_text(encoding="utf-8"))
    assert "bfd" not in state.unread
    assert {("default", "eth1"), ("default", "eth2")} <= state.bfd


def test_no_answer_is_not_taken_for_no_session() -> None:
    without = SAID[SAID.index("kernel# ") :]
    assert read_state(_device(), without).unread["bfd"] == "no answer"
    empty = f"gd-pe1# show bfd peers json\n{without}"
    assert read_state(_device(), empty).unread["bfd"] == "an empty answer"
    odd = f'gd-pe1# show bfd peers json\n{{"a": 1}}\n{without}'
    assert "bfd" in read_state(_device(), odd).unread


def test_a_router_without_bfd_is_not_asked_and_needs_no_bfdd() -> None:
    device = _device()
    interfaces = tuple(
        replace(each, circuit=each.circuit and replace(each.circuit, bfd=None))
        for each in device.interfaces
    )
    vrfs = tuple(
        replace(vrf, peers=tuple(replace(peer, bfd=None) for peer in vrf.peers))
        for vrf in device.vrfs
    )
    plain = replace(device, interfaces=interfaces, vrfs=vrfs)
    assert "show bfd" not in state_script(plain)
    assert "show bfd peers json" in state_script(device)
    daemons = "x# show daemons\n zebra bgpd ldpd isisd staticd\n"
    assert read_state(plain, daemons + SAID).dead == frozenset()
    assert read_state(device, daemons + SAID).dead == {"bfdd"}


def test_what_is_read_of_a_session_counts_for_a_brief_answer() -> None:
    """A digest that left one of these out would call two states equal."""
    for member in ("peer", "vrf", "interface", "status"):
        assert f"|{member}|" in READ_LINE.replace("(", "|").replace(")", "|")
