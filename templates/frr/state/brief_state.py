"""A device's state in few words, for those who ask every night.

The router answers what `state_reader` reads, but for two things: VRFs' routes are one digest
(`route_digest`), and the targets and what zebra knows of addresses are in what was read just
before; and it answers `running_script`, but for its links, which are in what was read before. It
digests its whole answer, too, and keeps it to itself where the digest is one that was `seen`.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from egovnet.templates.frr.state.route_digest import digest_command, routes_digest
from egovnet.templates.frr.state.running_script import running_script
from egovnet.templates.frr.state.state_reader import (
    FAMILIES,
    READ_MEMBERS,
    read_state,
    read_targets,
    sections_of,
    state_script,
)
from egovnet.templates.model.device import AddressFamily, Device
from egovnet.templates.model.state import BriefAnswer, DeviceState, Table, VrfTargets

_NOT_ASKED = ("ipv4", "ipv6", "bgpd", "interfaces")
_DIGEST = "show digest {family}"
#: Lines of JSON that nobody reads, such as times and counters: a plain member of another name.
#: Regular expressions of awk.
UNREAD_LINE = r'^ *"[A-Za-z0-9_-]+": ?("[^"]*"|[-0-9.]+|true|false|null),?$'
READ_LINE = f'^ *"({"|".join(READ_MEMBERS)})":|^ *"string": ?"[^"]*RT:'
_SCRIPT = """said=$(
{script}
)
seen=$(printf '%s\\n' "$said" | awk '/{unread}/ && !/{read}/ {{ next }} 1' | sha256sum)
echo "%%state $seen"
test "$seen" = "{seen}  -" || printf '%s\\n' "$said"
"""
_HEAD = re.compile(r"%%state ([0-9a-f]{64})  -\n")


def brief_script(device: Device, seen: str = "") -> str:
    """Shell text that asks what `read_brief` needs; only the digest comes where it is `seen`."""
    digests: dict[AddressFamily, str] = {
        family: f"echo 'kernel# {_DIGEST.format(family=family)}'\n{digest_command(device, family)}"
        for family in FAMILIES
    }
    asked = state_script(device, _NOT_ASKED, digests)
    script = f"{running_script(device, links=False)}\n{asked}"
    return _SCRIPT.format(script=script, unread=UNREAD_LINE, read=READ_LINE, seen=seen)


def split_brief(output: str, seen: str = "") -> BriefAnswer:
    """What a brief script printed. The digest is "" where the router made none."""
    head = _HEAD.match(output)
    if head is None:
        return BriefAnswer("", output)
    said = output[head.end() :]
    return BriefAnswer(head[1], None if head[1] == seen and not said else said)


def read_brief(
    device: Device, said: str, routes: Mapping[str, frozenset[str]], running: str | None
) -> DeviceState | None:
    """The state that an answer to a brief script tells of, where each VRF has exactly `routes`.

    `running` is the text that was read beside it, None where it is as intended. Returns None where
    some table has other routes than these, or a daemon is dead: all must be asked for.
    """
    sections = dict(sections_of(said))
    for family in FAMILIES:
        told = sections.get(_DIGEST.format(family=family), "").split()
        if told[:1] != [routes_digest(device, family, routes)]:
            return None
    state = read_state(device, said)
    if state.dead:
        return None
    prefixes: dict[Table, frozenset[str]] = {
        (vrf.name, family): _of_family(routes.get(vrf.name, frozenset()), family)
        for vrf in device.vrfs
        for family in FAMILIES
    }
    targets = _meant_targets(device) if running is None else read_targets(running)
    unread = {asked: told for asked, told in state.unread.items() if asked not in _NOT_ASKED}
    return replace(state, routes=prefixes, targets=targets, unread=unread)


# The VRFs of a VPN share their routes.
@lru_cache(maxsize=4096)
def _of_family(prefixes: frozenset[str], family: AddressFamily) -> frozenset[str]:
    return frozenset(p for p in prefixes if (":" in p) == (family == "ipv6"))


def _meant_targets(device: Device) -> dict[Table, VrfTargets]:
    return {
        (vrf.name, family): VrfTargets(
            vrf.rd, frozenset(vrf.import_targets), frozenset(vrf.export_targets)
        )
        for vrf in device.vrfs
        for family in device.families
    }
