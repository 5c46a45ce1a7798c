"""P5 for accesses without BGP: static routes to a customer's prefixes and no others.

A static route is the PE's own announcement of what is behind an access (RFC 4364 section 7), so it
is held to what the sites of the VRF may announce, as a session's filter is.
"""

from collections.abc import Iterator, Sequence

from egovnet.inventory.model import IPNetwork
from egovnet.isolation.algebra.prefix_sets import PrefixSet, family_of
from egovnet.isolation.model.classes import p5
from egovnet.isolation.model.domains import MANAGEMENT, Domain
from egovnet.isolation.model.finding import finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene, Table, static_cause
from egovnet.templates.model.device import AddressFamily


def customer_statics(scene: Scene) -> Iterator[FindingDraft]:
    """P5 over a scene: static routes."""
    if not scene.expectation.attachments_known:
        return
    for router in scene.routers:
        # Also of a site whose access is gone from the text: its route leads to nobody else.
        prefixes: dict[Domain, list[IPNetwork]] = {}
        for attachment in scene.expectation.attachments.get(router.name, {}).values():
            prefixes.setdefault(attachment.domain, []).extend(attachment.prefixes)
        for table in router.tables.values():
            if table.vrf is not None and table.bound and MANAGEMENT not in table.domains:
                own = [prefix for one in table.domains for prefix in prefixes.get(one, ())]
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
