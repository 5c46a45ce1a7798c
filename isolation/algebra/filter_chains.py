"""What a chain of a packet filter lets through, exact: between which interfaces, and by which rule.

Rules are looked up by the interfaces that they name, so that a chain with many exchanges costs
what it has, and no pair of interfaces costs the rules of another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from egovnet.isolation.algebra.packet_sets import PacketBox, PacketSet
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import FilterChain, FilterPlace, PacketRule

#: Incoming and outgoing interface; None: any that no rule names. The outgoing one of a packet that
#: is not forwarded is always None.
InterfacePair = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Packets that a rule lets through; `rule` None: the chain's default does."""

    rule: PacketRule | None
    packets: PacketSet


class FilterChainRules:
    """The rules of a chain by interface. Without a chain everything passes at `place`."""

    def __init__(self, chain: FilterChain | None, place: FilterPlace = "forward") -> None:
        self._chain = chain
        self._rules: dict[InterfacePair, list[tuple[int, PacketRule]]] = {}
        self._forwarded = (chain.place if chain else place) == "forward"
        for number, rule in enumerate(chain.rules if chain else ()):
            if rule.out_interface is not None and not self._forwarded:
                continue  # no such packet has an outgoing interface: the rule matches none
            pair = (rule.in_interface, rule.out_interface)
            self._rules.setdefault(pair, []).append((number, rule))

    @property
    def open(self) -> bool:
        """Whether what no rule decides is let through."""
        return self._chain is None or self._chain.default == "accept"

    def pairs(self, interfaces: Iterable[str]) -> Iterator[InterfacePair]:
        """Pairs between which packets may pass: those that a rule names, and where a rule names
        not both, or the default accepts, each of the `interfaces` that it may be. Each once."""
        known = (*dict.fromkeys((*interfaces, *self._named())), None)
        found: dict[InterfacePair, None] = {}
        for (source, target), rules in self._rules.items():
            if any(rule.action == "accept" for _, rule in rules):
                for one in (source,) if source is not None else known:
                    for other in (target,) if target is not None else self._outgoing(known):
                        found[one, other] = None
        if self.open:
            for one in known:
                for other in self._outgoing(known):
                    found[one, other] = None
        yield from found

    def _outgoing(self, known: tuple[str | None, ...]) -> tuple[str | None, ...]:
        return known if self._forwarded else (None,)

    def _named(self) -> Iterator[str]:
        for pair in self._rules:
            yield from (name for name in pair if name is not None)

    def accepted(self, pair: InterfacePair, family: AddressFamily) -> Iterator[Accepted]:
        """What passes between two interfaces, rule by rule: the first that matches decides. What
        an earlier rule accepted may be among what a later one does."""
        gone: list[PacketBox] = []
        dropped = PacketSet.none(family)
        for rule in self._of(pair):
            packets = PacketSet.of(family, rule)
            if not packets:
                continue
            if rule.action == "drop":
                gone += packets.boxes
            else:
                if len(gone) > len(dropped.boxes):
                    dropped = PacketSet(family, tuple(gone))
                packets = packets - dropped
                if packets:
                    yield Accepted(rule, packets)
        if self.open:
            packets = PacketSet.all(family) - PacketSet(family, tuple(gone))
            if packets:
                yield Accepted(None, packets)

    def _of(self, pair: InterfacePair) -> list[PacketRule]:
        """Rules that may match between two interfaces, in order."""
        source, target = pair
        keys = dict.fromkeys(((source, target), (source, None), (None, target), (None, None)))
        numbered = [entry for key in keys for entry in self._rules.get(key, ())]
        return [rule for _, rule in sorted(numbered, key=lambda entry: entry[0])]


def accepted_set(rules: FilterChainRules, pair: InterfacePair, family: AddressFamily) -> PacketSet:
    """Everything that passes between two interfaces."""
    boxes = dict.fromkeys(box for one in rules.accepted(pair, family) for box in one.packets.boxes)
    return PacketSet(family, tuple(boxes))
