"""What a border router of option b) (RFC 4364 section 10) does with labels, release by release.

It is why a border with option B is refused: docs/explanation/provinces.md says what was seen.
"""

import pytest

from tests.oracle.vpn_speakers import OTHER, OWN, PEERS, Seen, seen

pytestmark = pytest.mark.lab
#: VPN 1 crosses; 2 does not; 3 does not, and is not taken from the own side either.
#: Prefix -> number of its VPN's target, and its label.
PE = {
    "172.16.11.0/24": (1, 101),
    "172.16.12.0/24": (2, 102),
    "172.16.13.0/24": (3, 103),
    "fd16:11::/64": (1, 111),
    "fd16:12::/64": (2, 112),
    "fd16:13::/64": (3, 113),
}
NEIGHBOR = {
    "172.16.21.0/24": (1, 201),
    "172.16.22.0/24": (2, 202),
    "fd16:21::/64": (1, 211),
    "fd16:22::/64": (2, 212),
}
GIVEN = {prefix: label for prefix, (_, label) in (PE | NEIGHBOR).items()}
CROSS = {
    prefix for routes in (PE, NEIGHBOR) for prefix, (number, _) in routes.items() if number == 1
}
_SWITCHES = "".join(
    f"interface {port}\n mpls bgp l3vpn-multi-domain-switching\nexit\n" for port in ("eth1", "eth5")
)


def border(*, switches: bool) -> str:
    """The border router's text: of all VPNs it lets one cross, in each direction."""
    lines = ["interface eth5", " mpls bgp forwarding", "exit"]
    for name, numbers in (("CROSS", (1,)), ("TAKEN", (1, 2))):
        lines += [f"bgp extcommunity-list standard {name} permit rt {OWN}:{n}" for n in numbers]
        lines += [f"route-map {name} permit 10", f" match extcommunity {name}", "exit"]
    lines += [f"router bgp {OWN}", " bgp router-id 10.0.0.2", " no bgp default ipv4-unicast"]
    for pe, other in PEERS.values():
        lines += [f" neighbor {pe} remote-as {OWN}", f" neighbor {other} remote-as {OTHER}"]
        lines += [f" neighbor {address} timers connect 1" for address in (pe, other)]
    for family, (pe, other) in PEERS.items():
        of_pe = ("activate", "next-hop-self", "route-map TAKEN in")
        of_other = ("activate", "route-map CROSS in", "route-map CROSS out")
        lines += [f" address-family {family} vpn"]
        lines += [f"  neighbor {pe} {words}" for words in of_pe]
        lines += [f"  neighbor {other} {words}" for words in of_other]
        lines += [" exit-address-family"]
    return (_SWITCHES if switches else "") + "\n".join([*lines, "exit", ""])


def told(text: str, release: str) -> Seen:
    """What the PE and the neighbour have, when all that crosses has crossed, and only that."""
    found = seen(text, PE, NEIGHBOR, told=(8, 6), release=release)
    assert found.pe.keys() == PE.keys() | (NEIGHBOR.keys() & CROSS)
    assert found.other.keys() == NEIGHBOR.keys() | (PE.keys() & CROSS)
    return found


def test_eight_hands_labels_on_as_they_are() -> None:
    """The border router has no entry for them: packets that come with one are dropped there."""
    found = told(border(switches=False), release="")
    assert found.pe | found.other == GIVEN
    assert not found.bound


def test_ten_gives_labels_of_its_own() -> None:
    """In both families and directions, to all that it takes. VPN 2 has labels there too, and does
    not cross: a neighbour may guess one. What is not taken from the own side has none."""
    found = told(border(switches=True), release="trixie")
    for prefix in CROSS:
        hears = found.pe if prefix in NEIGHBOR else found.other
        assert hears[prefix] == found.bound[GIVEN[prefix]] != GIVEN[prefix]
    assert found.bound.keys() == {101, 102, 111, 112, 201, 211}
    assert len(set(found.bound.values())) == len(found.bound)
