"""P11: every state of the network in the middle of a push.

Routers are pushed at the same time, each in one order: imports are withdrawn, then exports, then
interfaces and VRFs change, then exports are added, then imports. So a router may be as it was,
as it was with only those imports and exports that it keeps, as it will be with only those, or as
it will be; one that takes a configuration as a whole is the first or the last only. Any of these
may meet any of another router's. All are evaluated together: states of different routers meet, two
of one router never do.

Only what the network has not already is reported: a leak that the push repairs does not block it.
Assumes that the push keeps this order on each router; nothing is assumed between routers.
"""

from collections.abc import Mapping
from dataclasses import replace

from egovnet.isolation.evaluation import (
    PUSH_PROPERTIES,
    SceneFindings,
    evaluate_push,
    evaluate_scene,
    verdict,
)
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.scene import RouterState, scene_of
from egovnet.isolation.model.verdict import Verdict
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
    scene = scene_of(states, expectation)
    seen = evaluate_scene(scene)
    now = {name: (RouterState(one, former=True),) for name, one in before.items()}
    had = evaluate_scene(scene_of(now, expectation))
    known = {(draft.group, draft.place) for draft in had.drafts}
    drafts = (*seen.drafts, *evaluate_push(scene))
    new = tuple(draft for draft in drafts if (draft.group, draft.place) not in known)
    return verdict(after, scene, SceneFindings(new, seen.pairs, seen.crossing), PUSH_PROPERTIES)


def states_of(old: DeviceFacts | None, new: DeviceFacts | None) -> tuple[RouterState, ...]:
    """What a router is in turn while it goes from `old` to `new`."""
    if new is None:
        return (RouterState(old, former=True),) if old is not None else ()
    if old is None or old == new:
        return (RouterState(new),)
    if new.commits_at_once:
        return (RouterState(old, former=True), RouterState(new))
    return (
        RouterState(old, former=True),
        RouterState(_common(old, new), former=True, whole=old),
        RouterState(_common(new, old)),
        RouterState(new),
    )


def _common(facts: DeviceFacts, other: DeviceFacts) -> DeviceFacts:
    """`facts` with only those imports and exports that `other` has too."""
    return replace(
        facts,
        bgp={vrf: _common_instance(one, other.bgp.get(vrf)) for vrf, one in facts.bgp.items()},
    )


def _common_instance(one: BgpInstance, other: BgpInstance | None) -> BgpInstance:
    theirs = other.families if other else {}
    return replace(
        one,
        families={
            name: _common_family(family, theirs.get(name)) for name, family in one.families.items()
        },
    )


def _common_family(one: VrfFamily, other: VrfFamily | None) -> VrfFamily:
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
