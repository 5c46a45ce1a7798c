"""What routers do that their texts do not explain: each difference that was noted, by itself.

Paths over them are found by the properties that the facts concern; `prove_running` leaves out here
what is told there.
"""

from collections.abc import Iterator
from functools import partial

from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import state as classes
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_class import FindingClass, Severity
from egovnet.isolation.model.finding_drafts import FindingDraft
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Router, Scene
from egovnet.templates.model.facts import StateNote


def running_state(scene: Scene) -> Iterator[FindingDraft]:
    """Findings about what runs."""
    for router in scene.routers:
        for note in router.facts.state_notes:
            klass = classes.NOT_READ if note.unread else classes.NOT_IN_TEXT
            if note.ends:
                klass = classes.DISCARDS
            known = note.followed and not note.unread
            severity = Severity.HYGIENE if known else Severity.RISK
            group = (klass.id, severity, router.name, note.about)
            place = Place(router.name, line=note.line, quote=router.facts.quote(note.line))
            cause = Cause(CauseKind.LINE, (router.name, str(note.line)), place=place)
            write = partial(_finding, router, note, klass, severity, cause)
            yield FindingDraft(group, note.line, write, (cause,))


def _finding(
    router: Router, note: StateNote, klass: FindingClass, severity: Severity, cause: Cause
) -> Finding:
    return finding(
        klass,
        router.name,
        severity=severity,
        path=(router.hop("does what its text does not say", note.line),),
        line=note.line,
        causes=(cause,),
        words={"what": note.text, "ends": note.ends},
    )


PROPERTY = SceneCheck("", running_state)
