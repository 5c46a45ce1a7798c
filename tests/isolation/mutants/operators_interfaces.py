"""Interfaces and Linux: in the wrong VRF or none, wrong VLANs, tables, links inside a router."""

from collections.abc import Iterator

from tests.isolation.mutants.changes import LAST_RESORT
from tests.isolation.mutants.ground import FAMILIES, Access, Ground, VrfPlace, ip
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.text import Edit

KLASS = "interfaces and Linux"


def _bind(edit: Edit, access: Access, old: str, new: str) -> Edit:
    return edit.sub(edit.stanza(access.interface), rf"^    vrf {old}$", f"    vrf {new}")


def _accesses(g: Ground) -> Iterator[tuple[VrfPlace, Access]]:
    for place in g.places:
        for access in place.accesses:
            yield place, access


@operator(KLASS)
def in_the_wrong_vrf(g: Ground) -> Iterator[Mutant]:
    """An access in a VRF of another VPN."""
    for place, access in _accesses(g):
        for other in g.victims(place, local=True):
            edit = _bind(g.edit(place), access, place.vrf, other.vrf)
            why = f"{access.interface} of {access.label} is in {other.vrf}"
            yield make(
                g, "leak", {place.host: edit}, (place, other), why, f"{access.label} {other.vrf}"
            )


@operator(KLASS)
def in_two_vrfs(g: Ground) -> Iterator[Mutant]:
    """Two VRFs in one stanza."""
    for place, access in _accesses(g):
        for other in g.victims(place, local=True)[:1]:
            edit = g.edit(place)
            edit.append(edit.stanza(access.interface), f"vrf {other.vrf}")
            why = f"{access.interface} of {access.label} names {other.vrf} too"
            yield make(g, "risk", {place.host: edit}, (place, other), why, access.label)


@operator(KLASS)
def in_no_vrf(g: Ground) -> Iterator[Mutant]:
    """An access in the default table, where the backbone is."""
    for place, access in _accesses(g):
        edit = g.edit(place)
        edit.remove(edit.stanza(access.interface), r"^    vrf ")
        why = f"{access.interface} of {access.label} is in the default table"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why, access.label)


@operator(KLASS)
def in_management(g: Ground) -> Iterator[Mutant]:
    """An access in the management VRF."""
    for place, access in list(_accesses(g))[::2]:
        edit = _bind(g.edit(place), access, place.vrf, g.management.vrf)
        why = f"{access.interface} of {access.label} is in {g.management.vrf}"
        where = (place, (place.host, g.management.vrf))
        yield make(g, "leak", {place.host: edit}, where, why, access.label)


@operator(KLASS)
def in_a_vrf_that_is_not_there(g: Ground) -> Iterator[Mutant]:
    """An access in a VRF whose name is mistyped."""
    for place, access in list(_accesses(g))[::2]:
        edit = _bind(g.edit(place), access, place.vrf, f"{place.vrf}x"[:15])
        why = f"{access.interface} of {access.label} is in a VRF that is not made"
        yield make(g, "risk", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def vrfs_swapped(g: Ground) -> Iterator[Mutant]:
    """Two accesses of a router in each other's VRF."""
    for place, other, _ in g.pairs_once(local=True):
        one, two = place.accesses[0], other.accesses[0]
        edit = _bind(_bind(g.edit(place), one, place.vrf, other.vrf), two, other.vrf, place.vrf)
        why = f"{one.interface} and {two.interface} of {place.host} are in each other's VRF"
        yield make(g, "leak", {place.host: edit}, (place, other), why)


@operator(KLASS)
def vlans_swapped(g: Ground) -> Iterator[Mutant]:
    """Two VLANs swapped: the names say one thing and `vlan-id` another."""
    for place, access in _accesses(g):
        for other, theirs in _accesses(g):
            if (
                other.host != place.host
                or other.vpn == place.vpn
                or theirs.port != access.port
                or not access.vlan
                or not theirs.vlan
                or theirs.vlan < access.vlan
            ):
                continue
            edit = g.edit(place)
            for mine, wrong in ((access, theirs), (theirs, access)):
                edit.prepend(
                    edit.stanza(mine.interface),
                    f"vlan-raw-device {mine.port}",
                    f"vlan-id {wrong.vlan}",
                )
            why = f"VLANs {access.vlan} and {theirs.vlan} of {place.host} {access.port} are swapped"
            yield make(g, "leak", {place.host: edit}, (place, other), why, access.label)


@operator(KLASS)
def vlan_of_another_by_id(g: Ground) -> Iterator[Mutant]:
    """A new subinterface with an innocent name takes another customer's VLAN into a VRF."""
    for place, other, _ in g.pairs_once(local=True):
        theirs = other.accesses[0]
        if not theirs.vlan:
            continue
        edit = g.edit(place).remove_stanza(theirs.interface)
        edit.new_stanza(
            "cust0",
            f"vlan-raw-device {theirs.port}",
            f"vlan-id {theirs.vlan}",
            f"address {theirs.pe['ipv4']}",
            f"vrf {place.vrf}",
        )
        why = f"VLAN {theirs.vlan} of {theirs.label} is in {place.vrf} under another name"
        yield make(g, "leak", {place.host: edit}, (place, other), why)


@operator(KLASS)
def vlan_id_as_the_name_says(g: Ground) -> Iterator[Mutant]:
    """`vlan-raw-device` and `vlan-id` written out, as the name says already."""
    for place, access in list(_accesses(g))[::2]:
        if access.vlan:
            edit = g.edit(place)
            at = edit.stanza(access.interface)
            edit.prepend(at, f"vlan-raw-device {access.port}", f"vlan-id {access.vlan}")
            why = f"{access.interface} says its VLAN in words"
            yield make(g, "equivalent", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def vlan_id_of_nobody(g: Ground) -> Iterator[Mutant]:
    """The right VRF and the wrong VLAN, which nobody has."""
    for place, access in list(_accesses(g))[::2]:
        if access.vlan:
            edit = g.edit(place)
            at = edit.stanza(access.interface)
            edit.prepend(at, f"vlan-raw-device {access.port}", "vlan-id 3998")
            why = f"{access.interface} takes VLAN 3998, which nobody ordered"
            yield make(g, "risk", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def vlan_nobody_ordered(g: Ground) -> Iterator[Mutant]:
    """One more VLAN in a VRF."""
    for place in g.places:
        access = place.accesses[0]
        if access.vlan:
            edit = g.edit(place).new_stanza(
                f"{access.port}.3997", "address 10.199.0.1/30", f"vrf {place.vrf}"
            )
            why = f"VLAN 3997 of {access.port} is in {place.vrf}; nobody ordered it"
            yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def port_nobody_ordered(g: Ground) -> Iterator[Mutant]:
    """A free port in a VRF."""
    for place in g.places[::2]:
        edit = g.edit(place).new_stanza("eth77", "address 10.199.0.5/30", f"vrf {place.vrf}")
        why = f"eth77 is in {place.vrf}; nobody ordered it"
        yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def trunk_with_an_address(g: Ground) -> Iterator[Mutant]:
    """An address on the port that customers' VLANs are on: frames without a tag are heard."""
    for place, access in list(_accesses(g))[::2]:
        if access.vlan:
            edit = g.edit(place)
            edit.append(edit.stanza(access.port), "address 10.199.0.9/30")
            why = f"{access.port} itself has an address"
            yield make(
                g,
                "risk",
                {place.host: edit},
                (place.host, ""),
                why,
                f"{access.port} {access.label}",
            )


@operator(KLASS)
def trunk_in_no_vrf(g: Ground) -> Iterator[Mutant]:
    """The port stands in the default table: Linux answers and routes what comes without a tag."""
    for place, access in list(_accesses(g))[::2]:
        if access.vlan:
            edit = g.edit(place)
            edit.remove(edit.stanza(access.port), "vrf untagged")
            why = f"{access.port} itself is in the default table"
            yield make(g, "leak", {place.host: edit}, (place.host, ""), why, access.label)


@operator(KLASS)
def trunk_in_a_vrf(g: Ground) -> Iterator[Mutant]:
    """The port of two customers' VLANs is bound to one's VRF: untagged frames are its own."""
    for place, access in list(_accesses(g))[::2]:
        if access.vlan:
            edit = g.edit(place)
            edit.append(edit.stanza(access.port), f"vrf {place.vrf}")
            why = f"{access.port} itself is in {place.vrf}"
            yield make(g, "risk", {place.host: edit}, place, why, access.label)


@operator(KLASS)
def bridge_of_two(g: Ground) -> Iterator[Mutant]:
    """Two customers' ports in one bridge: layer 2 is one network."""
    for number, (place, other, _) in enumerate(g.pairs_once(local=True)):
        one, two = place.accesses[0], other.accesses[0]
        edit = g.edit(place)
        lines = [f"bridge-ports {one.interface} {two.interface}"]
        if number % 2:
            lines.append(f"vrf {place.vrf}")
            edit.remove(edit.stanza(one.interface), r"^    vrf ")
            edit.remove(edit.stanza(two.interface), r"^    vrf ")
        edit.new_stanza("br0", *lines)
        why = f"{one.interface} and {two.interface} are one bridge"
        yield make(g, "leak", {place.host: edit}, (place, other), why)


@operator(KLASS)
def veth_between(g: Ground) -> Iterator[Mutant]:
    """A virtual cable between two VRFs."""
    for place, other, _ in g.pairs_once(local=True):
        edit = g.edit(place)
        edit.new_stanza(
            "va", "link-type veth", "veth-peer-name vb", "address 10.199.1.1/30", f"vrf {place.vrf}"
        )
        edit.new_stanza(
            "vb", "link-type veth", "veth-peer-name va", "address 10.199.1.2/30", f"vrf {other.vrf}"
        )
        why = f"a veth joins {place} and {other.vrf}"
        yield make(g, "leak", {place.host: edit}, (place, other), why)


@operator(KLASS)
def veth_to_the_backbone(g: Ground) -> Iterator[Mutant]:
    """A virtual cable from a VRF to the default table."""
    for place in g.places[::2]:
        edit = g.edit(place)
        edit.new_stanza(
            "va", "link-type veth", "veth-peer-name vb", "address 10.199.1.1/30", f"vrf {place.vrf}"
        )
        edit.new_stanza("vb", "link-type veth", "veth-peer-name va", "address 10.199.1.2/30")
        why = f"a veth joins {place} and the default table"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why)


@operator(KLASS)
def veth_by_command(g: Ground) -> Iterator[Mutant]:
    """... made by `post-up` commands."""
    for place, other, _ in list(g.pairs_once(local=True))[::2]:
        edit = g.edit(place)
        edit.append(
            edit.stanza(place.vrf),
            "post-up ip link add va type veth peer name vb",
            f"post-up ip link set va master {place.vrf} up",
            f"post-up ip link set vb master {other.vrf} up",
        )
        why = f"a veth made by commands joins {place} and {other.vrf}"
        yield make(g, "risk", {place.host: edit}, place, why)


@operator(KLASS)
def one_table_for_two(g: Ground) -> Iterator[Mutant]:
    """Two VRFs with one kernel table."""
    for place, other, _ in g.pairs(local=True):
        edit = g.edit(place)
        edit.sub(edit.stanza(place.vrf), r"vrf-table \d+", f"vrf-table {other.facts.table}")
        why = f"{place} and {other.vrf} have table {other.facts.table}"
        yield make(g, "leak", {place.host: edit}, (place, other), why, other.vrf)


@operator(KLASS)
def table_of_management(g: Ground) -> Iterator[Mutant]:
    """A customer's VRF with management's kernel table."""
    for place in g.places[::2]:
        edit = g.edit(place)
        edit.sub(edit.stanza(place.vrf), r"vrf-table \d+", f"vrf-table {g.management.table}")
        why = f"{place} has the table of {g.management.vrf}"
        yield make(g, "leak", {place.host: edit}, place, why)


@operator(KLASS)
def table_main(g: Ground) -> Iterator[Mutant]:
    """A VRF whose table is the main one."""
    for number, place in enumerate(g.places[::2]):
        edit = g.edit(place)
        table = "main" if number % 2 else "254"
        edit.sub(edit.stanza(place.vrf), r"vrf-table \d+", f"vrf-table {table}")
        yield make(g, "risk", {place.host: edit}, place, f"{place} has the main table")


@operator(KLASS)
def table_of_its_own(g: Ground) -> Iterator[Mutant]:
    """Another kernel table that nobody has."""
    for place in g.places[::2]:
        edit = g.edit(place)
        number = g.unused_number(place.host)
        edit.sub(edit.stanza(place.vrf), r"vrf-table \d+", f"vrf-table {number}")
        yield make(g, "equivalent", {place.host: edit}, place, f"{place} has table {number}")


@operator(KLASS)
def table_auto(g: Ground) -> Iterator[Mutant]:
    """ifupdown2 picks the table."""
    for place in g.places[::3]:
        edit = g.edit(place)
        edit.sub(edit.stanza(place.vrf), r"vrf-table \d+", "vrf-table auto")
        yield make(g, "open", {place.host: edit}, place, f"{place} has a table that Linux picks")


@operator(KLASS)
def no_last_resort(g: Ground) -> Iterator[Mutant]:
    """The unreachable default removed: look-ups go on in the main table (Linux l3mdev)."""
    for number, place in enumerate(g.places):
        version = ("-4", "-6", "-[46]")[number % 3]
        edit = g.edit(place)
        edit.remove(edit.stanza(place.vrf), rf"^    post-up ip {version} ")
        what = {"-4": "ipv4", "-6": "ipv6"}.get(version, "")
        yield make(g, "risk", {place.host: edit}, place, f"{place} falls through to main", what)


@operator(KLASS)
def last_resort_of_another_vrf(g: Ground) -> Iterator[Mutant]:
    """The unreachable default is put into another VRF's table."""
    for place, other, _ in g.pairs_once(local=True):
        edit = g.edit(place)
        edit.sub(edit.stanza(place.vrf), rf"vrf {place.vrf}$", f"vrf {other.vrf}")
        yield make(g, "risk", {place.host: edit}, place, f"{place} falls through to main")


@operator(KLASS)
def last_resort_overridden(g: Ground) -> Iterator[Mutant]:
    """A later command takes it off again."""
    for number, place in enumerate(g.places[::2]):
        version = (4, 6)[number % 2]
        edit = g.edit(place)
        edit.append(
            edit.stanza(place.vrf),
            f"post-up ip -{version} route del unreachable default metric {LAST_RESORT} "
            f"vrf {place.vrf}",
        )
        yield make(g, "risk", {place.host: edit}, place, f"{place} falls through to main")


@operator(KLASS)
def last_resort_in_other_words(g: Ground) -> Iterator[Mutant]:
    """`blackhole`, `prohibit`, a prefix instead of `default`, a table number, `add`."""
    for number, place in enumerate(g.places):
        edit = g.edit(place)
        at = edit.stanza(place.vrf)
        kind = number % 5
        if kind == 0:
            edit.sub(at, r"unreachable", "blackhole")
        elif kind == 1:
            edit.sub(at, r"ip -4 (.*) default", r"ip -4 \1 0.0.0.0/0")
            edit.sub(at, r"ip -6 (.*) default", r"ip -6 \1 ::/0")
        elif kind == 2:
            edit.sub(at, rf"vrf {place.vrf}$", f"table {place.facts.table}")
        elif kind == 3:
            edit.sub(at, r"route replace", "route add")
        else:
            edit.sub(at, r"unreachable", "prohibit")
        why = f"{place} is closed in other words"
        yield make(g, "equivalent", {place.host: edit}, place, why)


@operator(KLASS)
def last_resort_by_frr(g: Ground) -> Iterator[Mutant]:
    """FRR's discarding default instead of Linux's."""
    for number, place in enumerate(g.places[::2]):
        edit = g.edit(place)
        edit.remove(edit.stanza(place.vrf), r"^    post-up ip ")
        way = ("Null0", "blackhole", "reject")[number % 3]
        lines = [
            f"{ip(family)} route {'0.0.0.0/0' if family == 'ipv4' else '::/0'} {way} 250"
            for family in FAMILIES
        ]
        header = f"vrf {place.vrf}"
        if edit.has_block(header):
            edit.append(edit.block(header), *lines)
        else:
            edit.new_block(header, *lines, end="exit-vrf")
        # redistributed like any static, and so said to the whole VPN
        yield make(g, "risk", {place.host: edit}, place, f"{place} is closed by FRR", way)


@operator(KLASS)
def rule_between_tables(g: Ground) -> Iterator[Mutant]:
    """`ip rule`: packets of one VRF looked up in another's table."""
    for number, (place, other, _) in enumerate(g.pairs_once(local=True)):
        access = place.accesses[0]
        edit = g.edit(place)
        rule = (
            f"ip rule add iif {access.interface} lookup {other.facts.table} pref 500",
            f"ip rule add from {access.net('ipv4')} table {other.facts.table} priority 500",
            f"ip -6 rule add iif {place.vrf} lookup {other.facts.table} pref 500",
            f"ip rule add iif {access.interface} lookup main pref 500",
        )[number % 4]
        edit.append(edit.stanza(access.interface), f"post-up {rule}")
        why = f"{rule}: packets of {place} leave its table"
        yield make(g, "risk", {place.host: edit}, place, why, other.vrf)


@operator(KLASS)
def loose_commands(g: Ground) -> Iterator[Mutant]:
    """Commands in stanzas that undo what the text says."""
    for number, place in enumerate(g.places):
        access = place.accesses[0]
        other = next(iter(g.others(place, local=True)), None)
        command = (
            f"ip link set {access.interface} nomaster",
            f"ip link set {access.interface} master {other.vrf if other else g.management.vrf}",
            f"ip link add link {access.port} name xx type vlan id 3996",
            f"tc qdisc add dev {access.interface} ingress",
            f"sysctl -w net.mpls.conf.{access.interface}.input=1",
            "/usr/local/bin/after-up",
        )[number % 6]
        edit = g.edit(place)
        edit.append(edit.stanza(access.interface), f"post-up {command}")
        yield make(g, "risk", {place.host: edit}, place, f"{place}: {command}")


@operator(KLASS)
def address_of_another(g: Ground) -> Iterator[Mutant]:
    """An access's addresses are another customer's."""
    for place, other, _ in list(g.pairs_once(local=True))[::2]:
        one, two = place.accesses[0], other.accesses[0]
        edit = g.edit(place)
        edit.append(edit.stanza(one.interface), f"address {two.pe['ipv4']}")
        why = f"{one.interface} has the address of {two.label} too"
        yield make(g, "open", {place.host: edit}, place, why)


@operator(KLASS)
def interface_file_elsewhere(g: Ground) -> Iterator[Mutant]:
    """`source`: more interfaces in files that are not in the text."""
    for host in g.edges[:2]:
        edit = g.edit(host)
        edit.insert(2, ["source /etc/network/interfaces.d/*", ""])
        why = f"{host} has interfaces in files that are not here"
        yield make(g, "risk", {host: edit}, (host, ""), why)


@operator(KLASS)
def loopback_of_a_customer(g: Ground) -> Iterator[Mutant]:
    """A loopback address more, of nobody else."""
    for number, host in enumerate(g.edges):
        edit = g.edit(host)
        edit.append(edit.stanza("lo"), f"address 10.255.15.{number + 1}/32")
        yield make(
            g, "equivalent", {host: edit}, (host, ""), f"{host} has another loopback address"
        )


@operator(KLASS)
def vrf_binding_by_frr_alone(g: Ground) -> Iterator[Mutant]:
    """An interface whose VRF only FRR's `interface X vrf Y` names: that binds nothing."""
    for place in g.places[::3]:
        access = place.accesses[0]
        edit = g.edit(place)
        edit.remove(edit.stanza(access.interface), r"^    vrf ")
        edit.new_block(f"interface {access.interface} vrf {place.vrf}", "description customer")
        why = f"{access.interface} is in the default table, whatever FRR calls it"
        yield make(g, "leak", {place.host: edit}, (place, (place.host, "")), why)
