"""The backbone's edge: labels and IGP on customers' ports (P4), strangers among its peers (P8)."""

from collections.abc import Iterator

from tests.isolation.mutants.ground import FAMILIES, Ground, words
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "backbone, MPLS, reflectors"


@operator(KLASS)
def labels_by_linux(g: Ground) -> Iterator[Mutant]:
    """`mpls-enable yes` on a customer's port."""
    for place in g.places:
        for access in place.accesses:
            edit = g.edit(place)
            edit.append(edit.stanza(access.interface), "mpls-enable yes")
            why = f"{access.interface} of {access.label} takes labelled packets"
            yield make(g, "risk", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def labels_on_the_trunk(g: Ground) -> Iterator[Mutant]:
    """... on the port that customers' VLANs are on."""
    for place in g.places[::2]:
        access = place.accesses[0]
        if access.vlan:
            edit = g.edit(place)
            edit.append(edit.stanza(access.port), "mpls-enable yes")
            why = f"{access.port} takes labelled packets"
            yield make(g, "risk", {place.host: edit}, (place, (place.host, "")), why)


@operator(KLASS)
def labels_by_frr(g: Ground) -> Iterator[Mutant]:
    """`mpls enable` on a customer's port, the VRF said or not."""
    for number, place in enumerate(g.places):
        access = place.accesses[0]
        edit = g.edit(place)
        vrf = f" vrf {place.vrf}" if number % 2 else ""
        edit.new_block(f"interface {access.interface}{vrf}", "mpls enable")
        why = f"{access.interface} of {access.label} takes labelled packets"
        yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def ldp_on_a_customers_port(g: Ground) -> Iterator[Mutant]:
    """LDP with a customer."""
    for number, place in enumerate(g.places):
        family = FAMILIES[number % 2]
        access = place.accesses[0]
        name = access.port if number % 3 == 2 else access.interface
        edit = g.edit(place)
        start, end = edit.block("mpls ldp")
        at = edit.lines.index(f" address-family {family}", start, end)
        last = edit.lines.index(" exit-address-family", at)
        edit.insert(last, [f"  interface {name}", "  exit", "  !"])
        why = f"LDP on {name} of {access.label}"
        yield make(g, "risk", {place.host: edit}, (place, (place.host, "")), why, family)


@operator(KLASS)
def igp_on_a_customers_port(g: Ground) -> Iterator[Mutant]:
    """IS-IS with a customer, in one family."""
    for number, place in enumerate(g.places):
        word = ("ip", "ipv6")[number % 2]
        access = place.accesses[0]
        name = access.port if number % 3 == 2 and access.vlan else access.interface
        edit = g.edit(place).new_block(f"interface {name}", f"{word} router isis backbone")
        why = f"IS-IS on {name} of {access.label}"
        yield make(g, "risk", {place.host: edit}, (place, (place.host, "")), why)


@operator(KLASS)
def external_vpn_neighbour(g: Ground) -> Iterator[Mutant]:
    """Another AS among the VPN sessions (RFC 4364 section 10 b)."""
    for number, host in enumerate([*g.reflectors, *g.edges]):
        families = (("ipv4", "ipv6"), ("ipv4",), ("ipv6",))[number % 3]
        edit = g.edit(host)
        header = f"router bgp {g.asn}"
        edit.insert(edit.block(header)[0] + 2, [" neighbor 192.0.2.99 remote-as 64999"])
        for family in families:
            edit.append(edit.family(header, f"{family} vpn"), "neighbor 192.0.2.99 activate")
        why = f"{host} exchanges VPN routes with AS 64999"
        yield make(g, "risk", {host: edit}, (host, ""), why, words(families))


@operator(KLASS)
def unknown_vpn_neighbour(g: Ground) -> Iterator[Mutant]:
    """A router of nobody's inventory among the VPN sessions."""
    for number, host in enumerate([*g.reflectors, *g.edges]):
        edit = g.edit(host)
        header = f"router bgp {g.asn}"
        address = ("10.255.14.200", "fde9:ff::1:99")[number % 2]
        family = FAMILIES[number % 2]
        edit.insert(
            edit.block(header)[0] + 2,
            [f" neighbor {address} remote-as {g.asn}", f" neighbor {address} update-source lo"],
        )
        edit.append(edit.family(header, f"{family} vpn"), f"neighbor {address} activate")
        yield make(g, "risk", {host: edit}, (host, ""), f"{host} has an unknown VPN neighbour")


@operator(KLASS)
def anyone_as_vpn_neighbour(g: Ground) -> Iterator[Mutant]:
    """`bgp listen range` for VPN routes."""
    for number, host in enumerate(g.reflectors):
        edit = g.edit(host)
        header = f"router bgp {g.asn}"
        span = ("10.255.0.0/16", "0.0.0.0/0")[number % 2]
        edit.insert(
            edit.block(header)[0] + 2,
            [
                " neighbor ANY peer-group",
                f" neighbor ANY remote-as {g.asn}",
                f" bgp listen range {span} peer-group ANY",
            ],
        )
        edit.append(edit.family(header, "ipv4 vpn"), "neighbor ANY activate")
        yield make(g, "risk", {host: edit}, (host, ""), f"{host} takes VPN routes from {span}")


@operator(KLASS)
def customer_as_vpn_neighbour(g: Ground) -> Iterator[Mutant]:
    """A CE among the VPN sessions."""
    for place, access, family in g.sessions():
        if family != "ipv4":
            continue
        edit = g.edit(place)
        header = f"router bgp {g.asn}"
        asn = g.allocation.site_asn[access.site]
        address = access.ce[family]
        edit.insert(edit.block(header)[0] + 2, [f" neighbor {address} remote-as {asn}"])
        edit.append(edit.family(header, "ipv4 vpn"), f"neighbor {address} activate")
        why = f"{place.host} exchanges VPN routes with the CE of {access.label}"
        yield make(g, "risk", {place.host: edit}, (place.host, ""), why, access.label)


@operator(KLASS)
def circuit_in_a_vrf(g: Ground) -> Iterator[Mutant]:
    """A backbone port in a customer's VRF."""
    for place in g.places:
        circuits = g.circuits(place.host)
        if not circuits:
            continue
        edit = g.edit(place)
        edit.append(edit.stanza(circuits[-1]), f"vrf {place.vrf}")
        why = f"the circuit on {circuits[-1]} of {place.host} is in {place.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why)


@operator(KLASS)
def circuit_nobody_ordered(g: Ground) -> Iterator[Mutant]:
    """A backbone port that the inventory does not have."""
    for host in [*g.reflectors, *g.edges[:2]]:
        edit = g.edit(host).new_stanza("eth66", "address 10.254.60.0/31", "mpls-enable yes")
        edit.new_block(
            "interface eth66",
            "ip router isis backbone",
            "isis circuit-type level-2-only",
            "mpls enable",
        )
        why = f"eth66 of {host} is a circuit that nobody ordered"
        yield make(g, "risk", {host: edit}, (host, ""), why)


@operator(KLASS)
def backbone_redistributes_customers(g: Ground) -> Iterator[Mutant]:
    """IS-IS says routes of other protocols to the whole backbone."""
    for number, host in enumerate(g.edges):
        word = ("connected", "static", "kernel", "bgp")[number % 4]
        edit = g.edit(host)
        edit.append(edit.block("router isis backbone"), f"redistribute ipv4 {word} level-2")
        why = f"{host} redistributes {word} into the backbone"
        yield make(g, "open", {host: edit}, (host, ""), why)


@operator(KLASS)
def isis_metric(g: Ground) -> Iterator[Mutant]:
    """Another IS-IS metric."""
    for host in g.devices:
        circuits = g.circuits(host)
        if not circuits:
            continue
        edit = g.edit(host)
        at = edit.block(f"interface {circuits[0]}")
        if edit.has(at, "isis metric"):
            edit.sub(at, r"isis metric \d+", "isis metric 4711")
        else:
            edit.append(at, "isis metric 4711")
        yield make(g, "equivalent", {host: edit}, (host, ""), f"{host} has another metric")


@operator(KLASS)
def no_labels_in_the_core(g: Ground) -> Iterator[Mutant]:
    """Labels switched off on a circuit: a fault, no leak."""
    for number, host in enumerate(g.devices):
        circuits = g.circuits(host)
        if not circuits:
            continue
        edit = g.edit(host)
        if number % 2:
            edit.remove(edit.stanza(circuits[0]), "mpls-enable")
        else:
            edit.remove(edit.block(f"interface {circuits[0]}"), "mpls enable")
        yield make(
            g, "equivalent", {host: edit}, (host, ""), f"{host} takes no labels on a circuit"
        )


@operator(KLASS)
def no_client(g: Ground) -> Iterator[Mutant]:
    """An edge is no client of a reflector any more."""
    for number, host in enumerate(g.reflectors):
        for edge in g.edges[number : number + 2]:
            if edge == host:
                continue
            edit = g.edit(host)
            edit.remove(
                edit.family(f"router bgp {g.asn}", "ipv4 vpn"),
                rf"neighbor {g.allocation.loopback4[edge]} route-reflector-client",
            )
            why = f"{edge} is no client of {host}"
            yield make(g, "equivalent", {host: edit}, ((host, ""), (edge, "")), why)
