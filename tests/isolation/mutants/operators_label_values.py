"""Label values that are another's or nobody's, and next hops that only look like one's own."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import in_bgp, unicast
from tests.isolation.mutants.ground import FAMILIES, Ground, VrfPlace, words
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "label values and next hops"


def _labelled(g: Ground, place: VrfPlace, family: str, label: int) -> Edit:
    edit = g.edit(place)
    return edit.sub(
        unicast(edit, place, family), r"label vpn export auto", f"label vpn export {label}"
    )


@operator(KLASS)
def reserved_label(g: Ground) -> Iterator[Mutant]:
    """Implicit and explicit null: the packet is looked up in the backbone's own table."""
    for number, place in enumerate(g.places):
        family, label = FAMILIES[number % 2], (3, 0, 2, 1, 14)[number % 5]
        why = f"{place} has the reserved label {label}"
        yield make(g, "risk", {place.host: _labelled(g, place, family, label)}, place, why, family)


@operator(KLASS)
def label_that_is_allocated_too(g: Ground) -> Iterator[Mutant]:
    """A low label: LDP and the other VRFs are given the same by the router itself."""
    for number, place in enumerate(g.places):
        label = (16, 17, 80, 81, 144)[number % 5]
        why = f"{place} has label {label}, which the router allocates as well"
        yield make(g, "risk", {place.host: _labelled(g, place, "ipv4", label)}, place, why)


@operator(KLASS)
def label_in_the_dynamic_block(g: Ground) -> Iterator[Mutant]:
    """The text says where the router allocates, and the label is there."""
    for place in g.places[::2]:
        edit = _labelled(g, place, "ipv6", 90010)
        edit.new_lines("mpls label dynamic-block 90000 99999")
        yield make(
            g, "risk", {place.host: edit}, place, f"{place} has a label of the dynamic block"
        )


@operator(KLASS)
def label_beside_the_dynamic_block(g: Ground) -> Iterator[Mutant]:
    """The label is not where the text says that the router allocates; FRR 8.4's vtysh does not
    know that line (tried on it), and the router allocates anywhere."""
    for place in g.places[1::2]:
        edit = _labelled(g, place, "ipv4", 80)
        edit.new_lines("mpls label dynamic-block 90000 99999")
        why = f"{place} has a label of a block that is not reserved"
        yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def next_hop_that_only_a_router_id_is(g: Ground) -> Iterator[Mutant]:
    """The VRF's router id is another router's loopback: no address of this one."""
    for place, other, families in list(g.pairs_once(local=False))[::2]:
        address = g.allocation.loopback4[other.host]
        edit = g.edit(place)
        edit.sub(edit.block(place.header), r"^ bgp router-id .*", f" bgp router-id {address}")
        in_bgp(edit, place, ("ipv4",), f"nexthop vpn export {address}")
        why = f"packets for {place} go to {other.host}"
        yield make(g, "risk", {place.host: edit}, place, why, words(families))


@operator(KLASS)
def next_hop_that_is_a_customer_port(g: Ground) -> Iterator[Mutant]:
    """An address of the VRF's own port: in the backbone it may be anybody's."""
    for place in g.places[::2]:
        address = place.accesses[0].pe["ipv4"].partition("/")[0]
        edit = in_bgp(g.edit(place), place, ("ipv4",), f"nexthop vpn export {address}")
        yield make(g, "risk", {place.host: edit}, place, f"{place} has its port as next hop")


@operator(KLASS)
def next_hop_of_ones_own(g: Ground) -> Iterator[Mutant]:
    """The router's loopback, said."""
    for place in g.places[1::2]:
        address = g.allocation.loopback4[place.host]
        edit = in_bgp(g.edit(place), place, ("ipv4",), f"nexthop vpn export {address}")
        yield make(g, "equivalent", {place.host: edit}, place, f"{place} says its next hop")


def _sessions(g: Ground, host: str, option: str) -> Edit:
    """An option of all the router's VPN sessions of IPv4."""
    edit = g.edit(host)
    at = edit.family(f"router bgp {g.asn}", "ipv4 vpn")
    peers = [line.split()[1] for line in edit.body(at) if line.endswith(" activate")]
    return edit.append(at, *(f"neighbor {peer} {option}" for peer in peers))


@operator(KLASS)
def next_hop_taken_over_by_a_reflector(g: Ground) -> Iterator[Mutant]:
    """Packets come to the reflector with labels that other routers gave."""
    for host in g.reflectors:
        edit = _sessions(g, host, "next-hop-self force")
        yield make(g, "risk", {host: edit}, (host, ""), f"{host} is the next hop of all routes")


@operator(KLASS)
def next_hop_of_ones_own_routes(g: Ground) -> Iterator[Mutant]:
    """Without force it is of the router's own routes, as it is anyway."""
    for host in g.edges:
        edit = _sessions(g, host, "next-hop-self")
        yield make(g, "equivalent", {host: edit}, (host, ""), f"{host} says what is so")
