"""Management: no way from customers to it, nor from it to them (P6)."""

from collections.abc import Iterator
from itertools import pairwise

from tests.isolation.mutants.changes import in_bgp, static
from tests.isolation.mutants.ground import Ground, words
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "management"


def _in_bgp(
    g: Ground, host: str, imports: str, exports: str, families: tuple[str, ...]
) -> list[str]:
    loopback = g.allocation.loopback4[host]
    lines = [f"bgp router-id {loopback}"]
    for family in families:
        lines += [
            "!",
            f"address-family {family} unicast",
            " redistribute connected",
            " label vpn export auto",
            f" rd vpn export {loopback}:{g.management.table}",
            *([f" rt vpn import {imports}"] if imports else []),
            *([f" rt vpn export {exports}"] if exports else []),
            " export vpn",
            " import vpn",
            "exit-address-family",
        ]
    return lines


@operator(KLASS)
def imports_customers(g: Ground) -> Iterator[Mutant]:
    """The management VRF imports customers' routes."""
    for place, _, families in g.pairs_once():
        edit = g.edit(place).new_block(
            f"router bgp {g.asn} vrf {g.management.vrf}",
            *_in_bgp(g, place.host, place.export, "", families),
        )
        why = f"{g.management.vrf} on {place.host} imports {place.export}"
        where = ((place.host, g.management.vrf), place)
        yield make(g, "leak", {place.host: edit}, where, why, words(families))


@operator(KLASS)
def exports_to_customers(g: Ground) -> Iterator[Mutant]:
    """Customers import the management network, which has IPv4 alone."""
    for place, _, _ in g.pairs_once():
        families = ("ipv4",)
        edit = g.edit(place).new_block(
            f"router bgp {g.asn} vrf {g.management.vrf}",
            *_in_bgp(g, place.host, "", place.imports[0], families),
        )
        why = f"{place} imports the management network of {place.host}"
        where = ((place.host, g.management.vrf), place)
        yield make(g, "leak", {place.host: edit}, where, why)


@operator(KLASS)
def both_ways_from_a_core_router(g: Ground) -> Iterator[Mutant]:
    """... on a router that has no customers."""
    for host in g.reflectors:
        for place in g.places[:2]:
            target = place.export
            edit = g.edit(host).new_block(
                f"router bgp {g.asn} vrf {g.management.vrf}",
                *_in_bgp(g, host, target, place.imports[0], ("ipv4",)),
            )
            where = ((host, g.management.vrf), place)
            yield make(g, "leak", {host: edit}, where, f"{host}'s management meets {place}")


@operator(KLASS)
def out_of_its_vrf(g: Ground) -> Iterator[Mutant]:
    """The management port in the default table."""
    for host in g.devices:
        edit = g.edit(host)
        edit.remove(edit.stanza(g.management.port), r"^    vrf ")
        why = f"{g.management.port} of {host} is in the default table"
        yield make(g, "risk", {host: edit}, (host, ""), why)


@operator(KLASS)
def in_a_customers_vrf(g: Ground) -> Iterator[Mutant]:
    """The management port in a customer's VRF."""
    for place in g.places:
        edit = g.edit(place)
        edit.sub(edit.stanza(g.management.port), r"^    vrf .*", f"    vrf {place.vrf}")
        # a VRF must be made before what is bound to it
        why = f"{g.management.port} of {place.host} is in {place.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why)


@operator(KLASS)
def static_of_a_customer(g: Ground) -> Iterator[Mutant]:
    """A customer's static to the management network."""
    for number, place in enumerate(g.places):
        net, port, vrf = g.management.prefix, g.management.port, g.management.vrf
        edit = g.edit(place)
        if number % 2:
            static(edit, place.vrf, f"ip route {net} {port} nexthop-vrf {vrf}")
        else:
            edit.append(
                edit.stanza(place.vrf), f"post-up ip route add {net} dev {port} vrf {place.vrf}"
            )
        why = f"{place} has a route to the management network"
        where = (place, (place.host, vrf))
        yield make(g, "leak", {place.host: edit}, where, why)


@operator(KLASS)
def static_of_management(g: Ground) -> Iterator[Mutant]:
    """A static of the management VRF to a customer."""
    for place in g.places:
        access = place.accesses[0]
        edit = g.edit(place)
        static(
            edit,
            g.management.vrf,
            f"ip route {access.net('ipv4')} {access.ce['ipv4']} nexthop-vrf {place.vrf}",
        )
        why = f"management of {place.host} has a route to {access.label}"
        where = (place, (place.host, g.management.vrf))
        yield make(g, "leak", {place.host: edit}, where, why)


@operator(KLASS)
def imported_by_a_vrf(g: Ground) -> Iterator[Mutant]:
    """`import vrf mgmt`, and management has a BGP instance."""
    for place, _, _ in g.pairs_once():
        edit = in_bgp(g.edit(place), place, ("ipv4",), f"import vrf {g.management.vrf}")
        edit.new_block(
            f"router bgp {g.asn} vrf {g.management.vrf}",
            f"bgp router-id {g.allocation.loopback4[place.host]}",
            "!",
            "address-family ipv4 unicast",
            " redistribute connected",
            "exit-address-family",
        )
        why = f"{place} takes the routes of management"
        where = (place, (place.host, g.management.vrf))
        yield make(g, "leak", {place.host: edit}, where, why)


@operator(KLASS)
def customer_vlan_on_the_management_port(g: Ground) -> Iterator[Mutant]:
    """A VLAN of the management port in a customer's VRF."""
    for place in g.places[::3]:
        edit = g.edit(place).new_stanza(
            f"{g.management.port}.88", "address 10.199.4.1/30", f"vrf {place.vrf}"
        )
        why = f"{place} has a VLAN on the management port"
        yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def bridged_with_a_customer(g: Ground) -> Iterator[Mutant]:
    """The management port and a customer's in one bridge."""
    for place in g.places[::3]:
        access = place.accesses[0]
        edit = g.edit(place).new_stanza(
            "br0", f"bridge-ports {g.management.port} {access.interface}"
        )
        why = f"{access.label} and the management network are one bridge"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, g.management.vrf)), why)


@operator(KLASS)
def text_of_another_router(g: Ground) -> Iterator[Mutant]:
    """A router has the text of another."""
    hosts = list(g.devices)
    for host, other in pairwise(hosts):
        why = f"{host} has the text of {other}"
        yield make(g, "risk", {host: g.texts[other]}, ((host, ""), (other, "")), why)


@operator(KLASS)
def two_names(g: Ground) -> Iterator[Mutant]:
    """FRR's hostname is another router's."""
    hosts = list(g.devices)
    for host, other in pairwise(hosts):
        edit = g.edit(host)
        edit.sub(edit.frr(), rf"^hostname {host}$", f"hostname {other}")
        yield make(g, "open", {host: edit}, (host, ""), f"{host} calls itself {other}")


@operator(KLASS)
def address_in_management(g: Ground) -> Iterator[Mutant]:
    """Another address on the management port."""
    for number, host in enumerate(g.devices):
        edit = g.edit(host)
        edit.append(edit.stanza(g.management.port), f"address 192.0.2.{number + 100}/24")
        yield make(g, "open", {host: edit}, (host, ""), f"{host} has one more management address")
