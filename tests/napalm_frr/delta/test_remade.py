"""Which interfaces are made anew: those of which Linux cannot change what differs."""

from dataclasses import replace

import pytest

from napalm_frr.delta.remade import remade
from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.device_text import DeviceText
from napalm_frr.text.linux_fault import FaultKind, LinuxFault


def state(interfaces: str) -> DeviceState:
    return DeviceState.of(DeviceText("r1", interfaces, ""))


VRF = "auto a\niface a\n    vrf-table 1002\n"
VLAN = "auto eth1.7\niface eth1.7\n    vrf a\n"
MANAGEMENT = "auto mgmt\niface mgmt\n    vrf-table 1001\n"


@pytest.mark.parametrize(
    ("before", "after", "again"),
    [
        pytest.param(VRF, VRF, set(), id="as it was"),
        pytest.param(VRF, VRF.replace("1002", "1077"), {"a"}, id="another table"),
        pytest.param("", VRF, set(), id="a VRF that comes"),
        pytest.param(VRF, "", set(), id="a VRF that goes"),
        pytest.param(
            VRF + VLAN, VRF + VLAN.replace("vrf a", "mtu 1400"), set(), id="a port leaves"
        ),
        pytest.param(VLAN, VLAN.replace("    vrf a", "    vlan-id 8"), {"eth1.7"}, id="VLAN's id"),
        pytest.param(
            VLAN, VLAN.replace("    vrf a", "    vlan-raw-device eth2"), {"eth1.7"}, id="its port"
        ),
        pytest.param(MANAGEMENT, MANAGEMENT.replace("1001", "1009"), set(), id="management"),
    ],
)
def test_by_the_texts(before: str, after: str, again: set[str]) -> None:
    assert remade(state(before), state(after), {"mgmt"}) == again
    assert remade(state(after), state(before), {"mgmt"}) == again, "and the same on the way back"


@pytest.mark.parametrize(
    ("kind", "subject", "again"),
    [
        (FaultKind.NOT_VRF, "a", {"a"}),
        (FaultKind.MISSING, "a", {"a"}),
        (FaultKind.WRONG_VLAN, "eth1.7", {"eth1.7"}),
        (FaultKind.WRONG_MTU, "eth1.7", set()),
        (FaultKind.WRONG_VRF, "eth1.7", set()),
        (FaultKind.NOT_IN_TEXT, "eth1.8", set()),
        (FaultKind.MISSING, "gone", set()),
        (FaultKind.NOT_VRF, "mgmt", set()),
    ],
)
def test_by_what_linux_has(kind: FaultKind, subject: str, again: set[str]) -> None:
    running = replace(state(VRF + VLAN + MANAGEMENT), faults=(LinuxFault(kind, subject),))
    assert remade(running, state(VRF + VLAN + MANAGEMENT), {"mgmt"}) == again
