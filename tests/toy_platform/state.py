"""The toy's answers about its state: one line of JSON, and its digest."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from egovnet.templates.model.device import AddressFamily, Device
from egovnet.templates.model.ipsec import IpsecState
from egovnet.templates.model.running_state import RunningState
from egovnet.templates.model.state import BriefAnswer, DeviceState, VrfTargets

_SHOW = "show state"


def state_script(device: Device) -> str:
    """What asks for everything."""
    del device  # every toy is asked the same
    return _SHOW


def brief_script(device: Device, seen: str = "") -> str:
    """The same, answered by its digest alone where that is `seen`."""
    return f"{state_script(device)} unless {seen}"


def answer(script: str, state: DeviceState) -> str:
    """What a toy in that state prints to either script: what a device in memory says."""
    said = json.dumps(_plain(state), sort_keys=True)
    if script == _SHOW:
        return said
    digest = hashlib.sha256(said.encode()).hexdigest()
    return f"{digest}\n" + ("" if script == f"{_SHOW} unless {digest}" else said)


def split_brief(output: str, seen: str = "") -> BriefAnswer:
    """Digest, and what was said."""
    digest, _, said = output.partition("\n")
    return BriefAnswer(digest, None if digest == seen and not said else said)


def read_brief(
    device: Device, said: str, routes: Mapping[str, frozenset[str]], running: str | None
) -> DeviceState | None:
    """A toy's brief answer is its whole one."""
    del routes, running
    return read_state(device, said)


def read_state(device: Device, said: str) -> DeviceState:
    """The state of an answer."""
    del device
    data = json.loads(said)
    return DeviceState(
        isis=frozenset(data["isis"]),
        ldp=frozenset(data["ldp"]),
        bgp=frozenset((vrf, peer) for vrf, peer in data["bgp"]),
        targets={
            _table(table): VrfTargets(rd, frozenset(imports), frozenset(exports))
            for table, (rd, imports, exports) in data["targets"].items()
        },
        announced={_table(t): frozenset(found) for t, found in data["announced"].items()},
        routes={_table(t): frozenset(found) for t, found in data["routes"].items()},
        closed=frozenset(map(_table, data["closed"])),
    )


def running_script(device: Device, *, links: bool) -> str:
    """Never asked: a toy does not show it."""
    raise NotImplementedError


def read_running(answer: str, ipsec: str | None = None) -> RunningState:
    """Never asked."""
    raise NotImplementedError


def read_ipsec(answer: str) -> IpsecState:
    """Never asked."""
    raise NotImplementedError


def _plain(state: DeviceState) -> dict[str, Any]:
    def tables(found: Mapping[tuple[str, AddressFamily], frozenset[str]]) -> dict[str, list[str]]:
        return {" ".join(table): sorted(values) for table, values in found.items()}

    return {
        "isis": sorted(state.isis),
        "ldp": sorted(state.ldp),
        "bgp": sorted(state.bgp),
        "targets": {
            " ".join(table): (each.rd, sorted(each.imports), sorted(each.exports))
            for table, each in state.targets.items()
        },
        "announced": tables(state.announced),
        "routes": tables(state.routes),
        "closed": sorted(" ".join(table) for table in state.closed),
    }


def _table(text: str) -> tuple[str, AddressFamily]:
    vrf, family = text.split()
    return vrf, "ipv4" if family == "ipv4" else "ipv6"
