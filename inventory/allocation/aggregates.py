"""Aggregates: one prefix of a pool for each region, so that its numbers are summarised by it.

A region of a tier that has a length gets a block of that length, within the block of the nearest
region above it that has one. A block is kept as any number is: it never moves, and where its
region is gone it is retired. It grows in place where a shorter length is asked for and what is
beside it is free. Numbers that were given before there were aggregates stay where they are, and a
new block holds none of another region's.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from egovnet.inventory.allocation.pool import Values
from egovnet.inventory.model import IPNetwork, Region, Tier

#: First and last address of a block, as numbers.
Span = tuple[int, int]


@lru_cache(maxsize=1 << 14)
def _span(text: str) -> tuple[int, int, int] | None:
    """(version, first, last) of a prefix; None: it is not one."""
    try:
        prefix = ip_network(text)
    except ValueError:
        return None
    return prefix.version, int(prefix.network_address), int(prefix.broadcast_address)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds addresses of the pool already: first and last, and the region; None: unknown."""

    first: int
    last: int
    region: str | None


class Aggregates:
    """The blocks of one pool, by region; `of` makes those that there are not yet."""

    def __init__(
        self,
        prefix: IPNetwork,
        lengths: Mapping[Tier, int],
        regions: Mapping[str, Region],
        *,
        kept: Values,
        retired: Values,
    ) -> None:
        self._prefix: IPNetwork = prefix
        self._lengths = lengths
        self._regions = regions
        self._lines: dict[str, tuple[str, ...]] = {}
        #: Region -> its block; of retired ones, too.
        self._blocks: dict[str, Span] = {}
        #: Starts of the blocks, and whose they are: several may start at one address.
        self._starts: list[tuple[int, str]] = []
        #: Block -> the regions that have it: one within the other, of equal lengths.
        self._owners: dict[Span, list[str]] = {}
        self._sizes: set[int] = set()
        self._standing: list[tuple[int, int, str | None]] = []
        #: (block above, size) -> where the search for a free one goes on.
        self._cursor: dict[tuple[Span, int], int] = {}
        self.retired: Values = {}
        self.wrong: dict[str, str | int] = {}
        for values in (retired, kept):
            for region, text in values.items():
                span = self._read(text)
                if span is None:
                    if values is kept:
                        self.wrong[region] = text
                    continue
                self._add(region, span)
        for region, text in {**retired, **kept}.items():
            if not self._wanted(region):
                self.retired[region] = text

    @property
    def values(self) -> Values:
        """What the lock file keeps: region -> prefix."""
        return {
            region: str(self.prefix_of(span))
            for region, span in self._blocks.items()
            if self._wanted(region)
        }

    def prefix_of(self, span: Span) -> IPNetwork:
        """The prefix of a block."""
        length = self._prefix.max_prefixlen - (span[1] - span[0] + 1).bit_length() + 1
        made = IPv4Network if self._prefix.version == 4 else IPv6Network
        return made((span[0], length))

    def stand(self, standing: Iterable[Standing]) -> None:
        """Say what holds addresses now; new blocks leave out those of other regions."""
        found = ((s.first, s.last, s.region) for s in standing)
        self._standing = sorted(found, key=lambda each: each[:2])

    def holder(self, region: str) -> str | None:
        """The region whose aggregate has the numbers of `region`; None: there is none."""
        return next((r for r in reversed(self._line(region)) if self._wanted(r)), None)

    def of(self, region: str) -> Span | None:
        """The block that numbers of `region` come out of, made where it is not there.

        None: no region of its line has an aggregate, or the pool has no room for one.
        """
        above = (int(self._prefix.network_address), int(self._prefix.broadcast_address))
        found: Span | None = None
        for each in self._line(region):
            if not self._wanted(each):
                continue
            size = 1 << (self._prefix.max_prefixlen - self._length(each))
            block = self._blocks.get(each)
            if block is None:
                block = self._free(each, above, size)
                if block is None:
                    return None
                self._add(each, block)
            elif block[1] - block[0] + 1 < size:
                block = self._grown(each, block, above, size)
            found = above = block
        return found

    def free_ranges(self, region: str) -> list[Span]:
        """Addresses that numbers of `region` may have: of its block, or of none."""
        span = own = self.of(region)
        if span is None:
            if self.holder(region) is not None:
                return []
            span = (int(self._prefix.network_address), int(self._prefix.broadcast_address))
        ranges, at = [], span[0]
        for first, last in self._within(span):
            if (first, last) == own:
                continue
            if first > at:
                ranges.append((at, first - 1))
            at = max(at, last + 1)
        if at <= span[1]:
            ranges.append((at, span[1]))
        return ranges

    def _within(self, span: Span) -> Iterator[Span]:
        """Blocks inside of one, and of all of it, in order."""
        for number in range(bisect_left(self._starts, (span[0], "")), len(self._starts)):
            first, region = self._starts[number]
            if first > span[1]:
                return
            block = self._blocks[region]
            if block[1] <= span[1]:
                yield block

    def _line(self, region: str) -> tuple[str, ...]:
        """The region and those above it, the highest first."""
        if region not in self._lines:
            line: list[str] = []
            here: str | None = region
            while here is not None and here in self._regions and here not in line:
                line.append(here)
                here = self._regions[here].parent
            self._lines[region] = tuple(reversed(line))
        return self._lines[region]

    def _wanted(self, region: str) -> bool:
        return region in self._regions and self._regions[region].tier in self._lengths

    def _length(self, region: str) -> int:
        return max(self._lengths[self._regions[region].tier], self._prefix.prefixlen)

    def _read(self, text: str | int) -> Span | None:
        found = _span(str(text))
        if found is None or found[0] != self._prefix.version:
            return None
        _, first, last = found
        whole = int(self._prefix.network_address), int(self._prefix.broadcast_address)
        return (first, last) if whole[0] <= first and last <= whole[1] else None

    def _add(self, region: str, span: Span) -> None:
        old = self._blocks.get(region)
        if old is not None:
            self._starts.remove((old[0], region))
            self._owners[old].remove(region)
        self._blocks[region] = span
        self._owners.setdefault(span, []).append(region)
        self._sizes.add(span[1] - span[0] + 1)
        insort(self._starts, (span[0], region))

    def _grown(self, region: str, block: Span, above: Span, size: int) -> Span:
        """The block in a larger one around it, where nothing of others is in that."""
        first = block[0] - block[0] % size
        larger = (first, first + size - 1)
        inside = above[0] <= larger[0] and larger[1] <= above[1]
        if not inside or self._taken(region, larger) is not None:
            return block
        self._add(region, larger)
        return larger

    def _free(self, region: str, above: Span, size: int) -> Span | None:
        at = self._cursor.get((above, size), above[0] + -above[0] % size)
        only_blocks = True
        while at + size - 1 <= above[1]:
            block = (at, at + size - 1)
            taken = self._taken(region, block)
            if taken is None:
                return block
            end, by_block = taken
            at = max(at + size, end + 1 + -(end + 1) % size)
            only_blocks = only_blocks and by_block
            if only_blocks:  # no region will ever find a place before this one
                self._cursor[above, size] = at
        return None

    def _taken(self, region: str, block: Span) -> tuple[int, bool] | None:
        """Where what is in the way ends, and whether that is a block; None: nothing is."""
        # blocks are prefixes: one that is in the way is a larger one around it, or within it
        for size in self._sizes:
            first = block[0] - block[0] % size
            around = (first, first + size - 1)
            if around[1] >= block[1] and not self._all_related(region, around):
                return around[1], True
        for number in range(bisect_left(self._starts, (block[0], "")), len(self._starts)):
            start, other = self._starts[number]
            if start > block[1]:
                break
            if not self._related(region, other):
                return self._blocks[other][1], True
        at = max(0, bisect_right(self._standing, (block[0], -1, "")) - 1)
        for first, last, whose in self._standing[at:]:
            if first > block[1]:
                break
            if last >= block[0] and (whose is None or region not in self._line(whose)):
                return last, False
        return None

    def _all_related(self, region: str, block: Span) -> bool:
        return all(self._related(region, other) for other in self._owners.get(block, ()))

    def _related(self, region: str, other: str) -> bool:
        """Whether one of the two is above the other."""
        return region in self._line(other) or other in self._line(region)
