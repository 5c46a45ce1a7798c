"""A candidate must not cut the path by which the router is managed; pure."""

from __future__ import annotations

from collections.abc import Collection

from napalm_frr.change.filter_guard import chain_that_drops
from napalm_frr.errors import DeviceTextError
from napalm_frr.text import interfaces_text
from napalm_frr.text.device_state import DeviceState


def refuse_management_change(
    running: DeviceState, candidate: DeviceState, server: str, protected: Collection[str]
) -> None:
    """Raise DeviceTextError when the candidate would cut the path we manage the router through.

    `server` is the router's address that our session ends at, `protected` interfaces that must not
    change either way; interfaces that the router has no stanza for are not ours to check.
    """
    names = management_names(running, server, protected)
    _refuse_dropping(running, candidate, names)
    for name in sorted(names):
        before = interfaces_text.stanzas_of(running.interfaces, name)
        after = interfaces_text.stanzas_of(candidate.interfaces, name)
        if before and before != after:
            what = "changes" if after else "removes"
            raise DeviceTextError(
                f"the candidate {what} the management interface {name!r}; give the optional "
                "argument allow_management_change to do so all the same"
            )
        for path in ((f"interface {name}",), (f"vrf {name}",)):
            lost = set(running.frr.get(path, [])) - set(candidate.frr.get(path, []))
            if lost:
                raise DeviceTextError(
                    f"the candidate takes {sorted(lost)[0]!r} from {path[0]!r}, which manages "
                    "the router; give the optional argument allow_management_change to do so "
                    "all the same"
                )


def _refuse_dropping(running: DeviceState, candidate: DeviceState, names: Collection[str]) -> None:
    """Raise DeviceTextError when the candidate's packet filter drops SSH that manages it."""
    if candidate.same_filter(running):
        return
    stanzas = {name: interfaces_text.stanzas_of(running.interfaces, name) for name in names}
    lines = {name: frozenset().union(*found.values()) for name, found in stanzas.items() if found}
    vrfs = {
        name for name, own in lines.items() if any(line.startswith("vrf-table ") for line in own)
    }
    at_input = vrfs or set(lines)
    came_by = [("prerouting", name) for name in sorted(lines)]
    came_by += [("input", name) for name in sorted(at_input)]
    chain, name = chain_that_drops(candidate.filter, came_by)
    if chain:
        raise DeviceTextError(
            f"the candidate's packet filter drops SSH that comes in by {name!r} (chain {chain!r}), "
            "which manages the router; give the optional argument allow_management_change to do "
            "so all the same"
        )


def management_names(
    running: DeviceState, server: str, protected: Collection[str]
) -> frozenset[str]:
    """The interfaces that the router is managed through, and the VRFs that they are in."""
    names = set(protected) | interfaces_text.names_with_address(running.interfaces, server)
    for name in list(names):
        for lines in interfaces_text.stanzas_of(running.interfaces, name).values():
            names |= {line.split()[1] for line in lines if line.startswith("vrf ")}
    return frozenset(names)
