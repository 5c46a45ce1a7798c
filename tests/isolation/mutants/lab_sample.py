"""Mutants of the reference network that real routers are shown, and what packets must then do.

Leaking ones carry evidence that a router (FRR 8.4.4, Linux) really forwards or holds the route;
equivalent ones carry none: no probe of the packet matrix may cross, and what was reached before
is reached, unless `note` says which part is cut off.

- An echo (`Ping`) needs both ways: the mutant imports and exports, and the CE that answers has a
  static default or learns the way back. PEs of source and target differ, because an address of
  the PE itself is not delivered locally to packets that come from another VRF's table.
- One way alone: the route in the VRF (`Route`) or a look-up in its table (`Lookup`) shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from tests.isolation.mutants.all_mutants import operators
from tests.isolation.mutants.changes import (
    both,
    default_of,
    exporting,
    importing,
    in_bgp,
    retarget,
    route_map,
    static,
    target_lines,
    unicast,
)
from tests.isolation.mutants.ground import FAMILIES, Access, Ground, VrfPlace, ip
from tests.isolation.mutants.mutant import Mutant, Place, make
from tests.isolation.mutants.reference import reference
from tests.isolation.mutants.text import Edit

FOUR, SIX = ("ipv4",), ("ipv6",)


@dataclass(frozen=True, slots=True)
class Ping:
    """`ping -I VRF` on a PE is answered; `source_vrf` is None for the default table."""

    source_vrf: str | None
    pe: str
    target: str


@dataclass(frozen=True, slots=True)
class Route:
    """`show ip(v6) route vrf VRF PREFIX` on a PE shows a route that is in use."""

    pe: str
    vrf: str
    prefix: str


@dataclass(frozen=True, slots=True)
class Lookup:
    """`ip route get TARGET vrf VRF` on a PE finds a way (is not unreachable)."""

    pe: str
    vrf: str
    target: str


@dataclass(frozen=True, slots=True)
class LabCase:
    """A mutant to load, and the evidence that must then be there; none: nothing may cross."""

    mutant: Mutant
    evidence: tuple[Ping | Route | Lookup, ...] = ()
    note: str = ""


class _Lab:
    """The reference network's VRFs and accesses by name."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.cases: list[LabCase] = []

    def vrf(self, host: str, name: str) -> VrfPlace:
        return next(p for p in self.ground.places if p.at == (host, name))

    def access(self, label: str) -> Access:
        return next(a for p in self.ground.places for a in p.accesses if a.label == label)

    def ce(self, label: str, family: str = "ipv4") -> str:
        return self.access(label).ce[family]

    def leak(
        self,
        name: str,
        changes: Mapping[str, object],
        where: VrfPlace | Place,
        *evidence: Ping | Route | Lookup,
        note: str = "",
    ) -> None:
        mutant = make(self.ground, "leak", changes, where, name.replace("-", " "))
        mutant = replace(mutant, operator=f"lab.{name}", klass="lab sample")
        self.cases.append(LabCase(mutant, evidence, note))

    def equivalent(self, operator: str, host: str, note: str = "") -> None:
        run = next(o for o in operators() if o.__name__ == operator)
        mutant = next(
            m for m in run(self.ground) if m.verdict == "equivalent" and m.where[0][0] == host
        )
        self.cases.append(LabCase(mutant, (), note))


def _targets(lab: _Lab) -> None:
    g = lab.ground
    party, tax = lab.vrf("bj-pe1", "i-party"), lab.vrf("gd-pe1", "e-taxation")
    lab.leak(
        "other-zone-both-ways",
        {"bj-pe1": both(g, party, FAMILIES, tax.export)},
        party,
        Ping("i-party", "bj-pe1", lab.ce("tax-guangdong/main")),
        Ping("i-party", "bj-pe1", lab.ce("tax-sichuan/main", "ipv6")),
    )
    party = lab.vrf("sc-pe1", "i-party")
    public = lab.vrf("bj-pe1", "e-public")
    lab.leak(
        "other-zone-in-ipv6-alone",
        {"sc-pe1": both(g, party, SIX, public.export)},
        party,
        Ping("i-party", "sc-pe1", lab.ce("public-beijing/main", "ipv6")),
    )
    party, government = lab.vrf("gd-pe1", "i-party"), lab.vrf("sh-pe1", "i-government")
    lab.leak(
        "other-agency-both-ways",
        {"gd-pe1": both(g, party, FOUR, government.export)},
        party,
        Ping("i-party", "gd-pe1", lab.ce("gov-shanghai/main")),
    )
    government = lab.vrf("bj-pe1", "i-government")
    lab.leak(
        "import-one-way",
        {"bj-pe1": importing(g, government, FOUR, tax.export)},
        government,
        Route("bj-pe1", "i-government", lab.access("tax-guangdong/main").net("ipv4")),
    )
    public = lab.vrf("sh-pe1", "e-public")
    lab.leak(
        "export-one-way",
        {"sh-pe1": exporting(g, public, FOUR, party.export)},
        public,
        Route("sc-pe1", "i-party", str(g.allocation.access4["public-shanghai/main"])),
    )
    public = lab.vrf("gz-pe1", "e-public")
    lab.leak(
        "block-copied-from-another-vrf",
        {"gz-pe1": retarget(g.edit(public), public, FAMILIES, party.imports, party.exports)},
        public,
        Ping("e-public", "gz-pe1", lab.ce("party-sichuan/main")),
        Ping("e-public", "gz-pe1", lab.ce("party-sichuan/main", "ipv6")),
    )
    government = lab.vrf("sh-pe1", "i-government")
    lab.leak(
        "mistyped-digit",
        {"sh-pe1": retarget(g.edit(government), government, FOUR, party.imports, party.exports)},
        government,
        Ping("i-government", "sh-pe1", lab.ce("party-sichuan/main")),
    )
    spoke = lab.vrf("gz-pe1", "i-court-1")
    hub = lab.vrf("bj-pe1", "i-court")
    lines = f"rt vpn both {hub.export} {spoke.export}"
    lab.leak(
        "spoke-with-both",
        {"gz-pe1": target_lines(g.edit(spoke), spoke, FAMILIES, lines)},
        spoke,
        Ping("i-court-1", "gz-pe1", lab.ce("court-shanghai/main")),
        Ping("i-court-1", "gz-pe1", lab.ce("court-shanghai/main", "ipv6")),
    )
    lab.leak(
        "spoke-exports-as-hub",
        {"gz-pe1": exporting(g, spoke, FOUR, hub.export)},
        spoke,
        Route("sh-pe1", "i-court-1", lab.access("court-guangzhou/main").net("ipv4")),
    )
    asn, _, number = tax.export.partition(":")
    lab.leak(
        "respelled-with-zeros",
        {"bj-pe1": both(g, hub, FOUR, f"0{asn}:0{number}")},
        hub,
        Ping("i-court", "bj-pe1", lab.ce("tax-sichuan/main")),
    )
    government = lab.vrf("gd-pe1", "i-government")
    public = lab.vrf("bj-pe1", "e-public")
    edit = both(g, government, FOUR, public.export)
    edit.sub(unicast(edit, government, "ipv4"), r"^  rt vpn", "  route-target vpn")
    lab.leak(
        "keyword-in-full",
        {"gd-pe1": edit},
        government,
        Ping("i-government", "gd-pe1", lab.ce("public-beijing/main")),
    )


def _pairs(lab: _Lab) -> None:
    g = lab.ground
    party, tax = lab.vrf("bj-pe1", "i-party"), lab.vrf("sc-pe1", "e-taxation")
    lab.leak(
        "shared-services",
        {
            "bj-pe1": both(g, party, FAMILIES, "65000:5001"),
            "sc-pe1": both(g, tax, FAMILIES, "65000:5001"),
        },
        party,
        Ping("i-party", "bj-pe1", lab.ce("tax-sichuan/main")),
        Ping("i-party", "bj-pe1", lab.ce("tax-sichuan/main", "ipv6")),
    )
    public, party = lab.vrf("sh-pe1", "e-public"), lab.vrf("sc-pe1", "i-party")
    lab.leak(
        "two-halves",
        {
            "sh-pe1": exporting(g, public, FOUR, "65000:4711"),
            "sc-pe1": importing(g, party, FOUR, "65000:4711"),
        },
        public,
        Route("sc-pe1", "i-party", str(g.allocation.access4["public-shanghai/main"])),
    )
    tax, government = lab.vrf("gd-pe1", "e-taxation"), lab.vrf("sh-pe1", "i-government")
    lab.leak(
        "two-halves-of-four-octets",
        {
            "gd-pe1": both(g, tax, FOUR, "4200077777:7"),
            "sh-pe1": both(g, government, FOUR, "04200077777:007"),
        },
        tax,
        Ping("e-taxation", "gd-pe1", lab.ce("gov-shanghai/main")),
    )
    public = lab.vrf("bj-pe1", "e-public")
    lab.leak(
        "two-halves-of-an-address",
        {
            "sc-pe1": both(g, party, FAMILIES, "10.255.9.9:7"),
            "bj-pe1": both(g, public, FAMILIES, "10.255.9.9:0007"),
        },
        party,
        Ping("i-party", "sc-pe1", lab.ce("public-beijing/main")),
        Ping("i-party", "sc-pe1", lab.ce("public-beijing/main", "ipv6")),
    )


def _policies(lab: _Lab) -> None:
    g = lab.ground
    public, party = lab.vrf("bj-pe1", "e-public"), lab.vrf("gd-pe1", "i-party")
    edit = importing(g, public, FOUR, party.export)
    in_bgp(edit, public, FOUR, "route-map vpn export OUT")
    route_map(edit, "OUT", f"set extcommunity rt {party.export}")
    lab.leak(
        "export-map-adds",
        {"bj-pe1": edit},
        public,
        Ping("i-party", "gd-pe1", lab.ce("public-beijing/main")),
    )
    edit = in_bgp(g.edit(public), public, FOUR, "route-map vpn export OUT")
    route_map(edit, "OUT", "set metric 5", "on-match goto 30")
    route_map(edit, "OUT", action="deny", seq=20)
    route_map(edit, "OUT", f"set extcommunity rt {party.export}", seq=30)
    lab.leak(
        "export-map-goes-on",
        {"bj-pe1": edit},
        public,
        Route("gd-pe1", "i-party", lab.access("public-beijing/main").net("ipv4")),
    )
    tax = lab.vrf("sc-pe1", "e-taxation")
    edit = importing(g, tax, FOUR, party.export)
    in_bgp(edit, tax, FOUR, "route-map vpn import IN")
    route_map(edit, "IN")
    lab.leak(
        "import-map-too-wide",
        {"sc-pe1": edit},
        tax,
        Route("sc-pe1", "e-taxation", str(g.allocation.access4["party-beijing/main"])),
    )
    tax = lab.vrf("gd-pe1", "e-taxation")
    edit = _on_all_sessions(g, g.edit(tax), [*g.reflectors], "RR in")
    route_map(edit, "RR", f"set extcommunity rt {tax.export}")
    lab.leak(
        "edge-adds-on-the-way-in",
        {"gd-pe1": edit},
        ("gd-pe1", ""),
        Route("gd-pe1", "e-taxation", lab.access("gov-shanghai/main").net("ipv4")),
    )
    changes = {}
    for reflector in g.reflectors:
        edit = _on_all_sessions(g, g.edit(reflector), ["sh-pe1"], "EDGE in")
        changes[reflector] = route_map(edit, "EDGE", f"set extcommunity rt {party.export}")
    lab.leak(
        "reflectors-add-on-the-way-in",
        changes,
        ("sh-pe1", ""),
        Route("bj-pe1", "i-party", lab.access("gov-shanghai/main").net("ipv4")),
    )
    changes = {}
    for reflector in g.reflectors:
        edit = _on_all_sessions(g, g.edit(reflector), ["sc-pe1"], "EDGE in")
        route_map(edit, "EDGE", "set extcommunity none", "on-match next")
        changes[reflector] = route_map(edit, "EDGE", f"set extcommunity rt {public.export}", seq=20)
    lab.leak(
        "reflectors-rewrite",
        changes,
        ("sc-pe1", ""),
        Route("bj-pe1", "e-public", lab.access("party-sichuan/main").net("ipv4")),
    )


def _on_all_sessions(g: Ground, edit: Edit, peers: list[str], policy: str) -> Edit:
    for peer in peers:
        at = edit.family(f"router bgp {g.asn}", "ipv4 vpn")
        edit.append(at, f"neighbor {g.allocation.loopback4[peer]} route-map {policy}")
    return edit


def _side_doors(lab: _Lab) -> None:
    g = lab.ground
    party, public = lab.vrf("bj-pe1", "i-party"), lab.access("public-beijing/main")
    edit = g.edit(party)
    edit.remove(unicast(edit, party, "ipv4"), r"^  (label|rd|rt) vpn |^  (im|ex)port vpn$")
    edit.append(unicast(edit, party, "ipv4"), "import vrf e-public")
    lab.leak(
        "import-vrf",
        {"bj-pe1": edit},
        party,
        Route("bj-pe1", "i-party", public.net("ipv4")),
        note="FRR refuses `import vrf` beside `export vpn`, so the VRF's own are taken off; it "
        "then gives e-public an RD and a target of its own making. Its old routes stay in the VPN "
        "until it goes back, and then are gone, though the text is as before",
    )
    for family in FAMILIES:
        edit = static(
            g.edit(party),
            "i-party",
            f"{ip(family)} route {public.net(family)} {public.ce[family]} nexthop-vrf e-public",
        )
        lab.leak(
            f"static-through-another-vrf-{family}",
            {"bj-pe1": edit},
            party,
            Route("bj-pe1", "i-party", public.net(family)),
            Route("gd-pe1", "i-party", public.net(family)),
        )
    edit = static(
        g.edit(party),
        "i-party",
        f"ip route {default_of('ipv4')} {public.ce['ipv4']} nexthop-vrf e-public",
    )
    lab.leak(
        "default-through-another-vrf",
        {"bj-pe1": edit},
        party,
        Route("bj-pe1", "i-party", default_of("ipv4")),
        Route("gd-pe1", "i-party", default_of("ipv4")),
    )
    circuit = g.allocation.circuit4["bj-pe1--bj-p1"]
    loopback = g.allocation.loopback4["bj-p1"]
    edit = static(
        g.edit(party), "i-party", f"ip route {loopback}/32 {circuit[1]} nexthop-vrf default"
    )
    lab.leak(
        "static-into-the-backbone",
        {"bj-pe1": edit},
        party,
        Route("bj-pe1", "i-party", f"{loopback}/32"),
    )
    edit = g.edit(party)
    edit.append(
        edit.stanza(public.interface),
        f"post-up ip -4 route add {public.net('ipv4')} via {public.ce['ipv4']} "
        f"dev {public.interface} vrf i-party",
    )
    lab.leak(
        "route-by-linux",
        {"bj-pe1": edit},
        party,
        Lookup("bj-pe1", "i-party", str(public.of("ipv4")[0][10])),
    )
    edit = g.edit(party).new_block(
        f"router bgp {g.asn} vrf mgmt",
        f"bgp router-id {g.allocation.loopback4['bj-pe1']}",
        "!",
        "address-family ipv4 unicast",
        " redistribute connected",
        " label vpn export auto",
        f" rd vpn export {g.allocation.loopback4['bj-pe1']}:1001",
        f" rt vpn export {party.export}",
        " export vpn",
        "exit-address-family",
    )
    lab.leak(
        "management-exported",
        {"bj-pe1": edit},
        ("bj-pe1", "mgmt"),
        Route("sc-pe1", "i-party", str(g.management.prefix)),
    )


def _interfaces(lab: _Lab) -> None:
    g = lab.ground
    public, party = lab.access("public-beijing/main"), lab.vrf("bj-pe1", "i-party")
    edit = g.edit(party)
    edit.sub(edit.stanza(public.interface), r"^    vrf e-public$", "    vrf i-party")
    lab.leak(
        "interface-in-the-wrong-vrf",
        {"bj-pe1": edit},
        party,
        Ping("i-party", "bj-pe1", public.ce["ipv4"]),
        Ping("i-party", "gd-pe1", public.ce["ipv4"]),
    )
    tax, access = lab.access("tax-sichuan/main"), lab.access("party-sichuan/main")
    edit = g.edit("sc-pe1")
    edit.sub(edit.stanza(tax.interface), r"^    vrf e-taxation$", "    vrf i-party")
    edit.sub(edit.stanza(access.interface), r"^    vrf i-party$", "    vrf e-taxation")
    lab.leak(
        "interfaces-swapped",
        {"sc-pe1": edit},
        lab.vrf("sc-pe1", "i-party"),
        Ping("i-party", "bj-pe1", tax.ce["ipv4"]),
        Ping("e-taxation", "gd-pe1", access.ce["ipv4"]),
    )
    edit = g.edit("sc-pe1")
    edit.remove(edit.stanza(tax.interface), r"^    vrf ")
    lab.leak(
        "interface-in-no-vrf",
        {"sc-pe1": edit},
        ("sc-pe1", ""),
        Ping(None, "sc-pe1", tax.ce["ipv4"]),
    )
    edit = g.edit(party)
    edit.remove(edit.stanza("i-party"), "ip -4 route replace unreachable")
    case_note = "a reload leaves the kernel's route where it is: boot with the text, or delete it"
    mutant = make(g, "risk", {"bj-pe1": edit}, party, "no last resort")
    mutant = replace(mutant, operator="lab.no-last-resort", klass="lab sample")
    loopback = str(g.allocation.loopback4["bj-p1"])
    lab.cases.append(LabCase(mutant, (Lookup("bj-pe1", "i-party", loopback),), case_note))


def _equivalents(lab: _Lab) -> None:
    cut = "that VRF imports nothing, so its VPN is cut off there"
    for operator, host, note in (
        ("targets.unused_import", "bj-pe1", ""),
        ("targets.unused_export", "gd-pe1", ""),
        ("targets.own_targets_respelled", "gz-pe1", ""),
        ("targets.own_keyword_in_full", "bj-pe1", ""),
        ("targets.hub_with_both", "bj-pe1", ""),
        ("targets.other_encoding_is_other_target", "sh-pe1", ""),
        ("targets.removed_import", "sc-pe1", cut),
        ("targets.targets_without_import", "sc-pe1", cut),
        ("maps.import_map_keeps_foreign_out", "bj-pe1", ""),
        ("maps.export_map_harmless", "gd-pe1", ""),
        ("maps.export_map_entry_not_reached", "bj-pe1", ""),
        ("pairs.same_digits_other_type", "gd-pe1", ""),
        ("pairs.halves_of_two_families", "bj-pe1", ""),
        ("pairs.renumbered_everywhere", "bj-pe1", ""),
        ("labels.distinguisher_of_its_own", "gz-pe1", ""),
        ("equivalents.renamed_route_maps", "bj-pe1", ""),
        ("equivalents.filter_in_halves", "gd-pe1", ""),
        ("equivalents.filter_in_two_entries", "bj-pe1", ""),
        ("backbone.isis_metric", "bj-p1", ""),
        ("deletions.site_altogether", "sc-pe1", "the site of `where` is gone"),
    ):
        lab.equivalent(operator, host, note)


@cache
def lab_sample() -> tuple[LabCase, ...]:
    """All cases, leaking ones first."""
    lab = _Lab(reference())
    for part in (_targets, _pairs, _policies, _side_doors, _interfaces, _equivalents):
        part(lab)
    return tuple(lab.cases)


LAB_SAMPLE = lab_sample()
