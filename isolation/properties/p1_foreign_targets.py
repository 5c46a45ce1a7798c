"""P1: route targets of another VPN that have no other half here (RFC 4364 section 4.3.1).

Where all routers are among the texts nothing comes of them: worth a look, no more, unless they
are in a VRF that the inventory does not know and of more than one VPN. Where only a
part of the network is proved, the other half is likely on a router that is not there: a risk.
"""

from collections.abc import Iterable, Iterator
from functools import partial

from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.model.cause import Cause, Place
from egovnet.isolation.model.classes import p1
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.finding_drafts import FindingDraft
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Scene, Table
from egovnet.isolation.routes.wrong_targets import target_cause
from egovnet.templates.model.facts import VrfFamily


def foreign_targets(scene: Scene) -> Iterator[FindingDraft]:
    """Targets that the inventory gives to a domain that the VRF may not meet."""
    expectation = scene.expectation
    if not expectation.targets:
        return
    for table in scene.tables():
        for family in FAMILIES:
            bgp = table.family(family)
            if bgp is not None:
                yield from _family(table, bgp, expectation)


def _family(table: Table, bgp: VrfFamily, expectation: Expectation) -> Iterator[FindingDraft]:
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
        cause = _cause(table, bgp, target, owner.label)
        yield FindingDraft(
            ("P1 foreign-target", severity, bgp.family, target, table.domains[0].label),
            table.id,
            partial(_finding, table, bgp, target, owner.label, severity=severity, cause=cause),
            (cause,),
        )


def _owners(targets: Iterable[bytes], expectation: Expectation) -> set[str]:
    labels = (expectation.targets.get(target, "") for target in targets)
    return {expectation.domains[label].vpn for label in labels if label in expectation.domains}


def _of(table: Table) -> str:
    domain = table.domains[0]
    return f" of {domain.label}" if domain.known else ", which is of no known network,"


def _line(table: Table, bgp: VrfFamily, target: bytes) -> int:
    return table.line(bgp.family, ("import", target), ("export", target), target)


def _cause(table: Table, bgp: VrfFamily, target: bytes, owner: str) -> Cause:
    if not table.domains[0].known:
        return table.unknown_vrf()
    line = _line(table, bgp, target)
    place = Place(table.device, table.name, line, table.facts.quote(line))
    return target_cause(table.domains[0].label, target, owner, place)


def _finding(
    table: Table, bgp: VrfFamily, target: bytes, owner: str, *, severity: Severity, cause: Cause
) -> Finding:
    line = _line(table, bgp, target)
    text = target_text(target)
    return finding(
        p1.FOREIGN_TARGET,
        table.device,
        table.name,
        severity=severity,
        path=(table.hop(f"has {text}", line),),
        line=line,
        family=bgp.family,
        causes=(cause,),
        words={"of": _of(table), "route_target": text, "owner": owner},
    )


PROPERTY = SceneCheck("P1", foreign_targets)
