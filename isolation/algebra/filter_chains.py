"""What a chain of a packet filter lets through, exact: between which interfaces, and by which rule.

Rules are looked up by the interfaces that they name, so that a chain with many exchanges costs
what it has, and no pair of interfaces costs the rules of another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import FilterChain, FilterPlace, PacketRule

#: Incoming and outgoing interface; None: any that no rule names. The outgoing one of a packet that
#: is not forwarded is always None.
InterfacePair = tuple[str | None, str | None]
_Numbers = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Packets that a rule lets through; `rule` None: the chain's default does."""

    rule: PacketRule | None
    packets: PacketSet


class FilterChainRules:
    """The rules of a chain by interface. Without a chain everything passes at `place`."""

    def __init__(self, chain: FilterChain | None, place: FilterPlace = "forward") -> None:
        self._chain = chain
        self._all = chain.rules if chain else ()
        self._rules: dict[InterfacePair, list[int]] = {}
        #: Of rules, by their numbers: pairs of interfaces have most rules in common.
        self._sets: dict[tuple[_Numbers, AddressFamily], PacketSet] = {}
        self._accepted: dict[tuple[_Numbers, AddressFamily], tuple[Accepted, ...]] = {}
        self._forwarded = (chain.place if chain else place) in ("forward", "departure")
        for number, rule in enumerate(self._all):
            if rule.out_interface is not None and not self._forwarded:
                continue  # no such packet has an outgoing interface: the rule matches none
            pair = (rule.in_interface, rule.out_interface)
            self._rules.setdefault(pair, []).append(number)

    @property
    def open(self) -> bool:
        """Whether what no rule decides is let through."""
        return self._chain is None or self._chain.default == "accept"

    def pairs(self, interfaces: Iterable[str]) -> Iterator[InterfacePair]:
        """Pairs between which packets may pass: those that a rule names, and where a rule names
        not both, or the default accepts, each of the `interfaces` that it may be. Each once."""
        known = (*dict.fromkeys((*interfaces, *self._named())), None)
        found: dict[InterfacePair, None] = {}
        for (source, target), numbers in self._rules.items():
            if any(self._all[number].action == "accept" for number in numbers):
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

    def accepted(self, pair: InterfacePair, family: AddressFamily) -> tuple[Accepted, ...]:
        """What passes between two interfaces, rule by rule: the first that matches decides. What
        an earlier rule accepted may be among what a later one does."""
        numbers = self._of(pair)
        known = self._accepted.get((numbers, family))
        if known is None:
            known = self._accepted[numbers, family] = tuple(self._evaluated(numbers, family))
        return known

    def _evaluated(self, numbers: _Numbers, family: AddressFamily) -> Iterator[Accepted]:
        dropped: list[int] = []
        for number in numbers:
            rule = self._all[number]
            if rule.action == "drop":
                dropped.append(number)
            else:
                packets = self._left(self._packets((number,), family), dropped)
                if packets:
                    yield Accepted(rule, packets)
        if self.open:
            packets = self._left(PacketSet.all(family), dropped)
            if packets:
                yield Accepted(None, packets)

    def _left(self, packets: PacketSet, dropped: list[int]) -> PacketSet:
        """`packets` without those of the rules `dropped`, which are taken in groups of powers of
        two: a rule more leaves most of the groups as they were."""
        start = 0
        while packets and start < len(dropped):
            end = start + (1 << (len(dropped) - start).bit_length() - 1)
            packets = packets - self._packets(tuple(dropped[start:end]), packets.family)
            start = end
        return packets

    def _packets(self, numbers: _Numbers, family: AddressFamily) -> PacketSet:
        """Packets of one of the rules `numbers`, made once."""
        known = self._sets.get((numbers, family))
        if known is None:
            half = len(numbers) // 2
            known = self._sets[numbers, family] = (
                self._packets(numbers[:half], family) | self._packets(numbers[half:], family)
                if half
                else PacketSet.of(family, self._all[numbers[0]])
            )
        return known

    def _of(self, pair: InterfacePair) -> _Numbers:
        """Numbers of the rules that may match between two interfaces, in order."""
        source, target = pair
        keys = dict.fromkeys(((source, target), (source, None), (None, target), (None, None)))
        return tuple(sorted(number for key in keys for number in self._rules.get(key, ())))


def accepted_set(rules: FilterChainRules, pair: InterfacePair, family: AddressFamily) -> PacketSet:
    """Everything that passes between two interfaces."""
    return PacketSet.union(family, (one.packets for one in rules.accepted(pair, family)))
