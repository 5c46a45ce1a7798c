"""What the proof cannot vouch for: lines that were not understood, routers that are not there.

A line that may bear on separation and has no meaning for the reader denies the proof, whatever
else is fine: nothing is ever ignored to get to a yes.
"""

from collections.abc import Iterator

from egovnet.isolation.model.cause import CauseKind
from egovnet.isolation.model.classes import coverage as classes
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_class import FindingClass
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Router, Scene
from egovnet.templates.model.facts import NotUnderstood

_NOT_MADE = "a VRF that is named and not made"


def coverage(scene: Scene) -> Iterator[FindingDraft]:
    """Findings about what took part."""
    expectation = scene.expectation
    for router in scene.routers:
        for line in router.facts.not_understood:
            yield _of_line(classes.NOT_UNDERSTOOD, router, line)
        for line in router.facts.not_taken:
            yield _of_line(classes.NOT_TAKEN, router, line)
        stated = router.facts.unknown_version
        if stated is not None:
            yield single(
                finding(
                    classes.UNKNOWN_VERSION,
                    router.name,
                    path=(router.hop(f"is of {stated.what}", stated.line),),
                    line=stated.line,
                    words={"version": stated.what, "known": stated.known},
                )
            )
        for one in router.facts.not_modelled:
            vrf = one.vrf if one.vrf in router.tables else ""
            yield single(
                finding(
                    classes.NOT_MODELLED,
                    router.name,
                    vrf or "",
                    path=(router.hop(f"has {one.feature}, which {one.what}", one.line, vrf or ""),),
                    line=one.line,
                    words={"feature": one.feature, "what": one.what},
                )
            )
        if not router.facts.ports_known and len(router.tables) > 1:
            yield single(
                finding(classes.PORTS_NOT_KNOWN, router.name, causes=(router.host_part(),))
            )
        elif router.facts.ports_known:
            yield from _not_made(router)
        if expectation.devices and router.name not in expectation.devices:
            yield single(finding(classes.UNKNOWN_DEVICE, router.name))
    if not expectation.limited:
        for name in scene.missing():
            yield single(finding(classes.MISSING_DEVICE, name))


def _of_line(klass: FindingClass, router: Router, line: NotUnderstood) -> FindingDraft:
    context = " > ".join(line.context)
    where = f" in {context}" if context else ""
    return single(
        finding(
            klass,
            router.name,
            path=(router.hop(f"has the line {line.text!r}{where}", line.line),),
            line=line.line,
            words={
                "text": line.text,
                "where": where,
                "because": f": {line.why}" if line.why else "",
            },
        )
    )


def _not_made(router: Router) -> Iterator[FindingDraft]:
    """VRFs that the text names and does not make. Once for each."""
    for table in router.tables.values():
        if not table.members_known:
            instance = router.facts.bgp.get(table.vrf)
            line = instance.line if instance is not None else 0
            yield single(
                finding(
                    classes.VRF_NOT_MADE,
                    router.name,
                    table.name,
                    path=(table.hop("is named, and no part of the text makes it", line),),
                    line=line,
                    causes=(table.cause(CauseKind.VRF, says=_NOT_MADE, line=line),),
                )
            )


PROPERTY = SceneCheck("", coverage)
