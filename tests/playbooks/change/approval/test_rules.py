"""What `apply` allows, for random policies, equals what a naive statement of the rules says.

The oracle knows no scope, no rule and no set of ours: it walks over lists, one line at a time.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.model.matters import Matter, MatterKind
from egovnet.inventory.registers.policy import Policy, Scopes, places_of
from egovnet.playbooks.change.approval.policies import WrittenPolicy
from egovnet.playbooks.change.approval.rules import Backing, ChangedLine
from egovnet.playbooks.change.approval_gate import uncovered_lines
from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import PartSites
from egovnet.playbooks.change.plan import DevicePlan
from egovnet.playbooks.change.plan_lines import PlanLines
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.templates.registry import render, render_day0
from tests.hypothesis_profiles import examples

PEOPLE = ["a", "b", "c", "d", "e"]
AGENCIES = [
    "party",
    "congress",
    "government",
    "cppcc",
    "court",
    "procuratorate",
    "informatization",
    "taxation",
]  # fmt: skip -- two lines say no more
DIMENSIONS: Mapping[str, Sequence[str]] = {
    "agencies": AGENCIES,
    "zones": ["intranet", "extranet"],
    "regions": ["guangdong", "shanghai", "sichuan"],
    "tiers": ["centre", "province", "prefecture"],
    "kinds": [kind.value for kind in MatterKind],
}
#: Of each region its parent, as regions.yaml has them.
PARENTS = {
    "guangzhou": "guangdong",
    "guangdong": "beijing",
    "shanghai": "beijing",
    "sichuan": "beijing",
}  # fmt: skip -- a table
WORKSPACE = Workspace(REFERENCE)


@cache
def lines() -> tuple[ChangedLine, ...]:
    """A line of each kind that the reference network's first rollout has."""
    known = PlanLines(PartSites(Dependents(WORKSPACE.network, WORKSPACE.allocation)))
    devices = {
        name: DevicePlan("", render_day0(device), render(device), "")
        for name, device in WORKSPACE.devices.items()
    }
    found: dict[Any, ChangedLine] = {}
    for line in known.of(devices):
        found.setdefault((line.device, line.matters), line)
    return tuple(found.values())


# -- the oracle ------------------------------------------------------------------------------------


def is_in(scope: Mapping[str, Any], matter: Matter) -> bool:
    region: str | None = matter.region
    above = []
    while region is not None:
        above.append(region)
        region = PARENTS.get(region)
    has = {
        "kinds": [matter.kind.value],
        "agencies": [matter.agency],
        "zones": [matter.zone],
        "tiers": [matter.tier],
        "regions": above,
    }
    for name, values in has.items():
        wanted = scope.get(name)
        if wanted and not [value for value in values if value in wanted]:
            return False
    return True


def allowed(
    scopes: Sequence[Mapping[str, Any]],
    changed: Sequence[ChangedLine],
    people: tuple[Collection[str], Collection[str], str],
    *,
    special: bool,
) -> bool:
    authors, approvers, applier = people
    for line in changed:
        voices = []
        delicate = special
        for matter in line.matters:
            owners = [scope for scope in scopes if is_in(scope, matter)]
            if len(owners) != 1:
                return False
            owner = owners[0]
            agreed = [person for person in approvers if person in owner["approve"]]
            others = [person for person in agreed if person not in authors]
            makers = [person for person in authors if person in owner["plan"]]
            if len(agreed) < owner.get("persons", 1) or not others or not makers:
                return False
            if applier not in owner["apply"]:
                return False
            voices += agreed
            if matter.kind.value in ("platform", "gateway", "exchange", "border"):
                delicate = True
        if delicate and len(set(voices)) < 2:
            return False
    return True


# -- random policies -------------------------------------------------------------------------------


@st.composite
def scopes_of(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Boxes that are cut out of everything, so that most policies have no two owners of a thing;
    now and then one is left out, or put there twice."""
    boxes: list[dict[str, Any]] = [{}]
    for _ in range(draw(st.integers(0, 4))):
        box = boxes.pop(draw(st.integers(0, len(boxes) - 1)))
        free = [name for name in DIMENSIONS if name not in box]
        dimension = draw(st.sampled_from(free)) if free else None
        if dimension is None:
            boxes.append(box)
            continue
        values = DIMENSIONS[dimension]
        mine = draw(st.lists(st.sampled_from(values), min_size=1, unique=True))
        rest = [value for value in values if value not in mine]
        boxes.append({**box, dimension: mine})
        if rest:
            boxes.append({**box, dimension: rest})
    if len(boxes) > 1 and draw(st.booleans()):
        boxes.pop(draw(st.integers(0, len(boxes) - 1)))
    some = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=5, unique=True)
    for box in boxes:
        box |= {right: draw(some) for right in ("plan", "approve", "apply")}
        box["persons"] = draw(st.integers(1, min(2, len(box["approve"]))))
    return boxes


def policy_of(scopes: Sequence[Mapping[str, Any]]) -> Policy:
    return Policy.model_validate(
        {
            "people": {name: {"name": name} for name in PEOPLE},
            "scopes": {f"s{number}": dict(scope) for number, scope in enumerate(scopes)},
            "amend": PEOPLE[:2],
        }
    )


SOME = st.sets(st.sampled_from(PEOPLE))
WRITTEN = WrittenPolicy("scopes: {}\n", "")


@given(
    scopes_of(),
    st.sets(st.integers(0, 10_000), min_size=1, max_size=4),
    st.tuples(SOME, SOME, st.sampled_from(PEOPLE)),
    st.booleans(),
)
@examples(1000)
def test_what_is_allowed_is_what_the_oracle_allows(
    scopes: list[dict[str, Any]],
    picked: set[int],
    people: tuple[set[str], set[str], str],
    special: bool,
) -> None:
    known = Scopes(policy_of(scopes), WORKSPACE.network)
    if any(known.shared()):
        return  # such a policy is refused before anything is planned
    chosen = [lines()[number % len(lines())] for number in sorted(picked)]
    authors, approvers, applier = people
    backing = Backing(frozenset(authors), frozenset(approvers), applier)
    lacking = uncovered_lines(WRITTEN, known, chosen, backing, "drawn" if special else "")
    assert (not lacking) == allowed(scopes, chosen, people, special=special)
    # each line by itself, too: a refusal names those that lack something, and no other
    named = {(one.device, one.text) for lack in lacking for one in lack.lines}
    wrong = {
        (line.device, line.text)
        for line in chosen
        if not allowed(scopes, [line], people, special=special)
    }
    assert named == wrong


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                name: st.lists(st.sampled_from(values), max_size=3, unique=True)
                for name, values in DIMENSIONS.items()
            }
        ),
        min_size=2,
        max_size=4,
    )
)  # fmt: skip -- a dictionary
@examples(200)
def test_two_owners_of_a_thing_are_found(scopes: list[dict[str, Any]]) -> None:
    rights = {"plan": ["a"], "approve": ["b"], "apply": ["c"]}
    known = Scopes(policy_of([scope | rights for scope in scopes]), WORKSPACE.network)
    owners = {(vpn.owner, vpn.zone.value) for vpn in WORKSPACE.network.vpns.values()}
    shared = set()
    for region, tier in places_of(WORKSPACE.network):
        for kind in MatterKind:
            of_agency = kind.value in ("access", "vpn", "exchange", "gateway", "border")
            for agency, zone in owners if of_agency else [("", "")]:
                matter = Matter(kind, region, tier, agency, zone)
                having = [number for number, scope in enumerate(scopes) if is_in(scope, matter)]
                shared |= {(f"s{a}", f"s{b}") for a in having for b in having if a < b}
    assert {(one, other) for one, other, _ in known.shared()} == shared
