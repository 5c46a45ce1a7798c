"""P5 for accesses without BGP: static routes to a customer's prefixes and no others.

A static route is the PE's own announcement of what is behind an access (RFC 4364 section 7), so it
is held to what the sites of the VRF may announce, as a session's filter is.
"""

from collections.abc import Iterable, Iterator

from egovnet.isolation.algebra.prefix_sets import PrefixSet, family_of
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.domains import MANAGEMENT, Attachment
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table


def customer_statics(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene: static routes."""
    if not scene.expectation.attachments_known:
        return
    for table in scene.tables():
        if table.vrf is not None and table.bound and MANAGEMENT not in table.domains:
            ordered = scene.expectation.attachments.get(table.device, {}).values()
            yield from _statics(table, ordered)


def _statics(table: Table, ordered: Iterable[Attachment]) -> Iterator[FindingDraft]:
    # Also of a site whose access is gone from the text: its route leads to nobody else.
    prefixes = [p for one in ordered if one.domain in table.domains for p in one.prefixes]
    for static in table.statics:
        family = family_of(static.prefix)
        route = PrefixSet.of(family, (static.prefix,))
        # A default route is P7's.
        if static.discards or static.prefix.prefixlen == 0:
            continue
        if route - PrefixSet.within(family, prefixes):
            yield single(
                finding(
                    p5.STATIC_TOO_WIDE,
                    table.device,
                    table.name,
                    path=(
                        *table.entry(table.domains[0]),
                        table.hop(f"routes {static.prefix}", static.line),
                    ),
                    line=static.line,
                    family=family,
                    words={"prefix": static.prefix},
                )
            )


PROPERTY = SceneCheck("P5", customer_statics)
