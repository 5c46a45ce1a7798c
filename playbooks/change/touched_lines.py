"""What the lines of a plan's texts are about: what verification holds failures against."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from egovnet.playbooks.change.dependents import Sites, looked_up
from egovnet.playbooks.change.device_parts import DeviceParts, PartSites, Texts
from egovnet.playbooks.verify.touched import Touched
from egovnet.templates.model.parts import Part, PartKind

_WORD = re.compile(r"[\w.:/-]+")
_SITE = re.compile(r"\bsite ([^\s/]+)/")
#: Words for people, and who is in a VRF: that is said of the port.
_SAYS_NOTHING = frozenset({PartKind.WORDS, PartKind.MEMBERS})
#: Lines of an access: of its port, its session and filters, and of what it announces.
_OF_ACCESS = frozenset(
    {PartKind.PORT, PartKind.BACKBONE_PORT, PartKind.SESSION, PartKind.FILTER, PartKind.ROUTE}
    | {PartKind.PACKET_FILTER}
)
#: Lines of a VRF by which its routes come and go; others are of the table itself.
_ROUTING = frozenset(
    {PartKind.TARGETS, PartKind.DISTINGUISHER, PartKind.VRF_ROUTES, PartKind.VRF_GUARD}
    | {PartKind.ROUTE, PartKind.FILTER}
)
_OF_BACKBONE = frozenset(
    {PartKind.AS_NUMBER, PartKind.ROUTER_ID, PartKind.REFLECTION, PartKind.BGP}
    | {PartKind.LOOPBACK, PartKind.IGP, PartKind.LABELS, PartKind.SESSION, PartKind.FILTER}
    | {PartKind.BACKBONE_PORT}
)


@dataclass(slots=True)
class _Lines:
    """`Touched` in the making."""

    devices: set[str]
    accesses: set[tuple[str, str]] = field(default_factory=set)
    tables: set[tuple[str, str]] = field(default_factory=set)
    routing: set[tuple[str, str]] = field(default_factory=set)
    circuits: set[tuple[str, str]] = field(default_factory=set)
    backbone: set[str] = field(default_factory=set)
    anything: set[str] = field(default_factory=set)

    def touched(self) -> Touched:
        return Touched(
            frozenset(self.devices),
            frozenset(self.accesses),
            frozenset(self.tables),
            frozenset(self.routing),
            frozenset(self.circuits),
            frozenset(self.backbone),
            frozenset(self.anything),
        )


def touched_lines(where: PartSites, devices: Mapping[str, Texts]) -> Touched:
    """What the lines of the pushes of `devices` are about, timing included; linear in them."""
    found = _Lines(set(devices))
    for name, texts in devices.items():
        device = where.device(name, texts)
        for part in device.changed():
            _line(where, device, part, found)
        for sentence in device.platform.faults(texts.diff):
            _fault(where, name, sentence, found)
    return found.touched()


def _line(where: PartSites, device: DeviceParts, part: Part, found: _Lines) -> None:
    if part.kind in _SAYS_NOTHING:
        return
    if part.kind is PartKind.TIMING and part.vrf:
        part = Part(PartKind.SESSION, part.vrf, part.name)
    elif part.kind is PartKind.TIMING:
        part = Part(PartKind.BACKBONE_PORT if part.name else PartKind.IGP, name=part.name)
    if (circuit := where.circuit(device, part)) is not None:
        found.circuits.add((device.name, part.name))
        found.circuits.update(where.ends(circuit))
    elif at_platform := list(where.at_platform(device, part)):
        found.accesses.update(at_platform)
    elif part.kind is PartKind.OTHER:
        found.anything.add(device.name)
    elif part.kind is PartKind.POLICY:
        sites = _users(where, device, part)
        found.accesses.update((device.name, site) for site in sites)
    elif part.kind in _OF_ACCESS and (sites := where.sites(device, part)):
        found.accesses.update((device.name, site) for site in sites)
    elif part.vrf:
        own = found.routing if part.kind in _ROUTING else found.tables
        own.add((device.name, part.vrf))
    elif part.kind in _OF_BACKBONE:
        found.backbone.add(device.name)
    else:
        # a port that is nobody's: nobody knows what it does
        found.anything.add(device.name)


def _users(where: PartSites, device: DeviceParts, policy: Part) -> Sites:
    """Sites that a policy is named for, or applied to; nothing depends on one that is not."""
    routers = [index.on(device.name) for index in where.both]
    sites = looked_up([router.policies for router in routers], policy.name)
    return sites | where.filtered(device, policy)


def _fault(where: PartSites, device: str, sentence: str, found: _Lines) -> None:
    """What a device does otherwise than its text says is mended by a push."""
    indices = [index.on(device) for index in where.both]
    words = {word.rstrip(":") for word in _WORD.findall(sentence)}
    sites = set(_SITE.findall(sentence))
    for word in words:
        sites |= looked_up([index.words for index in indices], word)
    vrfs = {word for word in words for index in indices if word in index.vrfs}
    ports = {
        end
        for word in words
        for index in where.both
        if (device, word) in index.circuits
        for end in where.ends(index.circuits[device, word])
    }
    found.accesses.update((device, site) for site in sites)
    found.tables.update((device, vrf) for vrf in vrfs)
    found.circuits |= ports
    if not (sites or vrfs or ports):
        found.anything.add(device)
