"""IPv6 alone: the same mistakes where only the second family has them (P10)."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import (
    both,
    default_of,
    exporting,
    importing,
    in_bgp,
    longest,
    policy_header,
    route_map,
    static,
    unicast,
)
from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "IPv6 alone"
SIX = ("ipv6",)


@operator(KLASS)
def imports(g: Ground) -> Iterator[Mutant]:
    """Another VPN's import target."""
    for place, other, _ in g.pairs_once():
        edit = importing(g, place, SIX, other.export)
        why = f"{place} imports {other.export} of {other} in IPv6"
        yield make(g, "leak", {place.host: edit}, place, why)


@operator(KLASS)
def exports(g: Ground) -> Iterator[Mutant]:
    """Another VPN's export target."""
    for place, other, _ in g.pairs_once():
        edit = exporting(g, place, SIX, other.imports[0])
        why = f"{place} exports {other.imports[0]} to {other} in IPv6"
        yield make(g, "leak", {place.host: edit}, (place, other), why)


@operator(KLASS)
def both_ways(g: Ground) -> Iterator[Mutant]:
    """Both."""
    for place, other, _ in g.pairs_once():
        edit = both(g, place, SIX, other.export)
        why = f"{place} shares {other.export} with {other} in IPv6"
        yield make(g, "leak", {place.host: edit}, place, why)


@operator(KLASS)
def import_vrf(g: Ground) -> Iterator[Mutant]:
    """`import vrf`."""
    for place, other, _ in g.pairs_once(local=True):
        edit = in_bgp(g.edit(place), place, SIX, f"import vrf {other.vrf}")
        yield make(g, "leak", {place.host: edit}, place, f"{place} takes {other.vrf} in IPv6")


@operator(KLASS)
def export_map(g: Ground) -> Iterator[Mutant]:
    """An export map that adds a target."""
    for place, other, _ in g.pairs_once():
        edit = in_bgp(g.edit(place), place, SIX, "route-map vpn export SIX")
        route_map(edit, "SIX", f"set extcommunity rt {other.imports[0]}")
        why = f"{place} exports to {other} in IPv6, by a map"
        yield make(g, "leak", {place.host: edit}, (place, other), why)


@operator(KLASS)
def static_elsewhere(g: Ground) -> Iterator[Mutant]:
    """A static through another VRF."""
    for place, other, _ in g.pairs_once(local=True):
        theirs = other.accesses[0]
        edit = static(
            g.edit(place),
            place.vrf,
            f"ipv6 route {theirs.net('ipv6')} {theirs.ce['ipv6']} nexthop-vrf {other.vrf}",
        )
        yield make(g, "leak", {place.host: edit}, place, f"{place} has an IPv6 static elsewhere")


@operator(KLASS)
def link_local_next_hop(g: Ground) -> Iterator[Mutant]:
    """A static to a link-local next hop on another VRF's interface."""
    for place, other, _ in g.pairs_once(local=True):
        theirs = other.accesses[0]
        edit = static(
            g.edit(place),
            place.vrf,
            f"ipv6 route {theirs.net('ipv6')} fe80::2 {theirs.interface} nexthop-vrf {other.vrf}",
        )
        yield make(g, "leak", {place.host: edit}, place, f"{place} has an IPv6 static elsewhere")


@operator(KLASS)
def no_last_resort(g: Ground) -> Iterator[Mutant]:
    """The unreachable default."""
    for place in g.places:
        edit = g.edit(place)
        edit.remove(edit.stanza(place.vrf), r"ip -6 route")
        yield make(g, "risk", {place.host: edit}, place, f"{place} falls through in IPv6")


@operator(KLASS)
def no_policy(g: Ground) -> Iterator[Mutant]:
    """No policy on the IPv6 session, and none required."""
    for place, access, family in g.sessions():
        if family != "ipv6":
            continue
        edit = g.edit(place)
        edit.remove(unicast(edit, place, "ipv6"), rf"neighbor {access.ce['ipv6']} route-map \S+ in")
        edit.insert(edit.block(place.header)[0] + 1, [" no bgp ebgp-requires-policy"])
        why = f"{access.label} has no policy in IPv6"
        yield make(
            g,
            "leak" if g.has_victims(place) else "risk",
            {place.host: edit},
            place,
            why,
            access.label,
        )


@operator(KLASS)
def policy_of_ipv4(g: Ground) -> Iterator[Mutant]:
    """IPv4's policy on the IPv6 session: its match can hold for no IPv6 route."""
    for place, access, family in g.sessions():
        if family == "ipv6" and "ipv4" in access.families():
            edit = g.edit(place)
            edit.sub(
                unicast(edit, place, "ipv6"),
                rf"route-map {access.policy}-ipv6 in",
                f"route-map {access.policy}-ipv4 in",
            )
            why = f"{access.label} has IPv4's policy in IPv6"
            yield make(g, "open", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def chooses_targets(g: Ground) -> Iterator[Mutant]:
    """The CE chooses targets."""
    for place, access, family in g.sessions():
        if family == "ipv6":
            edit = g.edit(place)
            header = policy_header(access.policy, "ipv6")
            edit.remove(edit.block(header), "set extcommunity none")
            why = f"{access.label} chooses targets in IPv6"
            yield make(
                g,
                "leak" if g.has_victims(place) else "risk",
                {place.host: edit},
                place,
                why,
                access.label,
            )


@operator(KLASS)
def too_wide(g: Ground) -> Iterator[Mutant]:
    """The filter admits everything."""
    for place, access, family in g.sessions():
        if family == "ipv6":
            edit = g.edit(place).new_lines(
                f"ipv6 prefix-list {access.policy} seq 99 permit "
                f"{default_of('ipv6')} le {longest('ipv6')}"
            )
            why = f"{access.label} may announce all of IPv6"
            yield make(g, "risk", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def igp(g: Ground) -> Iterator[Mutant]:
    """IS-IS of IPv6 alone on a customer's port."""
    for place in g.places[::2]:
        name = place.accesses[0].interface
        edit = g.edit(place).new_block(f"interface {name}", "ipv6 router isis backbone")
        where = (place, (place.host, ""))
        yield make(g, "risk", {place.host: edit}, where, f"IS-IS on {name} of {place}")


@operator(KLASS)
def session_map(g: Ground) -> Iterator[Mutant]:
    """A reflector that adds a target in VPNv6 alone."""
    for host in g.reflectors:
        for edge in g.edges:
            others = next(
                (x for p in g.places if p.host == edge and (x := g.others(p, local=False))), []
            )
            if edge == host or not others:
                continue
            edit = g.edit(host)
            at = edit.family(f"router bgp {g.asn}", "ipv6 vpn")
            edit.append(at, f"neighbor {g.allocation.loopback6[edge]} route-map SIX in")
            route_map(edit, "SIX", f"set extcommunity rt {others[0].imports[0]}")
            why = f"{host} adds {others[0].imports[0]} to VPNv6 routes of {edge}"
            where = ((host, ""), (edge, ""), others[0])
            yield make(g, "leak", {host: edit}, where, why)


@operator(KLASS)
def ipv4_alone_is_changed(g: Ground) -> Iterator[Mutant]:
    """An unused import in IPv6 and another in IPv4: nothing meets."""
    for place in g.places[::2]:
        edit = importing(g, place, ("ipv4",), "65000:4711")
        at = unicast(edit, place, "ipv6")
        edit.sub(at, r"^(  rt vpn (both|import) .*)$", r"\1 65000:4713")
        yield make(g, "equivalent", {place.host: edit}, place, f"{place}: targets of nobody")
