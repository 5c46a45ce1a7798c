"""`policy.yaml` of an inventory: who may plan, approve and apply what.

```yaml
people:                 # each by the name that allowed_signers, beside this file, has their keys by
  li-na: {name: Li Na, codeowner: "@li-na"}
  noc: {name: Controller of the centre, machine: true}
scopes:                 # of everything that changes, one scope says who answers for it
  party:
    agencies: [party]
    plan: [li-na]
    approve: [li-na, wang-wei]
    apply: [noc]
amend: [li-na, zhou-min] # who may change this file, two of them
```

Without the file whoever reaches the routers may change them, as ever.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Annotated

from pydantic import Field

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.model import Closed, Name, Network
from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.matters import Matter, MatterKind
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.primitives import AgencyName, RegionName
from egovnet.inventory.model.regions import Tier
from egovnet.inventory.model.shown import nearest
from egovnet.inventory.model.validity import Stated
from egovnet.inventory.model.vpns import ZoneName
from egovnet.inventory.register import Register
from egovnet.inventory.source.closed_file import problem_at
from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.inventory.source.yaml_source import Document, read_document

FILE = "policy.yaml"
#: The file of keys beside it, in OpenSSH's own form (ssh-keygen(1), ALLOWED SIGNERS).
SIGNERS_FILE = "allowed_signers"
CODES = {
    "approver-not-in-policy": "Somebody approved an entry who approves nothing by `policy.yaml`: a "
    "name that no key stands behind.",
}
_APPROVED = "approved-by"
#: What a person of a scope may do.
RIGHTS = ("plan", "approve", "apply")
#: Persons who must approve a change of the policy itself.
AMENDERS = 2


class Person(Closed):
    """Somebody who signs, or a machine that does; their keys are lines of `allowed_signers`."""

    name: Annotated[Stated, about("What people call them.", "Li Na")]
    codeowner: Annotated[
        Stated | None,
        about("How the Git server calls them, for CODEOWNERS.", "@li-na"),
    ] = None
    machine: Annotated[
        bool, about("Whether it is a controller: it may apply, and neither plan nor approve.")
    ] = False


class Scope(Closed):
    """A part of what changes, and the people who answer for it. What is left out is not limited."""

    description: Annotated[Stated | None, about("For people.", "The party's network")] = None
    agencies: Annotated[
        tuple[AgencyName, ...],
        about(
            "Agencies whose VPNs it is about; of backbone and platform there is none.", ["party"]
        ),
    ] = ()
    zones: Annotated[
        tuple[ZoneName, ...], about("Zones whose VPNs it is about.", ["intranet"])
    ] = ()
    regions: Annotated[
        tuple[RegionName, ...],
        about("Regions of the routers, with all below them.", ["guangdong"]),
    ] = ()
    tiers: Annotated[tuple[Tier, ...], about("Tiers of the routers.", ["province"])] = ()
    kinds: Annotated[tuple[MatterKind, ...], about("Kinds of change.", ["access", "vpn"])] = ()
    plan: Annotated[tuple[Name, ...], Field(min_length=1), about("Who may plan it.", ["li-na"])]
    approve: Annotated[
        tuple[Name, ...], Field(min_length=1), about("Who may approve it.", ["wang-wei"])
    ]
    apply: Annotated[
        tuple[Name, ...],
        Field(min_length=1),
        about("Who may apply it, roll it back or have drift restored.", ["noc"]),
    ]
    persons: Annotated[
        int,
        Field(strict=True, ge=1, le=9),
        about("How many of them must approve; platform, gateway, exchange: two at least.", 1,
              unit="persons"),
    ] = 1  # fmt: skip


class Policy(Closed):
    """Who may plan, approve and apply what; without the file, whoever reaches the routers."""

    people: Annotated[
        dict[Name, Person],
        about("Everybody who signs, by their name in allowed_signers.",
              {"li-na": {"name": "Li Na", "codeowner": "@li-na"}}),
    ] = Field(default_factory=dict)  # fmt: skip
    scopes: Annotated[
        dict[Name, Scope],
        about(
            "Who answers for what; nothing is in two of them.",
            {
                "party": {
                    "agencies": ["party"],
                    "plan": ["li-na"],
                    "approve": ["wang-wei"],
                    "apply": ["noc"],
                }
            },
        ),
    ] = Field(default_factory=dict)
    amend: Annotated[
        tuple[Name, ...],
        about("Who may change this file and allowed_signers; two of them must approve.", ["li-na"]),
    ] = ()


# -- which scope a matter is in --------------------------------------------------------------------


@dataclass(frozen=True)
class Scopes:
    """A policy's scopes in a network: which of them a matter is in."""

    policy: Policy
    network: Network

    @cached_property
    def _regions(self) -> Mapping[str, frozenset[str]]:
        within = {
            name: frozenset[str]().union(*map(self.network.regions_within, scope.regions))
            for name, scope in self.policy.scopes.items()
        }
        return {name: regions for name, regions in within.items() if regions}

    @cached_property
    def _known(self) -> dict[Matter, tuple[str, ...]]:
        return {}

    def of(self, matter: Matter) -> tuple[str, ...]:
        """Names of the scopes that cover a matter: one, where the policy is right and says it."""
        found = self._known.get(matter)
        if found is None:
            found = tuple(name for name in self.policy.scopes if self._covers(name, matter))
            self._known[matter] = found
        return found

    def _covers(self, name: str, matter: Matter) -> bool:
        scope = self.policy.scopes[name]
        return (
            (not scope.kinds or matter.kind in scope.kinds)
            and (not scope.regions or matter.region in self._regions.get(name, ()))
            and (not scope.tiers or matter.tier in scope.tiers)
            and (not scope.agencies or matter.agency in scope.agencies)
            and (not scope.zones or matter.zone in scope.zones)
        )

    def shared(self) -> Iterator[tuple[str, str, Matter]]:
        """(scope, scope, a matter of the network that both cover) of every two that have one."""
        places = sorted(places_of(self.network))
        owners = sorted({(vpn.owner, vpn.zone.value) for vpn in self.network.vpns.values()})
        by_place = {
            name: {
                (region, tier)
                for region, tier in places
                if (not scope.regions or region in self._regions.get(name, ()))
                and (not scope.tiers or tier in scope.tiers)
            }
            for name, scope in self.policy.scopes.items()
        }
        for one, other in combinations(self.policy.scopes, 2):
            common = by_place[one] & by_place[other]
            if common:
                yield from self._both(one, other, min(common), owners)

    def _both(
        self, one: str, other: str, place: tuple[str, str], owners: Iterable[tuple[str, str]]
    ) -> Iterator[tuple[str, str, Matter]]:
        for kind in MatterKind:
            for owner in owners if kind.has_agency else (("", ""),):
                matter = Matter(kind, *place, *owner)
                if self._covers(one, matter) and self._covers(other, matter):
                    yield one, other, matter
                    return


def places_of(network: Network) -> frozenset[tuple[str, str]]:
    """(region, tier) of every router, and of every region, which may have one tomorrow."""
    routers = ((router.region, router.tier.value) for router in network.routers.values())
    regions = ((name, region.tier.value) for name, region in network.regions.items())
    return frozenset((*routers, *regions))


# -- checks ----------------------------------------------------------------------------------------


def _cross_checks(policy: Policy, document: Document, network: Network) -> Iterator[Problem]:
    for check in (_scopes_are_there, _kinds, _people, _two_owners):
        yield from as_far_as_known(check(policy, document, network))


def _scopes_are_there(policy: Policy, document: Document, _network: Network) -> Iterator[Problem]:
    if not policy.scopes:
        found = "a policy without scopes: nobody may change anything"
        yield problem_at(document, ("scopes",), found, "name who may, or remove the file")
    if len(set(policy.amend)) < AMENDERS:
        found = f"{len(set(policy.amend))} of those who may change the policy"
        yield problem_at(document, ("amend",), found, "name two at least: both must approve")


def _kinds(policy: Policy, document: Document, _network: Network) -> Iterator[Problem]:
    """Where an agency is named, kinds that have one."""
    for name, scope in policy.scopes.items():
        place: Location = ("scopes", name)
        for number, kind in enumerate(scope.kinds):
            if (scope.agencies or scope.zones) and not kind.has_agency:
                found = f"{kind}, which is of no agency and no zone"
                remedy = "let it be in a scope without agencies and zones"
                yield problem_at(document, (*place, "kinds", number), found, remedy)


def _people(policy: Policy, document: Document, _network: Network) -> Iterator[Problem]:
    for name, scope in policy.scopes.items():
        place: Location = ("scopes", name)
        for right in RIGHTS:
            yield from _named(policy, document, (*place, right), getattr(scope, right), right)
        able = set(scope.approve)
        if len(able) < scope.persons:
            found = f"{scope.persons} must approve, and {len(able)} may"
            yield problem_at(document, (*place, "persons"), found, "name more who may approve")
        if len(able) == 1 and able == set(scope.plan):
            found = f"{scope.approve[0]} alone, who alone plans it"
            remedy = "name another: nobody alone approves a plan that they made"
            yield problem_at(document, (*place, "approve"), found, remedy)
    yield from _named(policy, document, ("amend",), policy.amend, "amend")


def _named(
    policy: Policy, document: Document, place: Location, names: Iterable[str], right: str
) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, one in enumerate(names):
        at = (*place, number)
        if one not in policy.people:
            near = nearest(one, policy.people)
            known = ", ".join(policy.people) or "nobody"
            remedy = f"did you mean {near!r}? " if near else ""
            remedy += f"people has {known}; correct the name or add it there"
            yield problem_at(document, at, f"{one!r} is none of the people", remedy)
        elif one in seen:
            yield problem_at(document, at, f"{one} twice", "a person counts once: leave one out")
        elif right != "apply" and policy.people[one].machine:
            found = f"{one}, which is a machine"
            yield problem_at(document, at, found, "a machine may apply; name a person")
        seen.add(one)


def _two_owners(policy: Policy, document: Document, network: Network) -> Iterator[Problem]:
    if not all(map(network.is_complete, ("regions", "agencies", "hosts", "vpns"))):
        return
    for one, other, matter in Scopes(policy, network).shared():
        found = f"two owners of one thing: {matter} is in scope {one} as well"
        remedy = "narrow one of the two by agencies, zones, regions, tiers or kinds"
        yield problem_at(document, ("scopes", other), found, remedy)


# -- warnings ------------------------------------------------------------------------------------


def _warnings(
    policy: Policy, document: Document, _network: Network
) -> Iterator[tuple[str, Problem]]:
    """Whoever approved an entry of any file, and approves nothing by the policy."""
    rights = {name for scope in policy.scopes.values() for name in scope.approve}
    able = {policy.people[name].name for name in rights.union(policy.amend)}
    for path in sorted(Path(document.path).parent.glob("*.yaml")):
        if _APPROVED not in read_regular_text(path):
            continue
        other = read_document(path)
        for place, who in _approved(other.data or {}, ()):
            if who not in able:
                found = f"{who} approves nothing, by {FILE}"
                near = nearest(who, able)
                remedy = f"did you mean {near!r}? " if near else ""
                remedy += "name one who does, as people there has them, or add the person"
                yield "approver-not-in-policy", problem_at(other, place, found, remedy)


def _approved(data: object, place: Location) -> Iterator[tuple[Location, str]]:
    """(place, whom it names) of every `approved-by` in a file, however deep."""
    if isinstance(data, list):
        data = dict(enumerate(data))
    if isinstance(data, Mapping):
        for key, value in data.items():
            at = (*place, key if isinstance(key, int) else str(key))
            if key == _APPROVED and isinstance(value, str):
                yield at, value
            else:
                yield from _approved(value, at)


REGISTER = Register(
    name="policy",
    file=FILE,
    model=Policy,
    cross_checks=_cross_checks,
    codes=CODES,
    warnings=_warnings,
    beside=(SIGNERS_FILE,),
)
