"""Principals of operators' certificates: where a person may log in, and what a router lets in.

A principal is `egovnet/REGION/TIER`, `*` for any. A router lets in those of its own region and of
each above it, with its own tier or any. So a scope of guangdong, and all below, is one principal,
and no router has to know who anybody is.

Agencies, zones and kinds of a scope are no place: who may log in to a router may change all of it.
"""

from collections.abc import Iterable, Iterator
from itertools import product

from egovnet.inventory.model import Network
from egovnet.inventory.registers.policy import Policy, Scope

_ANY = "*"
#: Who plans reads routers, who applies writes to them; who approves does neither.
RIGHTS = ("plan", "apply")


def principal(region: str = _ANY, tier: str = _ANY) -> str:
    """The principal of a region and a tier."""
    return f"egovnet/{region}/{tier}"


def principals_of_place(regions: Iterable[str], tiers: Iterable[str]) -> tuple[str, ...]:
    """Principals of regions, and all below, and tiers; none named is any."""
    pairs = product(sorted(regions) or [_ANY], sorted(tiers) or [_ANY])
    return tuple(principal(region, tier) for region, tier in pairs)


def principals_of_router(network: Network, router: str) -> tuple[str, ...]:
    """What a router lets in."""
    entry = network.routers[router]
    within = list(_upwards(network, entry.region))
    pairs = product([*within, _ANY], [entry.tier.value, _ANY])
    return tuple(principal(region, tier) for region, tier in pairs)


def _upwards(network: Network, region: str) -> Iterator[str]:
    at: str | None = region
    while at is not None:
        yield at
        at = network.regions[at].parent


def scopes_of(policy: Policy, person: str) -> dict[str, Scope]:
    """Scopes in which somebody may plan or apply."""
    return {
        name: scope
        for name, scope in policy.scopes.items()
        if any(person in getattr(scope, right) for right in RIGHTS)
    }


def principals_of_scopes(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """Where these scopes are."""
    found = (
        one
        for scope in scopes
        for one in principals_of_place(scope.regions, (tier.value for tier in scope.tiers))
    )
    return tuple(dict.fromkeys(found))
