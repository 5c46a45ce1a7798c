"""Facts and an expectation in, a verdict out: the properties, one after another.

The properties are P1 to P10; P11, that a push keeps them at every moment, is
`egovnet.isolation.push`. Each is a pure function over the scene in a module of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from egovnet.isolation.model.edges import Edge, judge
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_drafts import Sighting, findings
from egovnet.isolation.model.scene import Scene, State, scene
from egovnet.isolation.model.verdict import Checked, Verdict
from egovnet.isolation.properties.coverage import coverage, missing
from egovnet.isolation.properties.p1_closure import close
from egovnet.isolation.properties.p1_foreign_targets import foreign_targets
from egovnet.isolation.properties.p1_transit import transit
from egovnet.isolation.properties.p2_attachments import attachments
from egovnet.isolation.properties.p3_table_links import side_doors
from egovnet.isolation.properties.p4_label_switching import label_switching
from egovnet.isolation.properties.p5_customer_sessions import customer_sessions
from egovnet.isolation.properties.p5_customer_statics import customer_statics
from egovnet.isolation.properties.p6_management import management
from egovnet.isolation.properties.p7_default_routes import default_routes
from egovnet.isolation.properties.p8_bgp_boundaries import bgp_boundaries
from egovnet.isolation.properties.p9_identities import identities
from egovnet.isolation.properties.p9_session_policies import session_policies
from egovnet.isolation.properties.p10_families import families
from egovnet.templates.model.facts import DeviceFacts

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
