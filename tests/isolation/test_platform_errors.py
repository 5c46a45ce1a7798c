"""Errors of ICMP through a firewall of the platform, by a real kernel: those about connections of
an exchange pass to its ends, and no others do. So a path's MTU is discovered across it.
"""

from collections.abc import Iterator

import pytest

from tests.isolation.kernel_firewall import IcmpError, KernelFirewall, kernel_firewall
from tests.isolation.mutants.platform import NFT, firewalls
from tests.isolation.mutants.reference import platform

pytestmark = pytest.mark.lab
GROUND = platform()
PLACE = next(iter(firewalls(GROUND)))
PORTS = {vlan.vpn: vlan.interface for vlan in PLACE.vlans}
PARTY, GOVERNMENT, COURT = PORTS["party"], PORTS["government"], PORTS["court"]
#: The party asks the government's resolver; the next is of no exchange.
ASKED = (("10.1.10.9", 40000), ("10.1.20.9", 53))
NOT_ASKED = (("10.1.10.9", 40000), ("10.1.20.9", 54))
ROUTER = "172.31.9.1"
TOO_BIG, TOO_LATE, REDIRECT = (3, 4), (11, 0), (5, 1)


@pytest.fixture(scope="module")
def kernel() -> Iterator[KernelFirewall]:
    links = {
        name: (f"192.168.{number}.1/30", f"192.168.{number}.2/30")
        for number, name in enumerate(PORTS.values())
    }
    _, _, rest = GROUND.texts[PLACE.host].partition(f"{NFT}\n")
    with kernel_firewall(links) as one:
        one.load(rest[: rest.index("\n}\n") + 3])
        yield one


def back(kind: tuple[int, int], source: str) -> IcmpError:
    """About what the party sent, to the party."""
    return IcmpError(kind, source, ASKED[0][0], ASKED)


@pytest.mark.parametrize("kind", [TOO_BIG, TOO_LATE])
@pytest.mark.parametrize("source", [ASKED[1][0], ROUTER])
def test_who_opened_hears_of_it(kernel: KernelFirewall, kind: tuple[int, int], source: str) -> None:
    """From the other end, and from a router on the way to it."""
    ways = (GOVERNMENT, PARTY)
    assert kernel.error_passes(ASKED, ways[::-1], back(kind, source), ways)


def test_who_answered_hears_of_it(kernel: KernelFirewall) -> None:
    error = IcmpError(TOO_BIG, ROUTER, ASKED[1][0], ASKED[::-1])
    assert kernel.error_passes(ASKED, (PARTY, GOVERNMENT), error, (PARTY, GOVERNMENT))


def test_nothing_else_passes_as_an_error(kernel: KernelFirewall) -> None:
    to_party = (GOVERNMENT, PARTY)
    of_nothing = IcmpError(TOO_BIG, ROUTER, ASKED[0][0], (ASKED[0], ("10.1.20.9", 55)))
    for opened, error, ways in (
        (ASKED, of_nothing, to_party),
        (NOT_ASKED, IcmpError(TOO_BIG, ROUTER, ASKED[0][0], NOT_ASKED), to_party),
        (ASKED, back(REDIRECT, ROUTER), to_party),
        (ASKED, back(TOO_BIG, ROUTER), (COURT, PARTY)),
    ):
        assert not kernel.error_passes(opened, (PARTY, GOVERNMENT), error, ways), (error, ways)
