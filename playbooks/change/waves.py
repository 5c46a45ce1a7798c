"""Waves: in which order the devices of a plan are pushed, and where it may stop; pure.

The outermost first: a county's router carries least. Before all others comes a canary, one router
whose misfortune tells before many have it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from egovnet.inventory.errors import EgovnetError
from egovnet.inventory.model import TIER_ORDER, Network, Tier

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
    network: Network, names: Collection[str], by: Sequence[str] = (), canary: str | None = None
) -> tuple[Wave, ...]:
    """Put devices into waves by tier, by region (the province, with all below it), or by both.

    Without `by` and `canary` there is one wave. With `by`, a canary that is not named is the first
    device of the first wave. Linear in the devices.

    Raises:
        WaveError: an unknown way, or a canary that is none of the devices.
    """
    check_ways(by)
    if canary is not None and canary not in names:
        raise WaveError(f"--canary: {canary} is not changed by this plan")
    tiers = {tier: place for place, tier in enumerate(reversed(TIER_ORDER))}
    regions = {region: place for place, region in enumerate(network.regions)}
    groups: dict[tuple[int, int], list[str]] = {}
    for name in names:
        router = network.routers[name]
        tier = tiers[router.tier] if "tier" in by else 0
        region = regions[_province(network, router.region)] if "region" in by else 0
        groups.setdefault((tier, region), []).append(name)
    ordered = sorted(groups.items())
    if by and canary is None and len(names) > 1:
        canary = ordered[0][1][0]
    waves = [] if canary is None else [Wave(CANARY, (canary,))]
    for (tier, region), members in ordered:
        rest = tuple(name for name in members if name != canary)
        words = []
        if "tier" in by:
            words.append(list(reversed(TIER_ORDER))[tier].value)
        if "region" in by:
            words.append(list(network.regions)[region])
        if rest:
            waves.append(Wave(" ".join(words) or "all", rest))
    return tuple(waves)


def check_ways(by: Sequence[str]) -> None:
    """What can be said of the ways before any device is asked.

    Raises:
        WaveError: an unknown way.
    """
    if wrong := [way for way in by if way not in WAYS]:
        raise WaveError(f"--waves: {', '.join(wrong)} is no way to make waves; use region, tier")


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
