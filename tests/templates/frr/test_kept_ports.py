"""Lines of approved ports stay in a text that lacks them, wherever they stand."""

from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.frr.kept_ports import keep_ports
from egovnet.templates.registry import read_config
from napalm_frr.delta.line_changes import line_changes
from napalm_frr.text import device_text
from napalm_frr.text.device_state import DeviceState
from tests.inventories import BACKBONE
from tests.playbooks.drift.test_compare import edited

TEXT = Workspace(BACKBONE).intended(["bj-pe1"])["bj-pe1"]
LDP = "  interface eth1\n  exit\n"
LINE = edited(
    TEXT,
    [
        {
            "replace": "auto eth1\n",
            "by": "auto eth7\niface eth7\n    address 192.0.2.1/30\n    mtu 1600\n\nauto eth1\n",
        },
        {
            "replace": "interface eth1\n ip",
            "by": "interface eth7\n ip router isis backbone\n mpls enable\nexit\n!\n"
            "interface eth1\n ip",
        },
    ],
).replace(LDP, f"{LDP}  !\n  interface eth7\n  exit\n")


def same(one: str, other: str) -> bool:
    states = [DeviceState.of(device_text.split(text)) for text in (one, other)]
    return not line_changes(*states)


def test_a_line_that_runs_is_kept_whole() -> None:
    assert not same(LINE, TEXT)
    kept = keep_ports(LINE, TEXT, ["eth7"])
    assert same(LINE, kept)
    assert kept.count("eth7") == LINE.count("eth7") == 5
    facts = read_config(kept, "kept", "frr")
    assert facts.interfaces["eth7"].mpls
    assert facts.interfaces["eth7"].ldp == {"ipv4", "ipv6"}


def test_nothing_else_is_kept() -> None:
    other = LINE.replace("maximum-prefix 50", "maximum-prefix 60")
    kept = keep_ports(other, TEXT, ["eth7"])
    assert "maximum-prefix 60" not in kept
    assert same(keep_ports(LINE, TEXT, ["eth7"]), kept)
    for ports in ((), ("eth77", "eth8")):
        assert keep_ports(LINE, TEXT, ports) == TEXT


def test_what_an_intended_text_has_is_as_intended() -> None:
    assert keep_ports(LINE, LINE, ["eth7"]) == LINE
    changed = LINE.replace("192.0.2.1/30", "192.0.2.5/30")
    assert keep_ports(LINE, changed, ["eth7"]) == changed
    assert keep_ports(TEXT, TEXT, ["eth1", "eth7"]) == TEXT
