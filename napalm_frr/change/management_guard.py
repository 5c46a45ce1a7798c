"""A candidate must not cut the path by which the router is managed; pure."""

from __future__ import annotations

from collections.abc import Collection

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


def management_names(
    running: DeviceState, server: str, protected: Collection[str]
) -> frozenset[str]:
    """The interfaces that the router is managed through, and the VRFs that they are in."""
    names = set(protected) | interfaces_text.names_with_address(running.interfaces, server)
    for name in list(names):
        for lines in interfaces_text.stanzas_of(running.interfaces, name).values():
            names |= {line.split()[1] for line in lines if line.startswith("vrf ")}
    return frozenset(names)
