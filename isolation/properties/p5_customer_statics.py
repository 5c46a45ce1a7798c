"""P5 for accesses without BGP: routes to a customer's prefixes and no others.

A static route is the PE's own announcement of what is behind an access (RFC 4364 section 7), so it
is held to what the sites of the VRF may announce, as a session's filter is.
"""

from collections.abc import Iterator, Sequence

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.prefix_sets import PrefixSet, family_of
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.customer_tables import customer_tables
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table, static_cause
from egovnet.templates.model.device import AddressFamily


def customer_statics(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene: static routes."""
    for table, own in customer_tables(scene):
        yield from _statics(table, own)


def _statics(table: Table, own: Sequence[IPNetwork]) -> Iterator[FindingDraft]:
    """`own`: what the table's sites may announce."""
    within: dict[AddressFamily, PrefixSet] = {}
    for static in table.statics:
        # A default route is P7's.
        if static.discards or static.prefix.prefixlen == 0:
            continue
        family = family_of(static.prefix)
        if family not in within:
            within[family] = PrefixSet.within(family, own)
        route = PrefixSet.of(family, (static.prefix,))
        if route - within[family]:
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
                    causes=(static_cause(table, static),),
                    words={"prefix": static.prefix},
                )
            )


PROPERTY = SceneCheck("P5", customer_statics)
