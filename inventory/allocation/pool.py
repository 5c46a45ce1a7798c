"""One pool of numbers and the one algorithm that hands them out.

A pool counts in whole numbers; addresses are the n-th subnet of the pool's prefix. The algorithm:
what the owner wrote, then what the lock file holds (in use or retired under the same name), then
the lowest number that nobody has and that is not retired.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network
from typing import Generic, Protocol, TypeVar

from egovnet.inventory.model.address_text import written

Values = dict[str, str | int]
N = TypeVar("N", IPv4Network, IPv6Network)


@lru_cache(maxsize=1 << 17)  # a nation's sites and accesses are sorted for a dozen pools
def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key that puts gd-pe2 before gd-pe10."""
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part)
        for part in re.findall(r"\d+|\D+", name)
    )


@lru_cache(maxsize=1 << 17)  # what a lock file has is read several times in one allocation
def _prefix_of(version: int, text: str) -> tuple[int, int] | None:
    """(first address, length) of a prefix or address as we write it; None: it is not one."""
    value: IPv4Network | IPv6Network
    try:
        value = IPv4Network(text) if version == 4 else IPv6Network(text)
    except ValueError:
        return None
    if text not in (written(value), written(value.network_address)):
        return None  # a zone, a mask, or another spelling of it, which we never write
    return int(value.network_address), value.prefixlen


@dataclass(frozen=True, slots=True)
class Pool:
    """Numbers first..last, and how they are written in the lock file."""

    name: str
    first: int
    last: int
    described: str
    show: Callable[[int], str | int]
    #: None: not a value of this pool.
    read: Callable[[str | int], int | None]


@dataclass(slots=True)
class Choice:
    """Outcome for one pool; `problems` are (name, found, remedy)."""

    numbers: dict[str, int] = field(default_factory=dict)
    retired: Values = field(default_factory=dict)
    problems: list[tuple[str, str, str]] = field(default_factory=list)
    #: Names whose locked values are not in the pool.
    outside: Values = field(default_factory=dict)
    #: Who has which number: `numbers` the other way round.
    holders: dict[int, str] = field(default_factory=dict)

    def resting(self, pool: Pool) -> int:
        """How many numbers of the pool are retired, and nobody's."""
        read = {number for old in self.retired.values() if (number := pool.read(old)) is not None}
        return len(read - self.holders.keys())


def number_pool(name: str, first: int, last: int) -> Pool:
    """A pool of plain numbers, such as VLAN ids."""

    def read(value: str | int) -> int | None:
        return value if isinstance(value, int) and first <= value <= last else None

    return Pool(name, first, last, f"{name} {first}-{last}", lambda value: value, read)


@dataclass(frozen=True, slots=True)
class Space:
    """Where new numbers of some names come from: parts of a pool."""

    #: First and last numbers, in order.
    ranges: tuple[tuple[int, int], ...]
    #: What is exhausted, and what to do then.
    described: str
    remedy: str


class Placement(Protocol):
    """Decides which part of a pool a new number of a name comes from."""

    def spaces(self, choice: Choice, names: Iterable[str]) -> Mapping[str, Space]:
        """The space of each name that has no number yet; `choice` holds what stands."""


class AddressPool(Generic[N]):
    """The subnets of one length of a prefix, counted from 0; of full length: addresses."""

    def __init__(self, name: str, prefix: N, length: int) -> None:
        self.prefix: N = prefix
        self._length = length
        self._step = 1 << (prefix.max_prefixlen - length)
        self._start = int(prefix.network_address)
        self._size = prefix.num_addresses // self._step
        single = length == prefix.max_prefixlen
        # The all-zeros address of a loopback pool is left alone: it reads as the pool itself.
        self.pool = Pool(
            name,
            1 if single else 0,
            self._size - 1,
            f"{name} {prefix}",
            (lambda index: written(self.subnet(index).network_address)) if single else self._show,
            self.read,
        )

    def subnet(self, index: int) -> N:
        """The subnet that stands at `index`."""
        return type(self.prefix)((self._start + index * self._step, self._length))

    def span(self, index: int) -> tuple[int, int]:
        """First and last address of what stands at `index`."""
        first = self._start + index * self._step
        return first, first + self._step - 1

    def indices(self, span: tuple[int, int]) -> tuple[int, int]:
        """The first and the last of the subnets that are wholly within these addresses."""
        first, end = span[0] - self._start, span[1] + 1 - self._start
        return max(self.pool.first, -(-first // self._step)), end // self._step - 1

    def read(self, text: str | int) -> int | None:
        """Where the subnet or address `text` stands; None if it is none of this pool's."""
        found = _prefix_of(self.prefix.version, text) if isinstance(text, str) else None
        if found is None:
            return None
        first, length = found
        index, rest = divmod(first - self._start, self._step)
        whole = rest == 0 and length == self._length
        return index if whole and 0 <= index < self._size else None

    def _show(self, index: int) -> str:
        return written(self.subnet(index))


def choose(
    pool: Pool,
    names: Iterable[str],
    explicit: Mapping[str, int],
    *,
    locked: Values,
    retired: Values,
    placement: Placement | None = None,
) -> Choice:
    """A number of `pool` for each of `names`; new ones where `placement` says, or anywhere.

    An explicit number may be one that is retired: the owner's word, as when a thing is renamed.
    """
    wanted = sorted(set(names), key=natural)
    choice = Choice(retired=dict(retired))
    for name in wanted:
        if name in explicit:
            _take(pool, choice, name, explicit[name], "change one")
    _keep(pool, choice, wanted, explicit, locked)
    _keep(pool, choice, wanted, explicit, retired)
    for name, old in locked.items():
        if name not in choice.numbers:
            choice.retired[name] = old
    for name in choice.numbers:
        choice.retired.pop(name, None)
    new = [name for name in wanted if name not in choice.numbers]
    if placement is None:
        _fill(pool, choice, new)
    else:
        _fill_spaces(pool, choice, placement.spaces(choice, new))
    return choice


def _take(pool: Pool, choice: Choice, name: str, number: int, remedy: str) -> None:
    if number in choice.holders:
        choice.problems.append(
            (
                name,
                f"{pool.show(number)} is wanted by both {choice.holders[number]} and {name}",
                remedy,
            )
        )
    else:
        choice.holders[number] = name
        choice.numbers[name] = number


def _keep(
    pool: Pool,
    choice: Choice,
    wanted: Iterable[str],
    explicit: Mapping[str, int],
    kept: Values,
) -> None:
    for name in wanted:
        if name in choice.numbers or name not in kept:
            continue
        number = pool.read(kept[name])
        if number is None:
            choice.outside[name] = kept[name]
        else:
            holder = choice.holders.get(number)
            remedy = "change one, or remove one line of the lock file"
            if holder in explicit:
                remedy = (
                    f"write another for {holder}, or leave it out to have one allocated; "
                    f"{name} has this one, and keeps it while this line of the lock file is there"
                )
            _take(pool, choice, name, number, remedy)


def _fill(pool: Pool, choice: Choice, names: Iterable[str]) -> None:
    resting = {number for old in choice.retired.values() if (number := pool.read(old)) is not None}
    free = _free(pool, choice, resting)
    for name in names:
        number = next(free, None)
        if number is None:
            holder = next(iter(choice.holders.values()), "no name")
            choice.problems.append(
                (
                    name,
                    f"{pool.described} is exhausted: {name} finds none left "
                    f"({len(choice.holders)} in use, the first by {holder}; "
                    f"{len(resting)} retired)",
                    "widen the pool in network.yaml, or delete retired lines of the lock file",
                )
            )
            return
        choice.holders[number] = name
        choice.numbers[name] = number


def _fill_spaces(pool: Pool, choice: Choice, spaces: Mapping[str, Space]) -> None:
    resting = {number for old in choice.retired.values() if (number := pool.read(old)) is not None}
    free: dict[Space, Iterator[int]] = {}
    exhausted: set[Space] = set()
    for name, space in spaces.items():
        if space in exhausted:
            continue
        if space not in free:
            free[space] = _free_of(space, choice, resting)
        number = next(free[space], None)
        if number is None:
            exhausted.add(space)
            choice.problems.append(
                (name, f"{space.described} is exhausted: {name} finds none left", space.remedy)
            )
            continue
        choice.holders[number] = name
        choice.numbers[name] = number


def _free_of(space: Space, choice: Choice, resting: set[int]) -> Iterator[int]:
    for first, last in space.ranges:
        for number in range(first, last + 1):
            if number not in choice.holders and number not in resting:
                yield number


def _free(pool: Pool, choice: Choice, resting: set[int]) -> Iterator[int]:
    for number in range(pool.first, pool.last + 1):
        if number not in choice.holders and number not in resting:
            yield number
