"""What texts by others have and no template writes: OSPF, EVPN, DHCP, bridges, commands."""

from collections.abc import Iterator

from tests.isolation.mutants.ground import Ground, VrfPlace
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "texts of others"


def _name(place: VrfPlace) -> str:
    return place.accesses[0].interface


@operator(KLASS)
def ospf_of_the_backbone_at_a_customer(g: Ground) -> Iterator[Mutant]:
    """`ip ospf area` on the port of a customer that has lost its VRF: it joins the backbone."""
    for place in g.places[::2]:
        edit = g.edit(place)
        edit.sub(edit.stanza(_name(place)), rf"^    vrf {place.vrf}$", "    mtu 1500")
        edit.new_block(f"interface {_name(place)}", "ip ospf area 0")
        edit.new_block("router ospf", "ospf router-id 10.255.0.1")
        why = f"OSPF on {_name(place)}, which is in no VRF"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why)


@operator(KLASS)
def ospf_of_the_backbone_below_the_vlans(g: Ground) -> Iterator[Mutant]:
    """OSPFv3 on the port that customers' VLANs are on, which is in a VRF for untagged frames."""
    for place in g.places[1::2]:
        access = place.accesses[0]
        if access.vlan:
            edit = g.edit(place).new_block(f"interface {access.port}", "ipv6 ospf6 area 0")
            why = f"OSPFv3 on {access.port}"
            yield make(g, "risk", {place.host: edit}, (place, (place.host, "")), why)


@operator(KLASS)
def ospf_with_a_customer(g: Ground) -> Iterator[Mutant]:
    """An instance of the VRF's own, at the customer's port."""
    for number, place in enumerate(g.places):
        word, protocol = (("ip ospf", "ospf"), ("ipv6 ospf6", "ospf6"))[number % 2]
        edit = g.edit(place).new_block(f"interface {_name(place)}", f"{word} area 0")
        edit.new_block(f"router {protocol} vrf {place.vrf}", "redistribute bgp")
        yield make(g, "risk", {place.host: edit}, place, f"{place} speaks {protocol}")


@operator(KLASS)
def ospf_with_anothers_table(g: Ground) -> Iterator[Mutant]:
    """`redistribute table N` of another VRF, by the IGP of a VRF."""
    for place, other, _ in g.pairs(local=True):
        edit = g.edit(place).new_block(
            f"router ospf vrf {place.vrf}", f"redistribute table {other.facts.table}"
        )
        why = f"OSPF of {place} announces what {other} has"
        yield make(g, "leak", {place.host: edit}, (place, other), why, other.vrf)


@operator(KLASS)
def type_5_routes_with_anothers_target(g: Ground) -> Iterator[Mutant]:
    """EVPN of a VRF with another VPN's target: nothing in the VPN tables shows it."""
    for place, other, _ in list(g.pairs())[::3]:
        edit = g.edit(place)
        at = edit.block(f"router bgp {g.asn} vrf {place.vrf}")
        edit.insert(
            at[0] + 1,
            [
                " address-family l2vpn evpn",
                "  advertise ipv4 unicast",
                f"  route-target import {other.export}",
                " exit-address-family",
            ],
        )
        why = f"{place} imports type 5 routes of {other}"
        yield make(g, "risk", {place.host: edit}, (place, other), why, str(other))


@operator(KLASS)
def bridge_of_two_customers(g: Ground) -> Iterator[Mutant]:
    """A bridge over the ports of two VRFs, which keep saying their VRF."""
    for place, other, _ in list(g.pairs(local=True))[::2]:
        edit = g.edit(place).new_stanza("br77", f"bridge-ports {_name(place)} {_name(other)}")
        yield make(g, "risk", {place.host: edit}, (place, other), "a bridge", other.vrf)


@operator(KLASS)
def customers_addresses_by_dhcp(g: Ground) -> Iterator[Mutant]:
    """A customer's port takes its addresses, and a default route, from whoever answers there."""
    for place in g.places:
        edit = g.edit(place)
        start, _ = edit.stanza(_name(place))
        edit.sub((start - 1, start), "$", " inet dhcp")
        yield make(g, "risk", {place.host: edit}, place, f"{_name(place)} asks for its addresses")


@operator(KLASS)
def ospf_on_circuits(g: Ground) -> Iterator[Mutant]:
    """OSPF between the backbone's routers, beside IS-IS: who is a neighbour stays the same."""
    for host in g.edges[:4]:
        edit = g.edit(host)
        for circuit in g.circuits(host):
            edit.new_block(
                f"interface {circuit}", "ip ospf area 0", "ip ospf cost 10", "ipv6 ospf6 area 0"
            )
        edit.new_block("router ospf", "redistribute connected", "maximum-paths 4")
        edit.new_block("router ospf6", "redistribute connected")
        yield make(g, "equivalent", {host: edit}, (host, ""), f"{host} speaks OSPF on circuits")
