"""Route targets of another VPN that have no other half here (RFC 4364 section 4.3.1).

Where all routers are among the texts nothing comes of them: worth a look, no more, unless they
are in a VRF that the inventory does not know and of more than one VPN. Where only a
part of the network is proved, the other half is likely on a router that is not there: a risk.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_drafts import Sighting
from egovnet.isolation.model.scene import FAMILIES, Scene, Table
from egovnet.isolation.model.verdict import Finding, Severity
from egovnet.templates.model.facts import VrfFamily


def foreign_targets(scene: Scene) -> Iterator[Sighting]:
    """Targets that the inventory gives to a domain that the VRF may not meet."""
    expectation = scene.expectation
    if not expectation.targets:
        return
    for table in scene.tables():
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is not None:
                yield from _family(table, bgp, expectation)


def _family(table: Table, bgp: VrfFamily, expectation: Expectation) -> Iterator[Sighting]:
    takes = bgp.import_targets if bgp.imports_vpn else frozenset()
    gives = bgp.export_targets if bgp.exports_vpn else frozenset()
    for target in sorted(takes | gives):
        owner = expectation.domains.get(expectation.targets.get(target, ""))
        if owner is None or any(owner.vpn == domain.vpn for domain in table.domains):
            continue
        if any(
            (target in takes and expectation.allowed(domain, owner))
            or (target in gives and expectation.allowed(owner, domain))
            for domain in table.domains
        ):
            continue
        # A VRF of nobody with the targets of two: the first port bound to it joins them.
        joins = not table.domains[0].known and len(_owners(takes | gives, expectation)) > 1
        severity = Severity.RISK if expectation.limited or joins else Severity.HYGIENE
        yield Sighting(
            ("P1 foreign-target", severity, bgp.family, target, table.domains[0].label),
            table.id,
            partial(_tell, table, bgp, target, owner.label, severity),
        )


def _owners(targets: Iterable[bytes], expectation: Expectation) -> set[str]:
    labels = (expectation.targets.get(target, "") for target in targets)
    return {expectation.domains[label].vpn for label in labels if label in expectation.domains}


def _tell(table: Table, bgp: VrfFamily, target: bytes, owner: str, severity: Severity) -> Finding:
    line = table.line(bgp.family, ("import", target), ("export", target), target)
    text = target_text(target)
    return Finding(
        "P1 foreign-target",
        severity,
        table.device,
        table.name,
        f"VRF {table.name} of {table.domains[0].label} has the route target {text} of {owner}",
        (table.hop(f"has {text}", line),),
        line,
        bgp.family,
    )
