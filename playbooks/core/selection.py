"""Which devices a verb touches, as the command line says it."""

import fnmatch
from dataclasses import dataclass

from egovnet.inventory.errors import EgovnetError
from egovnet.inventory.model import Network, Tier
from egovnet.inventory.model.shown import did_you_mean, listed


class UsageError(EgovnetError):
    """A wrong argument: says which, and what would be right (exit code 2)."""


@dataclass(frozen=True)
class Selection:
    """Which devices a verb touches: names, a region with all below it, tiers."""

    limit: tuple[str, ...] = ()
    region: str | None = None
    tiers: tuple[str, ...] = ()

    def apply(self, network: Network) -> tuple[str, ...]:
        """Names of the chosen routers, in the inventory's order.

        Raises:
            UsageError: a name that the inventory does not have, or nothing chosen.
        """
        wanted = self._limited(network) if self.limit else None
        if self.region is not None and self.region not in network.regions:
            raise UsageError(
                f"--region: no region {self.region!r}; "
                f"{did_you_mean(self.region, network.regions)}"
                f"there are {listed(network.regions, self.region)}"
            )
        regions = network.regions_within(self.region) if self.region else None
        tiers = {Tier(tier) for tier in self.tiers}
        chosen = tuple(
            name
            for name, router in network.routers.items()
            if (wanted is None or name in wanted)
            and (regions is None or router.region in regions)
            and (not tiers or router.tier in tiers)
        )
        if not chosen:
            raise UsageError(self._nothing_left())
        return chosen

    def _nothing_left(self) -> str:
        """By which options nothing is chosen: those that were given, and no others."""
        given = {"--limit": self.limit, "--region": self.region, "--tier": self.tiers}
        named = [name for name, value in given.items() if value]
        if len(named) < 2:
            return f"no router is left by {''.join(named)}"
        return f"no router is left by {', '.join(named[:-1])} and {named[-1]} together"

    def _limited(self, network: Network) -> frozenset[str]:
        """The routers that --limit names, or finds by a pattern as in a shell."""
        said = [word for part in self.limit for name in part.split(",") if (word := name.strip())]
        if not said:
            # an empty variable of a script would else mean the whole network
            raise UsageError("--limit: names no router; name some, or leave it out")
        found = {word: frozenset(fnmatch.filter(network.routers, word)) for word in said}
        unknown = [word for word, names in found.items() if not names]
        if unknown:
            raise UsageError(
                f"--limit: no router {', '.join(unknown)} in the inventory; "
                f"{did_you_mean(unknown[0], network.routers)}"
                f"it has {listed(network.routers, unknown[0])}"
            )
        return frozenset().union(*found.values())
