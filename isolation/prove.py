"""Facts and an expectation in, a verdict out.

The properties are P1 to P10, each a pure function over the scene in a module of its own; that a
push keeps them at every moment is `egovnet.isolation.push`.
"""

from collections.abc import Mapping

from egovnet.isolation.evaluation import PROPERTIES, evaluate_scene, verdict
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.scene import RouterState, scene_of
from egovnet.isolation.model.verdict import Verdict
from egovnet.templates.model.facts import DeviceFacts

__all__ = ["PROPERTIES", "prove"]


def prove(facts: Mapping[str, DeviceFacts], expectation: Expectation) -> Verdict:
    """Prove that the networks of `expectation` are apart in `facts`, or show the paths.

    Linear in tables and accesses. Nothing here raises on what a text says.
    """
    scene = scene_of({name: (RouterState(one),) for name, one in facts.items()}, expectation)
    return verdict(facts, scene, evaluate_scene(scene))
