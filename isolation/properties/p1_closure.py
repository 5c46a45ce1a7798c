"""P1: who may get whose routes by route targets (RFC 4364 section 4.3), under any announcements.

Every table's possible announcements are indexed by route target, and every table that imports
the target; domains meet where a target has both. Tables of one domain are not enumerated in
pairs: for each importer one exporter that it must not meet is a witness, and for each exporter one
importer. The work is linear in tables and accesses.

IPv4 and IPv6 are closed apart (P10).
"""

from collections.abc import Hashable, Iterator
from functools import partial

from egovnet.isolation.algebra.address_spans import Spans
from egovnet.isolation.algebra.policies import apply
from egovnet.isolation.algebra.prefix_sets import PrefixSet
from egovnet.isolation.algebra.route_targets import target_text
from egovnet.isolation.model.cause import Cause, CauseKind
from egovnet.isolation.model.classes import p1
from egovnet.isolation.model.domains import Domain
from egovnet.isolation.model.edges import Edge, Ways
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.finding_drafts import FindingDraft, kind_of_path
from egovnet.isolation.model.property import TableWays
from egovnet.isolation.model.scene import FAMILIES, Scene, Table
from egovnet.isolation.routes.announcements import Announcement, announcements
from egovnet.isolation.routes.label_arrivals import Misdirected
from egovnet.isolation.routes.relays import relayed, relays
from egovnet.isolation.routes.wrong_targets import cause_of_import, owner_of
from egovnet.templates.model.device import AddressFamily

_Out = tuple[Domain, Announcement]
_In = tuple[Domain, Table]
#: label -> all of that label, for one target
_Outs = dict[str, list[_Out]]
_Ins = dict[str, list[_In]]


def close(scene: Scene) -> Ways:
    """P1 over a scene."""
    result = Ways()
    for family in FAMILIES:
        _Family(scene, family, result).run()
    return result


class _Family:
    """One address family's routes."""

    def __init__(self, scene: Scene, family: AddressFamily, result: Ways) -> None:
        self.expectation = scene.expectation
        self.family = family
        self.result = result
        self.outs: dict[bytes, _Outs] = {}
        self.ins: dict[bytes, _Ins] = {}
        self.importers: _Ins = {}
        self.chosen: list[_Out] = []
        self.inside: list[tuple[list[_In], list[_Out]]] = []
        self.gateways: set[Table] = set()
        self.through = relays(scene, family)
        self.misdirected = Misdirected(scene)
        for table in scene.tables():
            self._add(table)

    def _add(self, table: Table) -> None:
        bgp = table.families.get(self.family)
        own = [
            *announcements(table, self.family),
            *self.misdirected.announcements(table, self.family),
        ]
        for announcement in (*own, *relayed(own, self.through)) if self.through else own:
            domains = announcement.table.domains
            targets = announcement.routes.targets
            if announcement.added is not None:
                targets = announcement.added
            for domain in domains:
                for target in targets:
                    outs = self.outs.setdefault(target, {})
                    outs.setdefault(domain.label, []).append((domain, announcement))
                if announcement.routes.free and announcement.added is None:
                    self.chosen.append((domain, announcement))
        if bgp is not None and bgp.imports_vpn and bgp.import_targets:
            for domain in table.domains:
                self.importers.setdefault(domain.label, []).append((domain, table))
                for target in bgp.import_targets:
                    ins = self.ins.setdefault(target, {})
                    ins.setdefault(domain.label, []).append((domain, table))

    def run(self) -> None:
        for target, outs in self.outs.items():
            for into, taking in self.ins.get(target, {}).items():
                for of, exporters in outs.items():
                    self._meet(target, into, taking, of, exporters)
        self._around_gateways()
        self._through_hubs()
        for domain, announcement in self.chosen:
            self._chosen(domain, announcement)

    # -- by targets that the configuration puts on routes --------------------------------------

    def _meet(
        self, target: bytes, into: str, taking: list[_In], of: str, exporters: list[_Out]
    ) -> None:
        """Tables labelled `into` take routes that those labelled `of` give `target` to."""
        importer, exporter = taking[0][0], exporters[0][0]
        one_by_one = into == of and bool(importer.site or not importer.known)
        if not one_by_one and self.expectation.allowed(importer, exporter):
            first = taking[0][1]
            if len(taking) > 1 or any(give.table is not first for _, give in exporters):
                self.result.pairs.add((into, of))
            self._allowed(taking, exporters)
            return
        for domain, table in taking:
            for owner, give in exporters:
                if self._breaks(domain, table, owner, give):
                    self._seen(target, (domain, table), (owner, give), ("in", table.id))
                    break
        for owner, give in exporters:
            for domain, table in taking:
                if self._breaks(domain, table, owner, give):
                    place = ("out", give.table.id)
                    self._seen(target, (domain, table), (owner, give), place)
                    break

    def _breaks(self, domain: Domain, table: Table, owner: Domain, give: Announcement) -> bool:
        if give.table is table or self.expectation.allowed(domain, owner):
            return False
        prefixes = self._taken(table, give)
        if prefixes and (table.inert or give.table.inert):
            self.result.edges.append(self._edge(table, give, prefixes))
            return False
        return bool(prefixes)

    def _allowed(self, taking: list[_In], exporters: list[_Out]) -> None:
        """Paths that are intended, from one VPN to another: what they lead to is p1_transit's."""
        if taking[0][0].vpn == exporters[0][0].vpn:
            if taking[0][0] != exporters[0][0]:
                self.inside.append((taking, exporters))
            return
        for _, table in taking:
            for _, give in exporters:
                if self._add_edge(table, give):
                    self.gateways |= {table, give.table}

    def _around_gateways(self) -> None:
        """Between hubs and spokes, only steps to or from a table that leads to another VPN."""
        if not self.gateways:
            return
        for taking, exporters in self.inside:
            gates = [give for _, give in exporters if give.table in self.gateways]
            for _, table in taking:
                into = table in self.gateways
                for give in [give for _, give in exporters] if into else gates:
                    self._add_edge(table, give)

    def _through_hubs(self) -> None:
        """From a spoke to a hub and on to another spoke: steps where what a hub announces covers
        a route that hubs take from a spoke. Else none, so that the work stays linear."""
        spokes: dict[str, list[_In]] = {}
        hubs: dict[str, list[_In]] = {}
        down: dict[str, list[Announcement]] = {}
        up: dict[str, list[_Out]] = {}
        for taking, exporters in self.inside:
            vpn = taking[0][0].vpn
            if taking[0][0].site and not exporters[0][0].site:
                spokes.setdefault(vpn, []).extend(taking)
                down.setdefault(vpn, []).extend(give for _, give in exporters)
            elif exporters[0][0].site and not taking[0][0].site:
                hubs.setdefault(vpn, []).extend(taking)
                up.setdefault(vpn, []).extend(exporters)
        for vpn, announced in down.items():
            covered = Spans(give.routes.prefixes for give in announced)
            for owner, give in up.get(vpn, ()):
                if not covered.meet(give.routes.prefixes):
                    continue
                for hub in dict.fromkeys(table for _, table in hubs[vpn]):
                    other = self._other_spoke(spokes[vpn], (owner, give), hub)
                    if other is not None and self._add_edge(hub, give):
                        for one in dict.fromkeys(announced):
                            if one.table is hub:
                                self._add_edge(other, one)

    @staticmethod
    def _other_spoke(spokes: list[_In], one: _Out, hub: Table) -> Table | None:
        """A spoke of another site, which is there when the hub and `one` are."""
        owner, give = one
        for domain, table in spokes:
            if domain.site != owner.site and table.meets(hub) and table.meets(give.table):
                return table
        return None

    def _add_edge(self, table: Table, give: Announcement) -> bool:
        prefixes = self._taken(table, give)
        if not prefixes or give.table is table:
            return False
        self.result.edges.append(self._edge(table, give, prefixes))
        return True

    def _edge(self, table: Table, give: Announcement, prefixes: PrefixSet) -> Edge:
        what = f"takes routes of VRF {give.table.name} on {give.table.device}"
        line = table.line(self.family, *(("import", target) for target in self._by(table, give)))
        why = partial(self._causes_of_edge, table, give)
        return Edge(table, give.table, self.family, prefixes, None, what, line, give.held, why)

    def _by(self, table: Table, give: Announcement) -> list[bytes]:
        """Targets by which `table` takes an announcement."""
        bgp = table.family(self.family)
        return sorted(give.routes.targets & bgp.import_targets) if bgp is not None else []

    def _causes_of_edge(self, table: Table, give: Announcement) -> tuple[Cause, ...]:
        """What is to be changed of an edge that may be there: the VRF of nobody that it leads
        through, or a session that lets in more than its site may announce."""
        for one in (table, give.table):
            if not any(domain.known for domain in one.domains):
                return (one.unknown_vrf(),)
        if give.cause is not None:
            return (give.cause,)
        if give.neighbor is None:
            return ()
        places = self.expectation.attachments.get(give.table.device, {}).values()
        own = [
            prefix
            for place in places
            if place.domain in give.table.domains
            for prefix in place.prefixes
        ]
        if give.routes.prefixes - PrefixSet.within(self.family, own):
            activated = give.neighbor.families.get(self.family)
            line = activated.line if activated else 0
            return (give.table.filter_of(give.neighbor, line),)
        return ()

    def _taken(self, table: Table, give: Announcement) -> PrefixSet:
        """What `table` keeps of an announcement that carries one of its targets."""
        none = PrefixSet.none(self.family)
        if not table.meets(give.table) or give.only_at not in {"", table.device}:
            return none
        if (give.by_way_of or give.remote_only) and table.device == give.table.device:
            return none  # nobody takes back its own routes
        bgp = table.family(self.family)
        if bgp is None or bgp.import_policy is None:
            return give.routes.prefixes
        kept = none
        for out in apply(bgp.import_policy, [give.routes]):
            kept = kept | out.prefixes
        return kept

    def _seen(self, target: bytes, importer: _In, exporter: _Out, place: Hashable) -> None:
        (domain, table), (owner, give) = importer, exporter
        self.result.pairs.add((domain.label, owner.label))

        def write() -> Finding:
            line = table.line(self.family, ("import", target), target)
            text = target_text(target)
            return finding(
                p1.BY_KIND[kind],
                table.device,
                table.name,
                path=(
                    *give.table.entry(owner),
                    *give.put_by,
                    give.exports(target),
                    *give.by_way_of,
                    table.hop(f"imports {text}", line),
                    *table.entry(domain),
                ),
                line=line,
                family=self.family,
                source=domain,
                target=owner,
                causes=(cause,),
                words={"route_target": text},
            )

        kind = kind_of_path(domain, owner)
        whose = owner_of(target, self.outs[target], self.expectation)
        cause = cause_of_import(target, importer, exporter, whose, self.expectation)
        by_relay = bool(give.by_way_of)
        joined = (domain.label, owner.label)
        group = ("P1", kind, self.family, *joined, target, by_relay, cause.kind)
        self.result.drafts.append(FindingDraft(group, place, write, (cause,)))

    # -- by targets that a customer puts on its routes -------------------------------------------

    def _chosen(self, owner: Domain, give: Announcement) -> None:
        for domain, table in self._importers(owner):
            if (
                give.table is not table
                and table.meets(give.table)
                and not self.expectation.allowed(domain, owner)
                and self._taken(table, give)
            ):
                self.result.pairs.add((domain.label, owner.label))
                self._seen_chosen(owner, give, Severity.LEAK, (domain, table))
                return
        self._seen_chosen(owner, give, Severity.RISK, None)

    def _importers(self, owner: Domain) -> Iterator[_In]:
        """Importing tables of other domains, another zone's first."""
        labels = sorted(self.importers, key=lambda label: _nearness(owner, self.importers[label]))
        for label in labels:
            entries = self.importers[label]
            apart = label != owner.label or owner.site or not owner.known
            if apart and (label == owner.label or not self._all_allowed(entries[0][0], owner)):
                yield from entries

    def _all_allowed(self, domain: Domain, owner: Domain) -> bool:
        return bool(self.expectation.allowed(domain, owner))

    def _seen_chosen(
        self, owner: Domain, give: Announcement, severity: Severity, importer: _In | None
    ) -> None:
        neighbor = give.neighbor
        address = neighbor.address if neighbor else ""
        activated = neighbor.families.get(self.family) if neighbor else None
        line = activated.line if activated else 0
        if neighbor is not None:
            cause = give.table.filter_of(neighbor, line)
        else:
            cause = give.table.cause(CauseKind.FILTER)

        def write() -> Finding:
            path = [
                *give.table.entry(owner),
                give.table.hop(
                    f"takes routes of {address} with whatever route targets they carry", line
                ),
            ]
            if importer is not None:
                domain, table = importer
                bgp = table.family(self.family)
                target = min(bgp.import_targets) if bgp else b""
                path += [
                    give.table.hop(f"exports them, with {target_text(target)} if so attached"),
                    table.hop(
                        f"imports {target_text(target)}",
                        table.line(self.family, ("import", target), target),
                    ),
                    *table.entry(domain),
                ]
            return finding(
                p1.CUSTOMER_CHOSEN_TARGETS,
                give.table.device,
                give.table.name,
                severity=severity,
                path=tuple(path),
                line=line,
                family=self.family,
                source=importer[0] if importer else None,
                target=owner if importer else None,
                causes=(cause,),
                words={"owner": owner.label, "neighbor": address},
            )

        group = ("P1 chosen", severity, self.family, owner.label)
        self.result.drafts.append(FindingDraft(group, (give.table.id, address), write, (cause,)))


def _nearness(owner: Domain, entries: list[_In]) -> int:
    domain = entries[0][0]
    return (domain.zone == owner.zone) + (domain.vpn == owner.vpn)


PROPERTY = TableWays("P1", close)
