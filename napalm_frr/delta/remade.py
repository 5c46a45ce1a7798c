"""Which interfaces a change makes again, as Linux or ifupdown2 cannot change them in place; pure.

A VRF keeps its table and a VLAN its number and port for as long as they are there. ifupdown2 3.0
refuses the one (`cannot change vrf table id`) and says nothing of the other, which stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection

from napalm_frr.text.device_state import DeviceState
from napalm_frr.text.frr_tree import Contexts
from napalm_frr.text.interfaces_text import name_of
from napalm_frr.text.linux_fault import FaultKind

_FIXED = frozenset({"vrf-table", "vlan-id", "vlan-raw-device", "vlan-protocol"})
_OTHER = frozenset({FaultKind.MISSING, FaultKind.NOT_VRF, FaultKind.WRONG_VLAN})


def remade(
    running: DeviceState, candidate: DeviceState, spared: Collection[str] = ()
) -> frozenset[str]:
    """The interfaces that are in both texts and are to be taken away and made anew: what is fixed
    of them differs, or Linux has them otherwise than the running text says, or not at all.

    `spared` are never among them: the router is managed through them.

    FRR's instances of such a VRF are taken away and made anew with it (`compute_delta`): bgpd 8.4
    gives an instance that outlives its VRF no label, and packets from the backbone are dropped.
    """
    old, new = _fixed(running.interfaces), _fixed(candidate.interfaces)
    names = {name for name, lines in old.items() if name in new and lines != new[name]}
    names |= {fault.subject for fault in running.faults if fault.kind in _OTHER}
    return frozenset(name for name in names if new.get(name) and name not in spared)


def _fixed(interfaces: Contexts) -> dict[str, set[str]]:
    """What is fixed of each interface; a VLAN's name says its number and port."""
    found: dict[str, set[str]] = {}
    for path, lines in interfaces.items():
        if path:
            name = name_of(path)
            fixed = {line for line in lines if line.partition(" ")[0] in _FIXED}
            _, dot, number = name.partition(".")
            found.setdefault(name, {name} if dot and number.isdigit() else set()).update(fixed)
    return found
