"""Which of two VRFs that share a route target has it wrongly: the cause of a path between them.

The inventory says whose a target is. Where there is none, it is the domain's that most tables
export it from; where two are equal in that, or nobody's it is, the target itself is the cause.
"""

from collections.abc import Mapping, Sized

from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.scene import Table
from egovnet.isolation.routes.announcements import Announcement
from egovnet.templates.model.facts import ExtendedCommunity

#: A domain, and the table that it meets.
Importer = tuple[Domain, Table]
Exporter = tuple[Domain, Announcement]


def owner_of(
    target: ExtendedCommunity, exporters: Mapping[str, Sized], expectation: Expectation
) -> str:
    """Label of the domain whose `target` is; empty: nobody's. `exporters`: by label."""
    if expectation.targets:
        return expectation.targets.get(target, "")
    ordered = sorted(exporters, key=lambda label: len(exporters[label]), reverse=True)
    if len(ordered) > 1 and len(exporters[ordered[0]]) == len(exporters[ordered[1]]):
        return ""
    return ordered[0] if ordered else ""


def target_cause(domain: str, target: ExtendedCommunity, owner: str, place: Place) -> Cause:
    """That VRFs of `domain` have the target of `owner`; both are labels."""
    text = target_text(target)
    if not owner:
        says = f"route target {text} is on VRFs that may not meet, and belongs to none of them"
        return Cause(CauseKind.ROUTE_TARGET, ("", text), says, place)
    says = f"{domain} has the route target {text} of {owner}"
    return Cause(CauseKind.ROUTE_TARGET, (domain, text), says, place)


def cause_of_import(
    target: ExtendedCommunity,
    importer: Importer,
    exporter: Exporter,
    owner: str,
    expectation: Expectation,
) -> Cause:
    """What is to be changed so that the importer no longer takes the exporter's routes by
    `target`, which is the domain's that is labelled `owner`."""
    (domain, table), (of, give) = importer, exporter
    found = give.cause or _unknown(domain, table) or _unknown(of, give.table)
    found = found or _by_port(importer, exporter, owner, expectation)
    if found is not None:
        return found
    if of.label != owner:
        hop = give.exports(target)
        place = Place(hop.device, hop.vrf, hop.line, hop.quote)
        return target_cause(of.label, target, owner, place)
    line = table.line(give.routes.family, ("import", target), target)
    place = Place(table.device, table.name, line, table.facts.quote(line))
    return target_cause(domain.label, target, owner, place)


def _unknown(domain: Domain, table: Table) -> Cause | None:
    return None if domain.known else table.unknown_vrf()


def _by_port(
    importer: Importer, exporter: Exporter, owner: str, expectation: Expectation
) -> Cause | None:
    """A port in a VRF that is another's by its name, and that has the target rightly."""
    (domain, table), (of, give) = importer, exporter
    home = _home(give.table, of, expectation)
    if home is not None and home.label == owner and (bound := give.table.binding(of)):
        return bound
    home, owning = _home(table, domain, expectation), expectation.domains.get(owner)
    if home is not None and owning is not None and expectation.allowed(home, owning):
        return table.binding(domain)
    return None


def _home(table: Table, domain: Domain, expectation: Expectation) -> Domain | None:
    """Whose the table is by its name, where that is not `domain`, which is in it."""
    if table.vrf is None:
        return None
    named = expectation.vrf_domain(table.device, table.vrf)
    return None if named is None or named.label == domain.label else named
