"""Waves: in which order the devices of a plan are pushed, and where it may stop; pure.

On a network that runs the outermost come first: a county's router carries least. Before all others
comes a canary, one router whose misfortune tells before many have it. Routers that take no part in
the backbone yet come after those that do, from the core outwards (`inside_out`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from egovnet.inventory.errors import EgovnetError
from egovnet.inventory.model import TIER_ORDER, Network, Tier
from egovnet.playbooks.change.inside_out import Group, Key, inside_out

CANARY = "canary"
#: By what devices may be put into waves.
WAYS = ("region", "tier")


class WaveError(EgovnetError):
    """A wave, canary or way that the plan cannot have (exit code 2)."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Devices that are pushed side by side."""

    name: str
    devices: tuple[str, ...]


def make_waves(
    network: Network,
    names: Collection[str],
    by: Sequence[str] = (),
    canary: str | None = None,
    fresh: Collection[str] = frozenset(),
) -> tuple[Wave, ...]:
    """Put devices into waves by tier, by region (the province, with all below it), or by both.

    Without `by` and `canary` there is one wave. With `by`, a canary that is not named is the first
    device of the first wave. `fresh` are those that take no part in the backbone yet.

    Raises:
        WaveError: an unknown way, or a canary that is none of the devices.
    """
    check_ways(by)
    if canary is not None and canary not in names:
        raise WaveError(f"--canary: {canary} is not changed by this plan")
    if not by:
        rest = tuple(name for name in names if name != canary)
        all_others = (Wave("all", rest),) if rest else ()
        return (*((Wave(CANARY, (canary,)),) if canary is not None else ()), *all_others)
    new = [name for name in names if name in fresh]
    groups = [*_outside_in(network, [n for n in names if n not in fresh], by)]
    there = network.routers.keys() - {*new} | ({canary} if canary is not None else set())
    groups += inside_out(network, new, there, partial(_place, network, by, TIER_ORDER))
    if canary is None and len(names) > 1:
        canary = groups[0].routers[0]
    return tuple(_named(groups, canary))


def _outside_in(network: Network, names: Sequence[str], by: Sequence[str]) -> Iterator[Group]:
    """Routers that run, the outermost tier first."""
    groups: dict[Key, list[str]] = {}
    words: dict[Key, tuple[str, ...]] = {}
    for name in names:
        key, said = _place(network, by, TIER_ORDER[::-1], name)
        groups.setdefault(key, []).append(name)
        words[key] = said
    for key in sorted(groups):
        yield Group(words[key], tuple(groups[key]))


def _place(
    network: Network, by: Sequence[str], tiers: Sequence[Tier], name: str
) -> tuple[Key, tuple[str, ...]]:
    """Where a router stands by its tier and its province, and the words for that."""
    router = network.routers[name]
    key, words = [], []
    if "tier" in by:
        key.append(tiers.index(router.tier))
        words.append(router.tier.value)
    if "region" in by:
        province = _province(network, router.region)
        key.append(list(network.regions).index(province))
        words.append(province)
    return tuple(key), tuple(words)


def _named(groups: Iterable[Group], canary: str | None) -> Iterator[Wave]:
    """The waves after the canary's, each with a name of its own."""
    if canary is not None:
        yield Wave(CANARY, (canary,))
    times: Counter[str] = Counter()
    for group in groups:
        rest = tuple(name for name in group.routers if name != canary)
        if rest:
            name = " ".join(group.words)
            times[name] += 1
            yield Wave(name if times[name] == 1 else f"{name} {times[name]}", rest)


def check_ways(by: Sequence[str]) -> None:
    """What can be said of the ways before any device is asked.

    Raises:
        WaveError: an unknown way.
    """
    if wrong := [way for way in by if way not in WAYS]:
        raise WaveError(f"--waves: {', '.join(wrong)} is not a way to make waves; use region, tier")


def up_to(waves: Sequence[Wave], stop_after: str | None) -> tuple[Wave, ...]:
    """The waves up to and with the one named; all when none is.

    Raises:
        WaveError: there is no wave of that name.
    """
    if stop_after is None:
        return tuple(waves)
    names = [wave.name for wave in waves]
    if stop_after not in names:
        raise WaveError(
            f"--stop-after: no wave {stop_after!r} in this plan; it has {', '.join(names)}"
        )
    return tuple(waves[: names.index(stop_after) + 1])


def _province(network: Network, region: str) -> str:
    """The province a region lies in; the centre is its own."""
    while network.regions[region].tier not in (Tier.CENTRE, Tier.PROVINCE):
        parent = network.regions[region].parent
        if parent is None:
            break
        region = parent
    return region
