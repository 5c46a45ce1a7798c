"""Ways between VRFs of one router besides targets: `import vrf`, the default instance."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import (
    default_of,
    in_bgp,
    longest,
    retarget,
    route_map,
    static,
    unicast,
)
from tests.isolation.mutants.ground import FAMILIES, Families, Ground, VrfPlace, ip, words
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "import vrf and default instance"


def before_export(edit: Edit, place: VrfPlace, families: Families, *lines: str) -> Edit:
    """Lines before `export vpn`: FRR 8.4.4 takes `import vrf` there, and refuses it later on.

    ("Please unconfigure vpn to vrf commands before using import vrf commands"; it then prints it
    behind them all the same.)
    """
    for family in families:
        start, end = unicast(edit, place, family)
        index = edit.lines.index("  export vpn", start, end)
        edit.insert(index, [f"  {line}" for line in lines])
    return edit


@operator(KLASS)
def import_vrf_as_typed(g: Ground) -> Iterator[Mutant]:
    """`import vrf` where a router takes it: before `export vpn`."""
    for place, other, families in g.pairs(local=True):
        edit = before_export(g.edit(place), place, families, f"import vrf {other.vrf}")
        why = f"{place} takes the routes of {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.vrf} {words(families)}")


@operator(KLASS)
def import_vrf_alone(g: Ground) -> Iterator[Mutant]:
    """`import vrf` in a VRF that has no targets: as FRR prints one that only leaks."""
    for place, other, families in g.pairs_once(local=True):
        edit = g.edit(place)
        for family in families:
            edit.remove(unicast(edit, place, family), r"^  (label|rd|rt) vpn |^  (im|ex)port vpn$")
            edit.append(unicast(edit, place, family), f"import vrf {other.vrf}")
        why = f"{place} takes the routes of {other.vrf} and no others"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.vrf} {words(families)}")


@operator(KLASS)
def import_vrf(g: Ground) -> Iterator[Mutant]:
    """Routes taken from another VRF of the router directly, as a router prints it."""
    for place, other, families in g.pairs(local=True):
        edit = in_bgp(g.edit(place), place, families, f"import vrf {other.vrf}")
        why = f"{place} takes the routes of {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.vrf} {words(families)}")


@operator(KLASS)
def import_vrf_each_other(g: Ground) -> Iterator[Mutant]:
    """Two VRFs of a router take each other's routes."""
    for place, other, families in g.pairs_once(local=True):
        edit = in_bgp(g.edit(place), place, families, f"import vrf {other.vrf}")
        in_bgp(edit, other, families, f"import vrf {place.vrf}")
        why = f"{place} and {other.vrf} take each other's routes"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.vrf} {words(families)}")


@operator(KLASS)
def import_vrf_with_open_map(g: Ground) -> Iterator[Mutant]:
    """... with a route-map that permits everything, or the other's prefixes alone."""
    for number, (place, other, families) in enumerate(g.pairs_once(local=True)):
        edit = in_bgp(
            g.edit(place), place, families, f"import vrf {other.vrf}", "import vrf route-map LEAK"
        )
        lines = []
        if number % 2:
            for family in families:
                edit.new_lines(
                    f"{ip(family)} prefix-list LEAK seq 5 permit "
                    f"{default_of(family)} le {longest(family)}"
                )
            lines = [f"match {ip(families[0])} address prefix-list LEAK"]
        route_map(edit, "LEAK", *lines)
        why = f"{place} takes the routes of {other.vrf} that LEAK permits"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.vrf} {words(families)}")


@operator(KLASS)
def import_vrf_with_closed_map(g: Ground) -> Iterator[Mutant]:
    """... with a route-map that permits nothing: no route comes over."""
    for place, other, families in g.pairs_once(local=True):
        edit = in_bgp(
            g.edit(place), place, families, f"import vrf {other.vrf}", "import vrf route-map NONE"
        )
        route_map(edit, "NONE", action="deny")
        why = f"{place} takes no route of {other.vrf}: NONE denies all"
        yield make(g, "open", {place.host: edit}, place, why, f"{other.vrf} {words(families)}")


@operator(KLASS)
def import_default(g: Ground) -> Iterator[Mutant]:
    """A VRF takes the default instance's routes, and these are given some."""
    for place, _, families in g.pairs_once():
        edit = in_bgp(g.edit(place), place, families, "import vrf default")
        for family in families:
            header = f"router bgp {g.asn}"
            edit.append(
                edit.block(header),
                "!",
                f"address-family {family} unicast",
                " redistribute connected",
                " redistribute isis",
                "exit-address-family",
            )
        why = f"{place} takes the backbone's routes"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def import_default_alone(g: Ground) -> Iterator[Mutant]:
    """A VRF takes the default instance's routes, of which there are none today."""
    for place, _, families in g.pairs_once():
        edit = in_bgp(g.edit(place), place, families, "import vrf default")
        why = f"{place} takes whatever the default instance will have"
        yield make(g, "risk", {place.host: edit}, place, why, words(families))


def _in_default(g: Ground, place: VrfPlace, families: Families, *lines: str) -> Edit:
    """A router's text with `lines` in families of the default instance."""
    edit = g.edit(place)
    for family in families:
        at = edit.block(f"router bgp {g.asn}")
        block = (f"address-family {family} unicast", *(f" {line}" for line in lines))
        edit.append(at, "!", *block, "exit-address-family")
    return edit


@operator(KLASS)
def default_imports_vpn(g: Ground) -> Iterator[Mutant]:
    """The default instance imports customers' routes."""
    for place, other, families in g.pairs_once():
        edit = _in_default(
            g,
            place,
            families,
            f"rd vpn export {g.allocation.loopback4[place.host]}:9",
            f"rt vpn both {place.export} {other.export}",
            "import vpn",
        )
        why = f"the default table of {place.host} has routes of {place} and {other}"
        yield make(
            g, "risk", {place.host: edit}, (place.host, ""), why, f"{other} {words(families)}"
        )


@operator(KLASS)
def default_takes_vrf(g: Ground) -> Iterator[Mutant]:
    """The default instance takes a VRF's routes."""
    for place, _, families in g.pairs_once():
        edit = _in_default(g, place, families, f"import vrf {place.vrf}")
        why = f"the default table of {place.host} has the routes of {place}"
        yield make(
            g, "risk", {place.host: edit}, (place.host, ""), why, f"{place.vrf} {words(families)}"
        )


@operator(KLASS)
def default_exports_vpn(g: Ground) -> Iterator[Mutant]:
    """The backbone's own routes are exported with a customer's target."""
    for place, _, families in g.pairs_once():
        edit = _in_default(
            g,
            place,
            families,
            "redistribute connected",
            "label vpn export auto",
            f"rd vpn export {g.allocation.loopback4[place.host]}:9",
            f"rt vpn export {place.imports[0]}",
            "export vpn",
        )
        why = f"{place} imports the backbone's routes of {place.host}"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def redistribute_of_another_table(g: Ground) -> Iterator[Mutant]:
    """Another VRF's kernel table redistributed by its number."""
    for place, other, _ in g.pairs_once(local=True):
        edit = in_bgp(g.edit(place), place, ("ipv4",), f"redistribute table {other.facts.table}")
        why = f"{place} redistributes table {other.facts.table} of {other.vrf}"
        yield make(g, "risk", {place.host: edit}, place, why, other.vrf)


@operator(KLASS)
def import_table(g: Ground) -> Iterator[Mutant]:
    """`ip import-table`: another kernel table put into the default one (FRR takes 1 to 252)."""
    for number, (place, _, _) in enumerate(list(g.pairs_once())[::2], start=100):
        edit = g.edit(place).new_lines(f"ip import-table {number}")
        why = f"the default table of {place.host} takes in table {number}"
        yield make(g, "risk", {place.host: edit}, (place.host, ""), why, place.vrf)


@operator(KLASS)
def relay_vrf(g: Ground) -> Iterator[Mutant]:
    """A VRF without interfaces imports one VPN and passes its statics on to another.

    The static's way out is in the first VPN; the second imports it.
    """
    for place, other, families in g.pairs_once(local=False):
        host, family = place.host, families[0]
        table = g.unused_number(host)
        edit = g.edit(host).new_stanza("x-relay", f"vrf-table {table}")
        victim = place.accesses[0]
        static(
            edit,
            "x-relay",
            f"{ip(family)} route {victim.net(family)} {victim.ce[family]} nexthop-vrf {place.vrf}",
        )
        edit.new_block(
            f"router bgp {g.asn} vrf x-relay",
            f"bgp router-id {g.allocation.loopback4[host]}",
            "!",
            f"address-family {family} unicast",
            " redistribute static",
            " label vpn export auto",
            f" rd vpn export {g.allocation.loopback4[host]}:{table}",
            f" rt vpn export {other.imports[0]}",
            " export vpn",
            "exit-address-family",
        )
        why = f"VRF x-relay on {host} takes packets of {other} to {place}"
        where = (place, other, (host, "x-relay"))
        yield make(g, "leak", {host: edit}, where, why, family)


@operator(KLASS)
def stray_vrf_of_a_customer(g: Ground) -> Iterator[Mutant]:
    """A VRF that nobody ordered, with a customer's targets and another's interface in it."""
    for place, other, _ in g.pairs_once(local=True):
        host, access = place.host, place.accesses[0]
        table = g.unused_number(host)
        edit = g.edit(host)
        edit.sub(edit.stanza(access.interface), rf"^    vrf {place.vrf}$", "    vrf x-new")
        edit.insert(
            edit.stanza(place.vrf)[0] - 2,
            ["auto x-new", "iface x-new", f"    vrf-table {table}", ""],
        )
        lines = [f"bgp router-id {g.allocation.loopback4[host]}"]
        for family in FAMILIES:
            edit_lines = [
                "!",
                f"address-family {family} unicast",
                " redistribute connected",
                " label vpn export auto",
                f" rd vpn export {g.allocation.loopback4[host]}:{table}",
                f" rt vpn both {other.export}",
                " export vpn",
                " import vpn",
                "exit-address-family",
            ]
            lines += edit_lines
        edit.new_block(f"router bgp {g.asn} vrf x-new", *lines)
        why = f"{access.interface} of {place} is in a new VRF with the target of {other}"
        yield make(g, "leak", {host: edit}, (place, other, (host, "x-new")), why)


@operator(KLASS)
def empty_vrf(g: Ground) -> Iterator[Mutant]:
    """A VRF without interfaces, targets or statics."""
    for host in g.edges[:3]:
        name = "x-spare"
        edit = g.edit(host).new_stanza(
            name,
            f"vrf-table {g.unused_number(host)}",
            f"post-up ip -4 route replace unreachable default metric 4278198272 vrf {name}",
            f"post-up ip -6 route replace unreachable default metric 4278198272 vrf {name}",
        )
        yield make(g, "open", {host: edit}, (host, name), f"{host} has a VRF that nothing uses")


@operator(KLASS)
def vrf_without_bgp(g: Ground) -> Iterator[Mutant]:
    """A VRF's BGP removed: it is cut off, and no leak."""
    for place in g.places[::2]:
        edit = g.edit(place).remove_block(place.header)
        why = f"{place} has no BGP"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def import_of_own_vrf_name_unknown(g: Ground) -> Iterator[Mutant]:
    """`import vrf` of a VRF that is not there."""
    for place, _, families in list(g.pairs_once())[::4]:
        edit = in_bgp(g.edit(place), place, families, "import vrf x-none")
        why = f"{place} takes routes of a VRF that is not there"
        yield make(g, "open", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def target_of_local_export(g: Ground) -> Iterator[Mutant]:
    """Two VRFs of one router with one target of nobody's: leaking needs no second PE."""
    for place, other, families in g.pairs_once(local=True):
        edit = g.edit(place)
        retarget(edit, place, families, [*place.imports, "65000:4712"], place.exports)
        retarget(edit, other, families, other.imports, [*other.exports, "65000:4712"])
        assert edit.has(unicast(edit, place, families[0]), "4712")
        why = f"{place} imports what {other.vrf} exports on the same router"
        yield make(g, "leak", {place.host: edit}, (place, other), why, words(families))
