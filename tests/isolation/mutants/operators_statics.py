"""Statics and policy routing: ways round the route targets."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import static
from tests.isolation.mutants.ground import Ground, ip, version, words
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "statics and policy routing"


@operator(KLASS)
def through_another_vrf(g: Ground) -> Iterator[Mutant]:
    """A static whose next hop is in another VRF."""
    for place, other, families in g.pairs(local=True):
        theirs = other.accesses[0]
        edit = g.edit(place)
        for family in families:
            static(
                edit,
                place.vrf,
                f"{ip(family)} route {theirs.net(family)} {theirs.ce[family]} "
                f"nexthop-vrf {other.vrf}",
            )
        why = f"{place} has a static to {theirs.label} through {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, f"{other.vrf} {words(families)}")


@operator(KLASS)
def each_through_the_other(g: Ground) -> Iterator[Mutant]:
    """Statics both ways."""
    for place, other, families in g.pairs_once(local=True):
        edit = g.edit(place)
        for family in families:
            for one, two in ((place, other), (other, place)):
                static(
                    edit,
                    one.vrf,
                    f"{ip(family)} route {two.accesses[0].net(family)} "
                    f"{two.accesses[0].ce[family]} nexthop-vrf {two.vrf}",
                )
        why = f"{place} and {other.vrf} have statics to each other"
        yield make(g, "leak", {place.host: edit}, (place, other), why, words(families))


@operator(KLASS)
def through_anothers_interface(g: Ground) -> Iterator[Mutant]:
    """A static out of an interface of another VRF, its VRF said."""
    for place, other, families in g.pairs_once(local=True):
        theirs = other.accesses[0]
        edit = g.edit(place)
        for family in families:
            static(
                edit,
                place.vrf,
                f"{ip(family)} route {theirs.net(family)} {theirs.ce[family]} "
                f"{theirs.interface} nexthop-vrf {other.vrf}",
            )
        why = f"{place} has a static out of {theirs.interface} of {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def through_anothers_interface_unsaid(g: Ground) -> Iterator[Mutant]:
    """... its VRF not said: FRR does not find it today."""
    for place, other, families in list(g.pairs_once(local=True))[::2]:
        theirs = other.accesses[0]
        edit = g.edit(place)
        for family in families:
            static(
                edit,
                place.vrf,
                f"{ip(family)} route {theirs.net(family)} {theirs.interface}",
            )
        why = f"{place} has a static out of {theirs.interface}, which is in {other.vrf}"
        yield make(g, "open", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def at_top_level(g: Ground) -> Iterator[Mutant]:
    """The older spelling: `ip route ... vrf A nexthop-vrf B` outside any block."""
    for place, other, families in g.pairs_once(local=True):
        theirs = other.accesses[0]
        edit = g.edit(place)
        edit.new_lines(
            *(
                f"{ip(family)} route {theirs.net(family)} {theirs.ce[family]} vrf {place.vrf} "
                f"nexthop-vrf {other.vrf}"
                for family in families
            )
        )
        why = f"{place} has a static to {theirs.label} through {other.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def into_the_backbone(g: Ground) -> Iterator[Mutant]:
    """A static through the default table: customers reach backbone addresses."""
    for place, _, families in g.pairs_once():
        edit = g.edit(place)
        pools = g.network.backbone.pools
        nets = {"ipv4": pools.loopback_ipv4, "ipv6": pools.loopback_ipv6}
        hops = {
            "ipv4": g.allocation.loopback4[g.reflectors[0]],
            "ipv6": g.allocation.loopback6[g.reflectors[0]],
        }
        for family in families:
            static(
                edit,
                place.vrf,
                f"{ip(family)} route {nets[family]} {hops[family]} nexthop-vrf default",
            )
        why = f"{place} has a static into the backbone"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why, words(families))


@operator(KLASS)
def from_the_default_table(g: Ground) -> Iterator[Mutant]:
    """A static of the default table into a customer's VRF."""
    for place, _, families in g.pairs_once():
        access = place.accesses[0]
        edit = g.edit(place)
        for family in families:
            static(
                edit,
                None,
                f"{ip(family)} route {access.net(family)} {access.ce[family]} "
                f"nexthop-vrf {place.vrf}",
            )
        why = f"the default table has a static into {place}"
        yield make(g, "risk", {place.host: edit}, (place, (place.host, "")), why, words(families))


@operator(KLASS)
def by_linux_device(g: Ground) -> Iterator[Mutant]:
    """`post-up ip route`: a VRF's table gets a route out of another's interface or device."""
    for number, (place, other, families) in enumerate(g.pairs(local=True)):
        theirs, family = other.accesses[0], families[0]
        way = (
            f"via {theirs.ce[family]} dev {theirs.interface} vrf {place.vrf}",
            f"dev {other.vrf} vrf {place.vrf}",
            f"dev {other.vrf} table {place.facts.table}",
            f"via {theirs.ce[family]} dev {theirs.interface} table {place.facts.table}",
        )[number % 4]
        edit = g.edit(place)
        edit.append(
            edit.stanza(theirs.interface),
            f"post-up ip -{version(family)} route add {theirs.net(family)} {way}",
        )
        why = f"{place}'s table has a route of Linux's into {other.vrf}"
        yield make(g, "leak", {place.host: edit}, (place, other), why, f"{other.vrf} {family}")


@operator(KLASS)
def by_linux_default_table(g: Ground) -> Iterator[Mutant]:
    """`post-up ip route`: a VRF's table gets a route out of a backbone port."""
    for number, place in enumerate(g.places):
        circuits = g.circuits(place.host)
        if not circuits:
            continue
        edit = g.edit(place)
        net = g.network.backbone.pools.loopback_ipv4
        way = (f"vrf {place.vrf}", f"table {place.facts.table}")[number % 2]
        edit.append(
            edit.stanza(circuits[0]), f"post-up ip -4 route add {net} dev {circuits[0]} {way}"
        )
        why = f"{place}'s table has a route out of {circuits[0]}"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why)


@operator(KLASS)
def by_linux_own(g: Ground) -> Iterator[Mutant]:
    """`post-up ip route` through the VRF's own access to the site that is there."""
    for place, access, family in g.statics():
        edit = g.edit(place)
        edit.append(
            edit.stanza(access.interface),
            f"post-up ip -{version(family)} route add {access.net(family)} "
            f"via {access.ce[family]} dev {access.interface} vrf {place.vrf} metric 300",
        )
        why = f"{place} has its own static once more"
        yield make(g, "equivalent", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def to_strangers_prefix(g: Ground) -> Iterator[Mutant]:
    """A static to another VPN's prefix with a next hop of the own VRF: the route is wrong, and
    the packets stay in the VPN."""
    for place, access, family in list(g.statics())[::2]:
        others = [o for o in g.others(place) if o.accesses[0].of(family)]
        if not others:
            continue
        edit = g.edit(place)
        static(
            edit,
            place.vrf,
            f"{ip(family)} route {others[0].accesses[0].net(family)} {access.ce[family]}",
        )
        why = f"{place} sends another VPN's addresses to its own site"
        yield make(g, "open", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def twice_with_a_distance(g: Ground) -> Iterator[Mutant]:
    """An own static again with a distance, a tag, or its interface said."""
    for number, (place, access, family) in enumerate(g.statics()):
        more = ("200", "tag 7 200", f"{access.interface} 200")[number % 3]
        edit = g.edit(place)
        static(
            edit, place.vrf, f"{ip(family)} route {access.net(family)} {access.ce[family]} {more}"
        )
        why = f"{place} has its own static once more"
        yield make(g, "equivalent", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def own_vrf_said(g: Ground) -> Iterator[Mutant]:
    """`nexthop-vrf` of the static's own VRF."""
    for place, access, family in list(g.statics())[::2]:
        edit = g.edit(place)
        edit.sub(
            edit.block(f"vrf {place.vrf}"),
            rf"({access.ce[family]})$",
            rf"\1 nexthop-vrf {place.vrf}",
        )
        why = f"{place} says its own name as the next hop's VRF"
        yield make(g, "equivalent", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def removed(g: Ground) -> Iterator[Mutant]:
    """A static removed: a service fault."""
    for place, access, family in g.statics():
        edit = g.edit(place)
        edit.remove(edit.block(f"vrf {place.vrf}"), rf" {access.ce[family]}$")
        why = f"{access.label} has no static any more"
        yield make(g, "equivalent", {place.host: edit}, place, why, f"{access.label} {family}")


@operator(KLASS)
def policy_route_to_vrf(g: Ground) -> Iterator[Mutant]:
    """FRR's PBR: packets of an access to another VRF, or to a next hop elsewhere."""
    for number, (place, other, _) in enumerate(g.pairs_once(local=True)):
        access, theirs = place.accesses[0], other.accesses[0]
        edit = g.edit(place)
        edit.new_block(f"interface {access.interface} vrf {place.vrf}", "pbr-policy ROUND")
        way = (
            f"set vrf {other.vrf}",
            f"set nexthop {theirs.ce['ipv4']} nexthop-vrf {other.vrf}",
            f"set nexthop {theirs.ce['ipv4']} {theirs.interface}",
        )[number % 3]
        edit.new_block("pbr-map ROUND seq 10", f"match src-ip {access.net('ipv4')}", way)
        why = f"{access.interface} of {place}: {way}"
        yield make(g, "risk", {place.host: edit}, place, why, other.vrf)
