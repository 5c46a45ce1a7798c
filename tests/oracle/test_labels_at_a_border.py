"""What a border router of option b) (RFC 4364 section 10) does with labels and route targets,
release by release.

It is why a border with option B is refused: docs/explanation/provinces.md says what was seen.
"""

from collections.abc import Container

import pytest

from tests.oracle.vpn_speakers import OTHER, OWN, PEERS, Route, Seen, seen

pytestmark = pytest.mark.lab


def _route(label: int, *targets: int) -> Route:
    return Route(frozenset(targets), label)


#: VPN 1 crosses; 2 does not; 3 does not, and is not taken from the own side either.
PE = {
    "172.16.11.0/24": _route(101, 1),
    "172.16.12.0/24": _route(102, 2),
    "172.16.13.0/24": _route(103, 3),
    "fd16:11::/64": _route(111, 1),
    "fd16:12::/64": _route(112, 2),
    "fd16:13::/64": _route(113, 3),
}
#: The last of each family is of VPN 1, and would be of VPN 2 as well.
NEIGHBOR = {
    "172.16.21.0/24": _route(201, 1),
    "172.16.22.0/24": _route(202, 2),
    "172.16.23.0/24": _route(203, 1, 2),
    "fd16:21::/64": _route(211, 1),
    "fd16:22::/64": _route(212, 2),
    "fd16:23::/64": _route(213, 1, 2),
}
GIVEN = PE | NEIGHBOR
CROSS = {prefix for prefix, route in GIVEN.items() if 1 in route.targets}
_SWITCHES = "".join(
    f"interface {port}\n mpls bgp l3vpn-multi-domain-switching\nexit\n" for port in ("eth1", "eth5")
)
#: Whose routes have target 1 afterwards and no other.
_EXACT = f"""\
route-map EXACT permit 10
 match extcommunity CROSS
 on-match goto 30
 set extcommunity none
exit
route-map EXACT deny 20
exit
route-map EXACT permit 30
 set extcommunity rt {OWN}:1
exit
"""


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
        let_in = "EXACT" if family == "ipv6" else "CROSS"
        of_pe = ("activate", "next-hop-self", "route-map TAKEN in")
        of_other = ("activate", f"route-map {let_in} in", "route-map CROSS out")
        lines += [f" address-family {family} vpn"]
        lines += [f"  neighbor {pe} {words}" for words in of_pe]
        lines += [f"  neighbor {other} {words}" for words in of_other]
        lines += [" exit-address-family"]
    return (_SWITCHES if switches else "") + _EXACT + "\n".join([*lines, "exit", ""])


def crossed(numbers: Container[int], release: str) -> tuple[Seen, bool]:
    """What becomes of the routes with these labels, and whether all that crosses has crossed."""
    pe = {p: route for p, route in PE.items() if route.label in numbers}
    other = {p: route for p, route in NEIGHBOR.items() if route.label in numbers}
    has = pe.keys() | (other.keys() & CROSS), other.keys() | (pe.keys() & CROSS)
    taken = sum(3 not in route.targets for route in pe.values()) + len(other.keys() & CROSS)
    text = border(switches=release == "trixie")
    found = seen(text, pe, other, told=(len(has[0]), len(has[1]), taken), release=release)
    assert not found.pe.keys() - has[0] and not found.other.keys() - has[1]
    return found, (found.pe.keys(), found.other.keys()) == has


def told(numbers: Container[int], release: str) -> Seen:
    """The same, where it has."""
    found, all_of_it = crossed(numbers, release)
    assert all_of_it, found
    return found


def test_eight_hands_labels_on_as_they_are() -> None:
    """The border router has no entry for them: packets that come with one are dropped there."""
    found = told(range(1000), release="")
    assert all(route.label == GIVEN[p].label for p, route in (found.pe | found.other).items())
    assert not found.bound
    # a filter of targets lets routes through that have others beside them; exact is who sets them
    assert found.pe["172.16.23.0/24"].targets == {1, 2}
    assert found.pe["fd16:23::/64"].targets == {1}


def test_ten_gives_labels_of_its_own() -> None:
    """IPv4's to the neighbour, IPv6's to the PE."""
    found = told((101, 211), release="trixie")
    assert found.bound.keys() == {101, 211}
    assert found.other["172.16.11.0/24"].label == found.bound[101] != 101
    assert found.pe["fd16:21::/64"].label == found.bound[211] != 211


def test_ten_gives_labels_to_all_that_it_takes() -> None:
    """VPN 2 does not cross, and has a label that a neighbour may guess; VPN 3 has none."""
    found = told((101, 102, 103), release="trixie")
    assert found.bound.keys() == {101, 102}


def test_ten_loses_labels_of_more_than_two_next_hops() -> None:
    """Two next hops that differ come each behind the other in bgpd's tree of labels: of three it
    no longer finds the first, and gives it a label anew whenever it looks."""
    numbers = {101, 111, 201, 211}
    found, all_of_it = crossed(numbers, release="trixie")
    complete = all(bound.keys() == numbers for bound in found.bounds)
    assert not (all_of_it and complete and found.bounds[0] == found.bounds[-1])
