"""Connections between hosts of a lab, with real sockets.

What must be told apart is an answer, a way in one direction, somebody who says no, and silence. The
hosts' gateways are made to do each, by routes.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal

import pytest

from egovnet.lab.backends import best_guest, guest_lab
from egovnet.lab.connections import ConnectionAttempt, SeenConnection
from egovnet.lab.errors import GuestError, UnknownNodeError
from egovnet.lab.guest_lab import GuestLab

pytestmark = pytest.mark.lab("connections")

ANSWERED, ARRIVED = SeenConnection.ANSWERED, SeenConnection.ARRIVED
REFUSED, NOTHING = SeenConnection.REFUSED, SeenConnection.NOTHING
End = tuple[str, str]
H1, H2 = ("h1", "10.2.0.2"), ("h2", "10.2.1.2")
#: Behind one gateway: the backbone of these tests has IPv4 alone.
H1_V6, GATEWAY_V6 = ("h1", "fd00:1::2"), ("ce1", "fd00:1::1")
Protocol = Literal["tcp", "udp", "icmp"]
EVERY: tuple[tuple[Protocol, int | None], ...] = (
    ("tcp", 443),
    ("tcp", 65535),
    ("udp", 53),
    ("icmp", None),
)


@pytest.fixture(scope="module", params=["default", "other"])
def lab(
    request: pytest.FixtureRequest,
    backbone: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[GuestLab]:
    best = best_guest(progress=print)
    name = best if request.param == "default" else {"uml": "microvm", "microvm": "uml"}[best]
    lab = guest_lab(name, tmp_path_factory.mktemp("connections"))
    lab.up(backbone(edges=1, sites_per_edge=2, loopback_net="127.20.34").topology(), progress=print)
    lab.exec("ce1", f"ip address add {GATEWAY_V6[1]}/64 dev eth2")
    lab.exec("h1", f"ip address add {H1_V6[1]}/64 dev eth1")
    yield lab
    lab.down()


def attempts(source: End, target: End, *, expected: bool = True) -> list[ConnectionAttempt]:
    """One of every protocol."""
    return [
        ConnectionAttempt(*source, *target, protocol, port, expected) for protocol, port in EVERY
    ]


@contextmanager
def routed(lab: GuestLab, node: str, route: str) -> Iterator[None]:
    """With a route on a node."""
    assert lab.exec(node, f"ip route add {route}").exit_code == 0
    try:
        yield
    finally:
        lab.exec(node, f"ip route del {route}")


@pytest.mark.both_backends
def test_every_protocol_is_answered_both_ways(lab: GuestLab) -> None:
    wanted = [*attempts(H1, H2), *attempts(H2, H1)]
    assert lab.try_connections(wanted) == [ANSWERED] * len(wanted)


def test_two_who_try_the_same_at_once_take_turns(lab: GuestLab) -> None:
    """As verification does for its registers and for the Internet."""
    wanted = attempts(H1, H2)
    with ThreadPoolExecutor(max_workers=3) as pool:
        came = list(pool.map(lambda _: lab.try_connections(wanted), range(3)))
    assert came == [[ANSWERED] * len(wanted)] * 3


@pytest.mark.both_backends
def test_every_protocol_is_answered_over_ipv6(lab: GuestLab) -> None:
    wanted = [*attempts(H1_V6, GATEWAY_V6), *attempts(GATEWAY_V6, H1_V6)]
    assert lab.try_connections(wanted) == [ANSWERED] * len(wanted)


def test_a_way_in_one_direction_is_no_silence(lab: GuestLab) -> None:
    with routed(lab, "h2", "blackhole 10.2.0.2/32"):
        wanted = attempts(H1, H2, expected=False)
        assert lab.try_connections(wanted) == [ARRIVED] * len(wanted)


def test_silence_is_told_from_somebody_who_says_no(lab: GuestLab) -> None:
    wanted = attempts(H1, H2, expected=False)
    with routed(lab, "ce1", "blackhole 10.2.1.2/32"):
        assert lab.try_connections(wanted) == [NOTHING] * len(wanted)
    with routed(lab, "ce1", "unreachable 10.2.1.2/32"):
        seen = lab.try_connections(wanted)
    # how many a router tells so in a second is limited
    assert seen[0] is REFUSED and not any(one.passed for one in seen)


def test_whoever_is_expected_is_asked_again(lab: GuestLab) -> None:
    gone = "ip route add blackhole 10.2.1.2/32; sleep 2; ip route del blackhole 10.2.1.2/32"
    lab.exec("ce1", f"({gone}) >/dev/null 2>&1 &")
    wanted = attempts(H1, H2)
    assert lab.try_connections(wanted) == [ANSWERED] * len(wanted)


def test_hundreds_of_connections_take_one_command(lab: GuestLab) -> None:
    wanted = [ConnectionAttempt(*H1, *H2, "tcp", port) for port in range(1000, 1300)]
    assert set(lab.try_connections(wanted)) == {ANSWERED}
    assert lab.try_connections([]) == []


def test_who_cannot_listen_or_is_not_there_is_named(lab: GuestLab) -> None:
    with pytest.raises(GuestError, match=r"h2 listens not at 10\.2\.1\.9 tcp/443"):
        lab.try_connections([ConnectionAttempt(*H1, "h2", "10.2.1.9", "tcp", 443)])
    with pytest.raises(UnknownNodeError, match="no node h9"):
        lab.try_connections([ConnectionAttempt(*H1, "h9", "10.2.1.9", "tcp", 443)])
