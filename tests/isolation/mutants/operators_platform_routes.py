"""What the platform's firewalls route, announce and accept, and what their PEs take from them."""

import re
from collections.abc import Iterator

from tests.isolation.mutants.ground import FAMILIES, Ground, ip
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.platform import FilterEdit, FirewallPlace, filter_edit, firewalls

KLASS = "routing of the platform"


def _risk(g: Ground, place: FirewallPlace, edit: FilterEdit, why: str, detail: str = "") -> Mutant:
    return make(g, "risk", {place.host: edit}, (place.host, ""), f"{place.host}: {why}", detail)


def _leak(g: Ground, place: FirewallPlace, edit: FilterEdit, why: str, detail: str = "") -> Mutant:
    return make(g, "leak", {place.host: edit}, (place.host, ""), f"{place.host}: {why}", detail)


def _bgp(edit: FilterEdit) -> str:
    return edit.blocks(r"router bgp \d+$")[0]


@operator(KLASS)
def into_anothers_vlan(g: Ground) -> Iterator[Mutant]:
    """A prefix of one agency is routed to the PE in another's VLAN."""
    for place in firewalls(g):
        for number, (one, other) in enumerate(place.pairs(g, exchanging=False)):
            family = FAMILIES[number % 2]
            edit = filter_edit(g, place)
            edit.new_lines(f"{ip(family)} route {one.net(family)} {other.pe[family]}")
            yield _risk(g, place, edit, f"{one.vpn} is sent to {other.vpn}", one.vpn)


@operator(KLASS)
def a_prefix_of_nobody(g: Ground) -> Iterator[Mutant]:
    """A prefix that no exchange has, routed to an agency."""
    for place in firewalls(g):
        for vlan in place.vlans:
            edit = filter_edit(g, place)
            edit.new_lines(f"ip route 10.1.99.0/24 {vlan.pe['ipv4']}")
            yield _risk(g, place, edit, f"10.1.99.0/24 is of {vlan.vpn}", vlan.vpn)


@operator(KLASS)
def a_shorter_prefix(g: Ground) -> Iterator[Mutant]:
    """More of an agency than takes part in exchanges."""
    for place in firewalls(g):
        for vlan in place.vlans:
            edit = filter_edit(g, place)
            edit.new_lines(f"ip route 10.1.0.0/16 {vlan.pe['ipv4']}")
            yield _risk(g, place, edit, f"10.1.0.0/16 is of {vlan.vpn}", vlan.vpn)


@operator(KLASS)
def a_default_route(g: Ground) -> Iterator[Mutant]:
    """Whatever is not known goes to one agency."""
    for place in firewalls(g):
        for family, everything in (("ipv4", "0.0.0.0/0"), ("ipv6", "::/0")):
            vlan = place.vlans[0]
            edit = filter_edit(g, place)
            edit.new_lines(f"{ip(family)} route {everything} {vlan.pe[family]}")
            yield _risk(g, place, edit, f"default to {vlan.vpn}", family)


@operator(KLASS)
def next_hops_elsewhere(g: Ground) -> Iterator[Mutant]:
    """Next hops that are not a PE of the platform's."""
    for place in firewalls(g):
        prefix = place.vlans[0].net("ipv4")
        ways = {"stranger": "192.0.2.1", "interface": place.port, "management": "172.20.20.1"}
        for name, way in ways.items():
            edit = filter_edit(g, place)
            edit.new_lines(f"ip route {prefix} {way}")
            yield _risk(g, place, edit, f"{prefix} by {way}", name)


@operator(KLASS)
def through_management(g: Ground) -> Iterator[Mutant]:
    """A prefix of an agency through the management VRF."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        prefix, vrf = place.vlans[0].net("ipv4"), g.management.vrf
        edit.new_lines(f"ip route {prefix} 172.20.20.1 nexthop-vrf {vrf}")
        yield _risk(g, place, edit, f"{prefix} through {vrf}")


@operator(KLASS)
def announced_too_much(g: Ground) -> Iterator[Mutant]:
    """A partner prefix more in the list towards an agency: one of a third."""
    for place in firewalls(g):
        for number, (one, other) in enumerate(place.pairs(g, exchanging=False)):
            family = FAMILIES[number % 2]
            edit = filter_edit(g, place)
            name = f"exchange-{one.vpn}_{place.host}"
            edit.new_lines(f"{ip(family)} prefix-list {name} seq 900 permit {other.net(family)}")
            why = f"{one.vpn} gets a route to {other.vpn}"
            yield _risk(g, place, edit, why, f"{one.vpn} {family}")


@operator(KLASS)
def announced_without_a_list(g: Ground) -> Iterator[Mutant]:
    """A session without its outgoing route-map."""
    for place in firewalls(g):
        for vlan in place.vlans:
            edit = filter_edit(g, place)
            at = edit.family(_bgp(edit), "ipv4 unicast")
            edit.remove(at, rf"neighbor {re.escape(vlan.pe['ipv4'])} route-map \S+ out")
            others = {p for v in place.vlans if v is not vlan for p in v.own if p.version == 4}
            names = rf"ip prefix-list exchange-{vlan.vpn}_{place.host} seq \d+ permit (\S+)"
            listed = {m[1] for line in edit.lines if (m := re.fullmatch(names, line))}
            if {str(p) for p in others} - listed:
                yield _risk(g, place, edit, f"no list to {vlan.vpn}", vlan.vpn)


@operator(KLASS)
def announced_by_the_wrong_list(g: Ground) -> Iterator[Mutant]:
    """A session with the list of another agency."""
    for place in firewalls(g):
        for one, other in place.pairs(g, exchanging=True):
            edit = filter_edit(g, place)
            at = edit.family(_bgp(edit), "ipv4 unicast")
            edit.sub(
                at,
                rf"(neighbor {re.escape(one.pe['ipv4'])} route-map) \S+ out",
                rf"\1 exchange-{other.vpn}_{place.host}-ipv4 out",
            )
            yield _risk(g, place, edit, f"{one.vpn} by {other.vpn}'s", f"{one.vpn} {other.vpn}")


@operator(KLASS)
def a_default_is_announced(g: Ground) -> Iterator[Mutant]:
    """An agency is told that everything is behind the firewall."""
    for place in firewalls(g):
        for vlan in place.vlans[:1]:
            edit = filter_edit(g, place)
            at = edit.family(_bgp(edit), "ipv4 unicast")
            edit.append(at, f"neighbor {vlan.pe['ipv4']} default-originate")
            yield _risk(g, place, edit, f"default to {vlan.vpn}", vlan.vpn)


@operator(KLASS)
def it_learns(g: Ground) -> Iterator[Mutant]:
    """A session that takes routes in: no policy, one that permits, one that permits a little."""
    for place in firewalls(g):
        for vlan in place.vlans:
            edit = filter_edit(g, place)
            at = edit.family(_bgp(edit), "ipv4 unicast")
            edit.remove(at, rf"neighbor {re.escape(vlan.pe['ipv4'])} route-map nothing in")
            yield _risk(g, place, edit, f"no policy from {vlan.vpn}", vlan.vpn)
        edit = filter_edit(g, place)
        edit.sub(edit.whole(), "^route-map nothing deny 10$", "route-map nothing permit 10")
        yield _risk(g, place, edit, "nothing permits", "permits")
        edit = filter_edit(g, place)
        edit.new_block("route-map nothing permit 5", "match ip address prefix-list friends")
        edit.new_lines("ip prefix-list friends seq 5 permit 10.1.0.0/16 le 32")
        yield _risk(g, place, edit, "nothing permits a little", "a little")


@operator(KLASS)
def it_speaks_the_backbones_protocols(g: Ground) -> Iterator[Mutant]:
    """IS-IS, LDP, or labels in an agency's VLAN."""
    for place in firewalls(g):
        name = place.vlans[0].interface
        edit = filter_edit(g, place)
        edit.new_block(f"interface {name}", "ip router isis core")
        edit.new_block("router isis core", "net 49.0001.0102.5500.0099.00")
        yield _leak(g, place, edit, f"IS-IS on {name}", "isis")
        edit = filter_edit(g, place)
        edit.append(edit.stanza(name), "mpls-enable yes")
        yield _leak(g, place, edit, f"labels on {name}", "mpls")


@operator(KLASS)
def it_has_vpn_routes(g: Ground) -> Iterator[Mutant]:
    """A session with a PE that carries VPN routes."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        edit = filter_edit(g, place)
        header = _bgp(edit)
        edit.append(
            edit.block(header),
            "address-family ipv4 vpn",
            f" neighbor {vlan.pe['ipv4']} activate",
            "exit-address-family",
        )
        yield _leak(g, place, edit, "VPN routes to the PE")


@operator(KLASS)
def a_neighbor_of_nobody(g: Ground) -> Iterator[Mutant]:
    """A session with somebody that no inventory knows."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        header = _bgp(edit)
        at = edit.block(header)
        edit.prepend(at, "neighbor 192.0.2.9 remote-as 65009")
        edit.append(edit.family(header, "ipv4 unicast"), "neighbor 192.0.2.9 activate")
        yield _risk(g, place, edit, "a neighbor that nobody knows")


@operator(KLASS)
def a_vrf_of_its_own(g: Ground) -> Iterator[Mutant]:
    """A VLAN is in a VRF: packets there meet other routes than those that were looked at."""
    for place in firewalls(g):
        name = place.vlans[0].interface
        edit = filter_edit(g, place)
        edit.new_stanza("fw-a", "vrf-table 1900")
        edit.append(edit.stanza(name), "vrf fw-a")
        yield _risk(g, place, edit, f"{name} is in a VRF", "own")
        edit = filter_edit(g, place)
        edit.append(edit.stanza(name), f"vrf {g.management.vrf}")
        yield _risk(g, place, edit, f"{name} is in management's VRF", "management")


@operator(KLASS)
def addresses_change_places(g: Ground) -> Iterator[Mutant]:
    """Two VLANs have each other's addresses; one has none; one has another more."""
    for place in firewalls(g):
        one, other = place.vlans[0].interface, place.vlans[1].interface
        edit = filter_edit(g, place)
        bodies = [edit.body(edit.stanza(name)) for name in (one, other)]
        for name, body in zip((one, other), reversed(bodies), strict=True):
            at = edit.stanza(name)
            edit.lines[at[0] : at[1]] = [f"    {line}" for line in body]
        yield _risk(g, place, edit, f"{one} and {other} change places", "swapped")
        edit = filter_edit(g, place)
        edit.append(edit.stanza(one), "address 10.1.99.1/24")
        yield _risk(g, place, edit, f"{one} has an address more", "more")


@operator(KLASS)
def a_vlan_of_nobody(g: Ground) -> Iterator[Mutant]:
    """A VLAN that no exchange has."""
    for place in firewalls(g):
        edit = filter_edit(g, place)
        edit.new_stanza(f"{place.port}.777", "address 10.200.7.1/30")
        yield _risk(g, place, edit, "a VLAN that nobody has")


@operator(KLASS)
def policy_routing(g: Ground) -> Iterator[Mutant]:
    """Rules that send packets past the table."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        edit = filter_edit(g, place)
        edit.append(
            edit.stanza(vlan.interface),
            f"post-up ip rule add iif {vlan.interface} lookup 500",
            f"post-up ip route add default via {vlan.pe['ipv4']} table 500",
        )
        yield _risk(g, place, edit, "a rule and a table", "table")


@operator(KLASS)
def redistributed(g: Ground) -> Iterator[Mutant]:
    """Another agency's connected network and static routes, with the list open for them."""
    for place in firewalls(g):
        vlan = place.vlans[0]
        edit = filter_edit(g, place)
        edit.append(edit.family(_bgp(edit), "ipv4 unicast"), "redistribute connected")
        name = f"exchange-{vlan.vpn}_{place.host}"
        edit.new_lines(f"ip prefix-list {name} seq 900 permit 0.0.0.0/0 le 32")
        yield _risk(g, place, edit, f"whatever it has, to {vlan.vpn}")


@operator(KLASS)
def the_pe_takes_more(g: Ground) -> Iterator[Mutant]:
    """The PE's session with the firewall lets in more than the partner prefixes."""
    for place in firewalls(g):
        for vlan in place.vlans:
            label = f"exchange-{vlan.vpn}"
            edit = FilterEdit(g.texts[place.pe])
            edit.new_lines(f"ip prefix-list {label}_{place.host} seq 900 permit 10.1.0.0/16 le 32")
            yield make(
                g,
                "risk",
                {place.pe: edit},
                (place.pe, ""),
                f"{place.pe}: 10.1.0.0/16 from {place.host} into {vlan.vpn}",
                f"{place.host} {vlan.vpn}",
            )
