"""Sets of prefixes, exact: unions of boxes, closed under intersection and difference.

A box (network, length, ge, le) is every prefix within `network/length` whose own length is from
`ge` to `le`: what one line of a prefix list matches. Nothing is approximated; a Hypothesis test
holds the algebra to brute force over a small universe. Prefixes are integers here, because a proof
of the whole nation makes millions of comparisons.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import PrefixRule
from egovnet.templates.model.quickly_made import quickly_made

BITS: dict[AddressFamily, int] = {"ipv4": 32, "ipv6": 128}
_KINDS: dict[AddressFamily, type[IPNetwork]] = {"ipv4": IPv4Network, "ipv6": IPv6Network}
#: network (as a number of `bits` bits, host bits clear), length, ge, le.
Box = tuple[int, int, int, int]


def family_of(prefix: IPNetwork) -> AddressFamily:
    """Family of a prefix."""
    return "ipv4" if prefix.version == 4 else "ipv6"


@quickly_made
@dataclass(frozen=True, slots=True)
class PrefixSet:
    """A set of prefixes of one family."""

    bits: int
    boxes: tuple[Box, ...] = ()

    @classmethod
    def none(cls, family: AddressFamily) -> "PrefixSet":
        """No prefix."""
        return _NONE[family]

    @classmethod
    def all(cls, family: AddressFamily) -> "PrefixSet":
        """Every prefix of `family`, the default route among them."""
        return _ALL[family]

    @classmethod
    def of(cls, family: AddressFamily, prefixes: Iterable[IPNetwork]) -> "PrefixSet":
        """Exactly these prefixes; those of the other family are left out."""
        kind = _KINDS[family]
        boxes: dict[Box, None] = {}
        for prefix in prefixes:
            # what it is, is asked faster than what it says
            if isinstance(prefix, kind):
                length = prefix.prefixlen
                boxes[int(prefix.network_address), length, length, length] = None
        return cls(BITS[family], tuple(boxes)) if boxes else _NONE[family]

    @classmethod
    def within(cls, family: AddressFamily, prefixes: Iterable[IPNetwork]) -> "PrefixSet":
        """These prefixes and all that are more specific."""
        return cls.of(family, prefixes).more_specifics()

    @classmethod
    def rule(cls, family: AddressFamily, rule: PrefixRule) -> "PrefixSet":
        """What one line of a prefix list matches."""
        bits, length = BITS[family], rule.prefix.prefixlen
        if rule.prefix.max_prefixlen != bits:
            return cls(bits)
        ge, le = max(rule.ge, length), min(rule.le, bits)
        if ge > le:
            return cls(bits)
        return cls(bits, ((int(rule.prefix.network_address), length, ge, le),))

    def __bool__(self) -> bool:
        return bool(self.boxes)

    def __or__(self, other: "PrefixSet") -> "PrefixSet":
        if not other.boxes:
            return self
        if not self.boxes:
            return other
        return PrefixSet(self.bits, tuple(dict.fromkeys(self.boxes + other.boxes)))

    def __and__(self, other: "PrefixSet") -> "PrefixSet":
        everything = (0, 0, 0, self.bits)
        if everything in other.boxes:
            return self
        if everything in self.boxes:
            return other
        common = dict.fromkeys(
            box
            for mine in self.boxes
            for yours in other.boxes
            if (box := _intersection(self.bits, mine, yours)) is not None
        )
        return PrefixSet(self.bits, tuple(common))

    def __sub__(self, other: "PrefixSet") -> "PrefixSet":
        if not (self.boxes and other.boxes):
            return self
        left: list[Box] = list(self.boxes)
        for yours in other.boxes:
            left = [rest for mine in left for rest in _difference(self.bits, mine, yours)]
            if not left:
                return PrefixSet(self.bits)
        return PrefixSet(self.bits, tuple(dict.fromkeys(left)))

    def more_specifics(self) -> "PrefixSet":
        """These prefixes and everything more specific than one of them."""
        bits = self.bits
        boxes = [(n, length, ge, bits) for n, length, ge, _ in self.boxes]
        return PrefixSet(bits, tuple(boxes if len(boxes) < 2 else dict.fromkeys(boxes)))

    def meets(self, other: "PrefixSet") -> bool:
        """Whether a prefix is in both."""
        return any(
            _intersection(self.bits, mine, yours) is not None
            for mine in self.boxes
            for yours in other.boxes
        )

    def within_boxes(self, other: "PrefixSet") -> bool:
        """Whether each box lies in a single one of `other`. True only if it is a subset; a set
        that several boxes of `other` cover together counts as not covered."""
        shift = self.bits
        return all(
            any(
                length >= outer
                and ge >= low
                and le <= high
                and number >> (shift - outer) == base >> (shift - outer)
                for base, outer, low, high in other.boxes
            )
            for number, length, ge, le in self.boxes
        )

    def has_default(self) -> bool:
        """Whether the default route is in it."""
        return any(ge == 0 for _, _, ge, _ in self.boxes)

    def example(self) -> str:
        """One of its prefixes as text, the shortest of its first box; empty if there is none."""
        if not self.boxes:
            return ""
        network, _, ge, _ = min(self.boxes, key=lambda box: box[2])
        return str(_network(self.bits, network, ge))

    def __contains__(self, prefix: IPNetwork) -> bool:
        one = (int(prefix.network_address),) + (prefix.prefixlen,) * 3
        return prefix.max_prefixlen == self.bits and any(
            _intersection(self.bits, one, box) is not None for box in self.boxes
        )


_NONE = {family: PrefixSet(bits) for family, bits in BITS.items()}
_ALL = {family: PrefixSet(bits, ((0, 0, 0, bits),)) for family, bits in BITS.items()}


def _network(bits: int, number: int, length: int) -> IPNetwork:
    return IPv4Network((number, length)) if bits == 32 else IPv6Network((number, length))


def _intersection(bits: int, one: Box, other: Box) -> Box | None:
    if one[1] > other[1]:
        one, other = other, one
    shift = bits - one[1]
    if one[0] >> shift != other[0] >> shift:
        return None
    ge, le = max(one[2], other[2]), min(one[3], other[3])
    return (other[0], other[1], ge, le) if ge <= le else None


def _difference(bits: int, one: Box, other: Box) -> list[Box]:
    """`one` without `other`: shorter prefixes, longer ones, and those beside `other`'s network."""
    common = _intersection(bits, one, other)
    if common is None:
        return [one]
    network, length, ge, le = one
    _, deep, low, high = common
    rest: list[Box] = []
    if ge < low:
        rest.append((network, length, ge, low - 1))
    if high < le:
        rest.append((network, length, high + 1, le))
    for level in range(length + 1, deep + 1):
        bit = 1 << (bits - level)
        beside = (common[0] >> (bits - level) << (bits - level)) ^ bit
        if max(low, level) <= high:
            rest.append((beside, level, max(low, level), high))
    return rest
