"""Facts and an expectation in, a verdict out: the properties, one after another.

The properties are P1 to P10; P11, that a push keeps them at every moment, is
`isolation.intermediate`. Each is a pure function over the scene in a module of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from isolation.attachments import attachments
from isolation.bgp_boundaries import bgp_boundaries
from isolation.closure import close
from isolation.coverage import coverage, missing
from isolation.customer_sessions import customer_sessions
from isolation.customer_statics import customer_statics
from isolation.default_routes import default_routes
from isolation.edges import Edge, judge
from isolation.expectation import Expectation
from isolation.families import families
from isolation.foreign_targets import foreign_targets
from isolation.identities import identities
from isolation.label_switching import label_switching
from isolation.management import management
from isolation.scene import Scene, State, scene
from isolation.session_policies import session_policies
from isolation.side_doors import side_doors
from isolation.sightings import Sighting, findings
from isolation.transit import transit
from isolation.verdict import Checked, Verdict
from templates.facts import DeviceFacts

PROPERTIES = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10")

ASSUMPTIONS = (
    "Routers do what their text says: daemons run, and keep nothing from an earlier text.",
    "Routers that are not among the texts take no part in VPN routing.",
    "Cabling, and VLANs outside the routers, are as the inventory says.",
    "Customers may announce any route, with any community, that their session's policy lets in.",
    "Sites of one VPN may reach each other in any way their filters let through; spokes do so "
    "through a hub.",
    "Policies on VPN sessions that deny routes are not relied upon for separation.",
    "The management VRF may reach the routers' own tables; nobody reaches it.",
    "No firewall or address translation is declared as a path between networks.",
    "An MPLS VPN separates logically: routers, circuits and their capacity are shared. It is not "
    "physical separation, and rules that ask for that are not met by it.",
)

_EACH: tuple[Callable[[Scene], Iterable[Sighting]], ...] = (
    attachments,
    label_switching,
    customer_sessions,
    customer_statics,
    management,
    default_routes,
    bgp_boundaries,
    identities,
    session_policies,
    families,
    foreign_targets,
    coverage,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything seen in a scene, and the pairs of domains that are joined in it."""

    sightings: tuple[Sighting, ...]
    pairs: frozenset[tuple[str, str]]


def prove(facts: Mapping[str, DeviceFacts], expectation: Expectation) -> Verdict:
    """Prove that the networks of `expectation` are apart in `facts`, or show the paths.

    Linear in tables and accesses. Nothing here raises on what a text says.
    """
    stage = scene({name: (State(one),) for name, one in facts.items()}, expectation)
    return verdict(facts, stage, judge_scene(stage))


def judge_scene(stage: Scene) -> Judged:
    """All properties over a scene."""
    closure = close(stage)
    sightings = list(closure.sightings)
    pairs = set(closure.pairs)
    onward: list[Edge] = list(closure.edges)
    for edge in side_doors(stage):
        seen, joined = judge(edge, stage.expectation)
        sightings += seen
        pairs |= joined
        if not seen:
            onward.append(edge)
    sightings += transit(onward, stage.expectation)
    for seen_by in _EACH:
        sightings += seen_by(stage)
    return Judged(tuple(sightings), frozenset(pairs))


def verdict(
    facts: Mapping[str, DeviceFacts],
    stage: Scene,
    judged: Judged,
    properties: Sequence[str] = PROPERTIES,
) -> Verdict:
    """A verdict over what was judged."""
    expectation = stage.expectation
    return Verdict(
        findings=findings(judged.sightings),
        checked=Checked(
            devices=len(facts),
            vrfs=sum(len(one.vrfs) for one in facts.values()),
            interfaces=sum(len(one.interfaces) for one in facts.values()),
            lines=sum(one.coverage.lines for one in facts.values()),
            lines_not_understood=sum(len(one.not_understood) for one in facts.values()),
            properties=tuple(properties),
            missing=missing(stage),
        ),
        assumptions=ASSUMPTIONS,
        domains=tuple(expectation.domains),
        zones={label: domain.zone for label, domain in expectation.domains.items()},
        allowed=expectation.cells(),
        found=judged.pairs,
    )
