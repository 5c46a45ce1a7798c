"""P11 inside one router: what meets while interfaces and VRFs change one after another.

Between its old and its new bindings a router has some of each. A VRF may hold what was bound to it
and what will be; a kernel table may be still one VRF's and already another's.
"""

from collections.abc import Iterator

from egovnet.isolation.model.classes import p11
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, kind_of_path, single
from egovnet.isolation.model.property import PushCheck
from egovnet.isolation.model.scene import Bound, Router, Scene


def push_overlaps(scene: Scene) -> Iterator[FindingDraft]:
    """P11 over the states of each router: the first is what it is, the last what it will be."""
    states: dict[str, list[Router]] = {}
    for router in scene.routers:
        states.setdefault(router.name, []).append(router)
    for versions in states.values():
        if len(versions) > 1:
            yield from _bindings(versions[0], versions[-1], scene.expectation)
            yield from _numbers(versions[0], versions[-1])


def _bindings(old: Router, new: Router, expectation: Expectation) -> Iterator[FindingDraft]:
    for name, table in old.tables.items():
        later = new.tables.get(name)
        if name is None or later is None:
            continue
        for was in _first_of_each(table.bound):
            for will in _first_of_each(later.bound):
                one, other = was.attachment.domain, will.attachment.domain
                if expectation.allowed(one, other) and expectation.allowed(other, one):
                    continue
                yield single(
                    finding(
                        p11.MEET_IN_ONE_VRF,
                        old.name,
                        name,
                        path=(
                            table.hop(f"held {was.attachment.name} at {was.interface.name}"),
                            later.hop(
                                f"will hold {will.attachment.name} at {will.interface.name}",
                                will.carrier.vrf_line,
                            ),
                        ),
                        line=will.carrier.vrf_line,
                        source=one,
                        target=other,
                        both_ways=True,
                        words={"kind": kind_of_path(one, other)},
                    )
                )


def _first_of_each(bound: list[Bound]) -> list[Bound]:
    """One attachment of each domain."""
    return list({b.attachment.domain: b for b in reversed(bound)}.values())


def _numbers(old: Router, new: Router) -> Iterator[FindingDraft]:
    for number, names in old.by_number.items():
        for will in new.by_number.get(number, ()):
            for was in names:
                if was == will or not _apart(old, was, new, will):
                    continue
                line = new.facts.vrfs[will].line
                yield single(
                    finding(
                        p11.MEET_IN_ONE_TABLE,
                        old.name,
                        will,
                        path=(
                            old.tables[was].hop(f"had kernel table {number}"),
                            new.tables[will].hop(f"takes kernel table {number}", line),
                        ),
                        line=line,
                        source=old.tables[was].domains[0],
                        target=new.tables[will].domains[0],
                        both_ways=True,
                        words={"number": number, "former": was},
                    )
                )


def _apart(old: Router, was: str, new: Router, will: str) -> bool:
    return old.tables[was].domains != new.tables[will].domains


PROPERTY = PushCheck("P11", push_overlaps)
