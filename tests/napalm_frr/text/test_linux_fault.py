import pytest

from napalm_frr.text.linux_fault import FaultKind, LinuxFault

_FAULTS = {
    LinuxFault(FaultKind.MISSING, "eth1"): "eth1: is missing",
    LinuxFault(
        FaultKind.NOT_IN_TEXT, "old", found="vrf"
    ): "old: is a vrf that the text does not have",
    LinuxFault(FaultKind.DOWN, "eth1"): "eth1: is down",
    LinuxFault(
        FaultKind.NOT_VRF, "a", expected="1001", found="7"
    ): "a: is not a VRF with table 1001",
    LinuxFault(FaultKind.WRONG_VRF, "eth1", "a", "default"): "eth1: is in VRF default, not a",
    LinuxFault(FaultKind.WRONG_MTU, "eth1", "1500", "1400"): "eth1: has MTU 1400, not 1500",
    LinuxFault(
        FaultKind.WRONG_VLAN, "eth1.101", expected="101 on eth1"
    ): "eth1.101: is not VLAN 101 on eth1",
    LinuxFault(
        FaultKind.ADDRESS_MISSING, "eth1", expected="10.0.0.1/30"
    ): "eth1: has no address 10.0.0.1/30",
    LinuxFault(
        FaultKind.ADDRESS_TOO_MUCH, "eth1", found="10.0.0.9/30"
    ): "eth1: has the address 10.0.0.9/30 too",
    LinuxFault(
        FaultKind.ADDRESS_UNKNOWN, "eth1.101", expected="10.0.0.1/30"
    ): "eth1.101: zebra does not know 10.0.0.1/30",
    LinuxFault(FaultKind.LABELS_REFUSED, "eth1"): "eth1: takes in no labels, with mpls-enable yes",
    LinuxFault(
        FaultKind.LABELS_ACCEPTED, "eth1"
    ): "eth1: takes in labels, and the text does not say so",
    LinuxFault(
        FaultKind.POLICY_MISSING, "lo", expected="proto gre dir out action block"
    ): "lo: lacks the IPsec policy proto gre dir out action block",
}


@pytest.mark.parametrize("fault", _FAULTS, ids=lambda fault: fault.kind.name)
def test_sentence(fault: LinuxFault) -> None:
    assert str(fault) == _FAULTS[fault]


def test_every_kind_has_a_sentence() -> None:
    assert {fault.kind for fault in _FAULTS} == set(FaultKind)


def test_what_opens_a_way_between_tables_and_what_is_nobodys() -> None:
    opening = {fault.kind for fault in _FAULTS if fault.joins_tables}
    assert opening == {
        FaultKind.NOT_VRF,
        FaultKind.WRONG_VRF,
        FaultKind.WRONG_VLAN,
        FaultKind.LABELS_ACCEPTED,
        FaultKind.POLICY_MISSING,
    }
    assert {fault.kind for fault in _FAULTS if fault.unowned} == {FaultKind.NOT_IN_TEXT}
