"""P11: every state of the network in the middle of a push.

Routers are pushed at the same time, each in one order: imports are withdrawn, then exports, then
interfaces and VRFs change, then exports are added, then imports. So a router may stand as it was,
as it was with only those imports and exports that it keeps, as it will be with only those, or as
it will be; and any of these may meet any of another router's. All are judged together: states
of different routers meet, two of one router never do.

Only what the network has not already is reported: a leak that the push repairs does not block it.
Assumes that the push keeps this order on each router; nothing is assumed between routers.
"""

from collections.abc import Mapping
from dataclasses import replace

from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.scene import State, scene
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.properties.p11_push_overlaps import meetings
from egovnet.isolation.prove import PROPERTIES, Judged, judge_scene, verdict
from egovnet.templates.model.facts import BgpInstance, DeviceFacts, VrfFamily


def prove_push(
    before: Mapping[str, DeviceFacts],
    after: Mapping[str, DeviceFacts],
    expectation: Expectation,
) -> Verdict:
    """Prove that pushing `after` over `before` opens no path at any moment, nor at its end."""
    states = {
        name: states_of(before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
    }
    stage = scene(states, expectation)
    judged = judge_scene(stage)
    now = {name: (State(one, former=True),) for name, one in before.items()}
    had = judge_scene(scene(now, expectation))
    known = {(sighting.group, sighting.place) for sighting in had.sightings}
    seen = (*judged.sightings, *meetings(stage))
    new = tuple(s for s in seen if (s.group, s.place) not in known)
    return verdict(after, stage, Judged(new, judged.pairs), (*PROPERTIES, "P11"))


def states_of(old: DeviceFacts | None, new: DeviceFacts | None) -> tuple[State, ...]:
    """What a router is in turn while it goes from `old` to `new`."""
    if new is None:
        return (State(old, former=True),) if old is not None else ()
    if old is None or old == new:
        return (State(new),)
    return (
        State(old, former=True),
        State(_cut(old, new), former=True),
        State(_cut(new, old)),
        State(new),
    )


def _cut(facts: DeviceFacts, other: DeviceFacts) -> DeviceFacts:
    """`facts` with only those imports and exports that `other` has too."""
    return replace(
        facts,
        bgp={vrf: _cut_instance(one, other.bgp.get(vrf)) for vrf, one in facts.bgp.items()},
    )


def _cut_instance(one: BgpInstance, other: BgpInstance | None) -> BgpInstance:
    theirs = other.families if other else {}
    return replace(
        one,
        families={
            name: _cut_family(family, theirs.get(name)) for name, family in one.families.items()
        },
    )


def _cut_family(one: VrfFamily, other: VrfFamily | None) -> VrfFamily:
    if other is None:
        other = VrfFamily(one.family)
    return replace(
        one,
        import_targets=one.import_targets & other.import_targets,
        export_targets=one.export_targets & other.export_targets,
        imports_vpn=one.imports_vpn and other.imports_vpn,
        exports_vpn=one.exports_vpn and other.exports_vpn,
        import_vrfs=one.import_vrfs & other.import_vrfs,
    )
