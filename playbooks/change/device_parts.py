"""A device's two texts by parts, and the sites that stand on each part."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from egovnet.playbooks.change.dependents import Dependents, Sites, looked_up
from egovnet.templates.model.parts import Part, PartKind, Parts
from egovnet.templates.platform import Platform
from egovnet.templates.registry import platform

_NOBODY: Sites = frozenset()
_SITE = re.compile(r"\bsite ([^\s/]+)/")


class Texts(Protocol):
    """What one device runs, what it is to run, and its own diff of both."""

    @property
    def before(self) -> str:
        """The running text."""

    @property
    def intended(self) -> str:
        """The text that is pushed."""

    @property
    def diff(self) -> str:
        """The device's own diff."""


@dataclass(slots=True)
class DeviceParts:
    """A device's two texts by parts."""

    name: str
    platform: Platform
    old: Parts
    new: Parts

    def changed(self) -> Iterator[Part]:
        """Parts that differ."""
        for part in {**self.old, **self.new}:
            if self.old.get(part) != self.new.get(part):
                yield part


class PartSites:
    """Sites by parts, in the inventory that is meant and in the one that runs, where it is known.

    Making one is linear in the network.
    """

    def __init__(self, now: Dependents, former: Dependents | None = None) -> None:
        self.now = now
        self.both = (now,) if former is None or former is now else (now, former)

    def platform(self, device: str) -> str:
        """Name of a device's platform; the device is in one of the inventories."""
        routers = (index.network.routers.get(device) for index in self.both)
        return next(router.platform for router in routers if router is not None)

    def device(self, name: str, texts: Texts) -> DeviceParts:
        """A device's texts by parts; linear in them."""
        known = platform(self.platform(name))
        return DeviceParts(name, known, known.parts(texts.before), known.parts(texts.intended))

    def sites(self, device: DeviceParts, part: Part) -> Sites:
        """Sites of the device's own that stand on a part, in either inventory."""
        routers = [index.on(device.name) for index in self.both]
        key = (part.vrf, part.name)
        match part.kind:
            case PartKind.PORT | PartKind.BACKBONE_PORT | PartKind.PACKET_FILTER:
                named = looked_up([router.ports for router in routers], part.name)
                return named | self._by_words(device, Part(PartKind.WORDS, name=part.name))
            case PartKind.SESSION | PartKind.FILTER:
                named = looked_up([router.sessions for router in routers], key)
                return named | self._by_words(device, Part(PartKind.WORDS, *key))
            case PartKind.ROUTE:
                named = self._by_next_hop(device, part)
                named = named or looked_up([router.routes for router in routers], key)
                return named or self._in_vrf(device, part.vrf)
            case PartKind.POLICY:
                named = looked_up([router.policies for router in routers], part.name)
                # a policy of nobody's own name; nothing stands on one that is not there yet
                return named or (self.filtered(device, part) if part in device.old else _NOBODY)
            case _ if part.vrf:
                return self._in_vrf(device, part.vrf)
        return _NOBODY

    def at_platform(self, device: DeviceParts, part: Part) -> Iterator[tuple[str, str]]:
        """(PE, site) of the platform's accesses that a firewall's part is about.

        All that a firewall has is there for the VPNs that meet on it: a part that is not of some of
        them is of all. Nothing where the device is none.
        """
        routers = (index.network.routers.get(device.name) for index in self.both)
        pes = {router.attachment.pe for router in routers if router and router.attachment}
        if pes:
            everybody = _NOBODY.union(*(index.on(device.name).sites for index in self.both))
            sites = self.sites(device, part) or everybody
            yield from ((pe, site) for pe in sorted(pes) for site in sorted(sites))

    def _by_words(self, device: DeviceParts, words: Part) -> Sites:
        """Sites that the texts themselves say a part is for; the inventory may have forgotten."""
        texts = (*device.old.get(words, ()), *device.new.get(words, ()))
        return frozenset(name for text in texts for name in _SITE.findall(text))

    def _by_next_hop(self, device: DeviceParts, route: Part) -> Sites:
        """Sites whose CE a static route leads to, also of those that are no more."""
        ends = [index.on(device.name).words for index in self.both]
        ends += [index.former_ends for index in self.both]
        statements = (*device.old.get(route, ()), *device.new.get(route, ()))
        words = {word for statement in statements for word in statement.split()}
        return _NOBODY.union(*(looked_up(ends, word) for word in words))

    def _in_vrf(self, device: DeviceParts, vrf: str) -> Sites:
        return looked_up([index.on(device.name).vrfs for index in self.both], vrf)

    def filtered(self, device: DeviceParts, policy: Part) -> Sites:
        """Sites behind the sessions that a policy is applied to."""
        sites: Sites = _NOBODY
        for parts in (device.old, device.new):
            for part, statements in parts.items():
                if part.kind is PartKind.FILTER and any(
                    policy.name in statement.split() for statement in statements
                ):
                    sites |= self.sites(device, part)
        return sites

    def circuit(self, device: DeviceParts, part: Part) -> str | None:
        """The circuit that a part is an end of."""
        if part.kind not in (PartKind.PORT, PartKind.BACKBONE_PORT):
            return None
        names = (index.circuits.get((device.name, part.name)) for index in self.both)
        return next(filter(None, names), None)

    def ends(self, circuit: str) -> Iterator[tuple[str, str]]:
        """(router, port) of a circuit's ends, in either inventory."""
        for index in self.both:
            if circuit in index.network.circuits:
                entry = index.network.circuits[circuit]
                yield from ((end.router, end.port) for end in (entry.a, entry.b))
