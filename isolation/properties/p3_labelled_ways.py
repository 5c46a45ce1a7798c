"""P3: ways of labelled packets that the routers' states show and no text explains.

`egovnet.isolation.running` finds them; texts alone have none. Each is an edge from the table whose
packets get the label to the table where the label ends (RFC 3031 section 3.10).
"""

from collections.abc import Iterator

from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.model.classes import p3
from egovnet.isolation.model.edges import Edge, Ways, evaluate_edges
from egovnet.isolation.model.property import TableWays
from egovnet.isolation.model.scene import Scene


def labelled_ways(scene: Scene) -> Ways:
    """P3 over a scene."""
    return evaluate_edges(_edges(scene), scene.expectation)


def _edges(scene: Scene) -> Iterator[Edge]:
    by_name = {router.name: router for router in scene.routers}
    for router in scene.routers:
        for way in router.facts.labelled_ways:
            end = by_name.get(way.device)
            source = router.tables.get(way.vrf)
            target = end.tables.get(way.target) if end is not None else None
            if source is None or target is None or source is target:
                continue
            if way.prefix is None:
                prefixes = PrefixSet.all(way.family)
            else:
                prefixes = PrefixSet.of(way.family, (way.prefix,))
            what = f"sends packets with a label into VRF {target.name} on {target.device}"
            yield Edge(
                source, target, way.family, prefixes, p3.LABELLED_WAY, what, way.line, held=False
            )


PROPERTY = TableWays("P3", labelled_ways)
