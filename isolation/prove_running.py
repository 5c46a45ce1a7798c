"""The proof of texts and of what the routers do besides: one verdict over both.

What a router does and its text does not explain becomes facts (`egovnet.isolation.running`), and
the proof follows them like any other. A difference that has a part in a path is told there; one
that has none is told by itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

from egovnet.isolation.assumptions import TEXT
from egovnet.isolation.evaluation import SceneFindings, evaluate_scene, verdict
from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.catalogue import CATALOGUE
from egovnet.isolation.model.cause import Cause
from egovnet.isolation.model.classes.state import DISCARDS, NOT_IN_TEXT, NOT_READ
from egovnet.isolation.model.domains import ANYWHERE, OUTSIDE
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import STATE, Finding, Hop
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, findings
from egovnet.isolation.model.scene import RouterState, Scene, scene_of
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.properties.coverage_state import running_state
from egovnet.isolation.running.explain import explain
from egovnet.isolation.running.overlay import Overlay
from egovnet.isolation.running.vpn_routes import explain_vpn
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.model.running_state import RunningState

_SHOWN = 10
NOBODY: Mapping[str, DeviceFacts] = MappingProxyType({})


def prove_running(
    facts: Mapping[str, DeviceFacts],
    states: Mapping[str, RunningState],
    expectation: Expectation,
    unknown: Collection[str] = frozenset(),
    beside: Mapping[str, DeviceFacts] = NOBODY,
) -> Verdict:
    """Prove that the networks of `expectation` are apart in what the routers do.

    `states` are those of the routers that could be asked, `unknown` as in `prove_noted`. Linear
    in facts and states. `beside` are facts of routers that are not to be proved, such as those
    that did not answer: their routes stand in the tables of those that did, and are theirs.
    """
    found = prove_noted(running_facts(facts, states, beside), expectation, unknown)
    silent = sorted(facts.keys() - states.keys())
    return replace(found, assumptions=tuple(_named(one, silent) for one in found.assumptions))


def prove_noted(
    facts: Mapping[str, DeviceFacts],
    expectation: Expectation,
    unknown: Collection[str] = frozenset(),
) -> Verdict:
    """`egovnet.isolation.prove`, for facts of which some are `running_facts`.

    `unknown` are routers of which nobody knows what they were given: what they run beyond the
    expectation is taken out of the verdict where no path of a known network follows from it.
    """
    states = {name: (RouterState(one, former=name in unknown),) for name, one in facts.items()}
    scene = scene_of(states, expectation)
    found = verdict(facts, scene, _told_once(scene, evaluate_scene(scene)))
    left = (one for one in found.findings if not _merely_beyond(one, unknown))
    return replace(found, findings=tuple(map(_without_lines, left)))


def _merely_beyond(one: Finding, unknown: Collection[str]) -> bool:
    """Whether a finding says only that the inventory does not have what an unknown router runs:
    a risk of such a class, or a path between two networks of which it has neither."""
    places = {one.device, *(hop.device for hop in one.path)} - {""}
    if not places or not places <= set(unknown):
        return False
    if one.severity is Severity.RISK:
        return CATALOGUE[one.klass].by_inventory
    strangers = [one.source, one.target]
    return one.severity is Severity.LEAK and all(
        end is not None and end not in (OUTSIDE, ANYWHERE) and not end.known for end in strangers
    )


def running_facts(
    facts: Mapping[str, DeviceFacts],
    states: Mapping[str, RunningState],
    beside: Mapping[str, DeviceFacts] = NOBODY,
) -> dict[str, DeviceFacts]:
    """The facts of texts and states; routers without a state keep those of their texts.

    Of `beside` there are those of whom the others say what their facts do not explain.
    """
    overlays = {name: Overlay(one) for name, one in (*beside.items(), *facts.items())}
    known = {name: state for name, state in states.items() if name in facts}
    for name, state in known.items():
        explain(overlays[name], state)
    explain_vpn(overlays, known)
    return {
        name: overlay.made() if name in known else _touched(overlay)
        for name, overlay in overlays.items()
        if name in facts or overlay.notes
    }


def _touched(overlay: Overlay) -> DeviceFacts:
    """Of a router that was not asked itself: what others say of it."""
    if not overlay.notes:
        return overlay.facts
    return replace(overlay.made(), state_read=False)


def _told_once(scene: Scene, seen: SceneFindings) -> SceneFindings:
    """Without differences by themselves that are a part of a path: they are told there."""
    if not any(router.facts.state_notes for router in scene.routers):
        return seen
    others = [draft for draft in seen.drafts if not _is_note(draft)]
    told = {
        (hop.device, hop.line)
        for one in findings(others)
        if one.severity is not Severity.HYGIENE
        for hop in one.path
    }
    for router in scene.routers:
        notes = router.facts.state_notes
        left = tuple(note for note in notes if (router.name, note.line) not in told)
        router.facts = replace(router.facts, state_notes=left)
    return replace(seen, drafts=(*others, *running_state(scene)))


def _is_note(draft: FindingDraft) -> bool:
    group = draft.group
    return isinstance(group, tuple) and group[:1] in (
        (NOT_IN_TEXT.id,),
        (NOT_READ.id,),
        (DISCARDS.id,),
    )


def _named(assumption: Assumption, silent: list[str]) -> Assumption:
    """What is assumed of routers whose texts alone are known, with their names."""
    if assumption.id != TEXT or not silent:
        return assumption
    shown = ", ".join(silent[:_SHOWN]) + (" and others" if len(silent) > _SHOWN else "")
    return replace(assumption, sentence=f"State not read of {shown}: {assumption.sentence}")


def _without_lines(one: Finding) -> Finding:
    """A finding without the numbers of lines that stand in no text: quotes tell them."""
    own = {hop.line for hop in one.path if hop.device == one.device and _is_state(hop)}
    return replace(
        one,
        path=tuple(replace(hop, line=0) if _is_state(hop) else hop for hop in one.path),
        line=0 if one.line in own else one.line,
        causes=tuple(map(_cause_without_line, one.causes)),
    )


def _is_state(hop: Hop) -> bool:
    return hop.quote.startswith(STATE)


def _cause_without_line(cause: Cause) -> Cause:
    place = cause.place
    if not place.quote.startswith(STATE):
        return cause
    return replace(cause, place=replace(place, line=0))
