"""What the proof cannot vouch for: lines that were not understood, routers that are not there.

A line that may bear on separation and has no meaning for the reader denies the proof, whatever
else is fine: nothing is ever ignored to get to a yes.
"""

from collections.abc import Iterator

from egovnet.isolation.model.finding_drafts import Sighting, single
from egovnet.isolation.model.scene import Scene
from egovnet.isolation.model.verdict import Finding, Severity


def missing(scene: Scene) -> tuple[str, ...]:
    """Routers of the expectation that are not among the texts."""
    present = {router.name for router in scene.routers}
    return tuple(sorted(scene.expectation.devices - present))


def coverage(scene: Scene) -> Iterator[Sighting]:
    """Findings about what took part."""
    expectation = scene.expectation
    for router in scene.routers:
        for line in router.facts.not_understood:
            context = " > ".join(line.context)
            where = f" in {context}" if context else ""
            why = f": {line.why}" if line.why else ""
            yield single(
                Finding(
                    "not understood",
                    Severity.RISK,
                    router.name,
                    "",
                    f"{line.text!r}{where}{why}",
                    (router.hop(f"says {line.text!r}{where}", line.line),),
                    line.line,
                )
            )
        if expectation.devices and router.name not in expectation.devices:
            text = "this router is not in the inventory"
            yield single(Finding("unknown device", Severity.RISK, router.name, "", text))
    if not expectation.limited:
        for name in missing(scene):
            text = "this router of the inventory has no text here"
            yield single(Finding("missing device", Severity.RISK, name, "", text))
