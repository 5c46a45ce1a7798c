"""What the proof cannot vouch for: lines that were not understood, routers that are not there.

A line that may bear on separation and has no meaning for the reader denies the proof, whatever
else is fine: nothing is ever ignored to get to a yes.
"""

from collections.abc import Iterator

from egovnet.isolation.model.classes import coverage as classes
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene


def coverage(scene: Scene) -> Iterator[FindingDraft]:
    """Findings about what took part."""
    expectation = scene.expectation
    for router in scene.routers:
        for line in router.facts.not_understood:
            context = " > ".join(line.context)
            where = f" in {context}" if context else ""
            yield single(
                finding(
                    classes.NOT_UNDERSTOOD,
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
        if not router.facts.ports_known and len(router.tables) > 1:
            yield single(finding(classes.PORTS_NOT_KNOWN, router.name))
        if expectation.devices and router.name not in expectation.devices:
            yield single(finding(classes.UNKNOWN_DEVICE, router.name))
    if not expectation.limited:
        for name in scene.missing():
            yield single(finding(classes.MISSING_DEVICE, name))


PROPERTY = SceneCheck("", coverage)
