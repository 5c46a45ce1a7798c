"""What is said of a VRF's own device, and VLANs of another kind: both look like what is there."""

from collections.abc import Iterator

from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Mutant, make, operator

KLASS = "devices of VRFs"
_IGPS = ("ip router isis backbone", "ipv6 router isis backbone", "ip ospf area 0")


@operator(KLASS)
def igp_on_the_device(g: Ground) -> Iterator[Mutant]:
    """The backbone's IS-IS, or OSPF, at the VRF's own device."""
    for number, place in enumerate(g.places):
        edit = g.edit(place)
        line = ("ip router isis backbone", "ipv6 router isis backbone", "ip ospf area 0")[
            number % 3
        ]
        edit.new_block(f"interface {place.vrf}", line)
        if number % 3 == 2:
            edit.new_block("router ospf", "ospf router-id 10.255.0.1")
        yield make(g, "risk", {place.host: edit}, place, f"{line} at VRF {place.vrf}")


@operator(KLASS)
def device_that_asks_for_addresses(g: Ground) -> Iterator[Mutant]:
    """The VRF's stanza says that its addresses, and a default route, come from who answers."""
    for number, place in enumerate(g.places):
        edit = g.edit(place)
        start, _ = edit.stanza(place.vrf)
        edit.sub((start - 1, start), "$", (" inet dhcp", " inet6 auto")[number % 2])
        yield make(g, "risk", {place.host: edit}, place, f"VRF {place.vrf} asks for addresses")


@operator(KLASS)
def labels_on_the_device(g: Ground) -> Iterator[Mutant]:
    """`mpls-enable yes` in the VRF's stanza."""
    for place in g.places:
        edit = g.edit(place)
        edit.append(edit.stanza(place.vrf), "mpls-enable yes")
        yield make(g, "leak", {place.host: edit}, place, f"labels on VRF {place.vrf}")


@operator(KLASS)
def tags_of_another_kind(g: Ground) -> Iterator[Mutant]:
    """`vlan-protocol 802.1ad`: the number is the inventory's, and the frames are somebody's."""
    for place in g.places:
        for access in place.accesses:
            if access.vlan:
                edit = g.edit(place)
                edit.append(edit.stanza(access.interface), "vlan-protocol 802.1ad")
                yield make(g, "risk", {place.host: edit}, place, f"{access.interface} is 802.1ad")


@operator(KLASS)
def tags_of_the_same_kind(g: Ground) -> Iterator[Mutant]:
    """`vlan-protocol 802.1Q`, which is so anyway."""
    for number, place in enumerate(g.places):
        for access in place.accesses:
            if access.vlan:
                edit = g.edit(place)
                word = ("802.1q", "802.1Q")[number % 2]
                edit.append(edit.stanza(access.interface), f"vlan-protocol {word}")
                yield make(g, "equivalent", {place.host: edit}, place, f"{access.interface} is so")
