"""What a kernel has of IPsec: which states leave an encrypted VPN closed, and which do not."""

from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.model.finding_class import Severity
from tests.hypothesis_profiles import examples
from tests.isolation.running.encrypted_pe import (
    AGREED,
    BLOCK_IN,
    BLOCK_OUT,
    ESP,
    KEYS,
    LAST,
    OTHER,
    OWN,
    POOL,
    SOCKETS,
    TRAPS,
    WELL,
    policy,
    verdict_with,
)

CLASS = "P9 runs-in-clear"
LEAK, RISK, HYGIENE = Severity.LEAK, Severity.RISK, Severity.HYGIENE
ANY = "0.0.0.0/0"
MINE, ITS = f"{OWN}/32", f"{OTHER}/32"


@dataclass(frozen=True)
class Kernel:
    """What a kernel has, and what must be said: "" where it is as it should be."""

    name: str
    lines: tuple[str, ...]
    klass: str = CLASS
    severity: Severity = LEAK
    why: str = ""


def instead(old: str, *new: str) -> tuple[str, ...]:
    assert old in WELL
    return (*(line for line in WELL if line != old), *new)


def well(name: str, *lines: str) -> Kernel:
    return Kernel(name, lines, "")


def out(*templates: str, **words: object) -> str:
    """A policy for GRE to the other PE that comes before all others."""
    return policy(MINE, ITS, "out", *templates, **{"priority": 100, **words})  # type: ignore[arg-type]


NO_IKE = (BLOCK_OUT, BLOCK_IN)
CLOSED = [
    well("the two policies of the text", *NO_IKE),
    well("and IKE's traps", *TRAPS, *NO_IKE),
    well("and what it agreed on", *WELL),
    well("policies of sockets, which are of charon's own packets", *SOCKETS, *NO_IKE),
    well("protocols by number", *(line.replace("proto gre", "proto 47") for line in WELL)),
    well("a flag that says nothing of which packets", *instead(
        TRAPS[0], policy(MINE, POOL, "out", ESP, ptype="main flag localok icmp"))),
    well("two templates, of which one is ESP", *WELL, out("proto comp reqid 1 mode transport\\ "
        "level use", ESP)),
    well("keys that are being agreed on", *WELL,
         f"keys src {OWN} dst {OTHER} proto esp mode transport"),
    well("the loopback's own switches", *WELL,
         "switch /proc/sys/net/ipv4/conf/lo/disable_policy 1",
         "switch /proc/sys/net/ipv4/conf/lo/disable_xfrm 1"),
]  # fmt: skip
OPEN = [
    Kernel("nothing", (), why="no policy blocks it"),
    Kernel("IKE's policies alone, outgoing", instead(BLOCK_OUT), severity=RISK, why="no policy"),
    Kernel("IKE's policies alone, incoming", instead(BLOCK_IN), severity=RISK, why="GRE to"),
    Kernel("no policy for what leaves", (BLOCK_IN,), why="GRE from"),
    Kernel("no policy for what comes in", (BLOCK_OUT,), why="GRE to"),
    Kernel("a narrower selector", (BLOCK_IN, policy(MINE, "10.0.0.0/8", "out", action="block",
        priority=LAST)), severity=RISK, why="no policy blocks it"),
    Kernel("a selector without the other PE", (BLOCK_IN, policy(MINE, "10.255.0.0/31", "out",
        action="block", priority=LAST)), why="no policy blocks it"),
    Kernel("of another address", (BLOCK_IN, policy("10.255.0.9/32", ANY, "out", action="block",
        priority=LAST)), why="no policy blocks it"),
    Kernel("of another protocol", (BLOCK_IN, policy(MINE, ANY, "out", action="block",
        priority=LAST, proto="proto udp ")), why="no policy blocks it"),
    Kernel("of GRE with a key", (BLOCK_IN, policy(MINE, ANY, "out", action="block",
        priority=LAST, proto="proto gre key 7 ")), why="no policy blocks it"),
    Kernel("of one interface", (BLOCK_IN, policy(MINE, ANY, "out", action="block",
        priority=LAST, proto="proto gre dev eth1 ")), why="no policy blocks it"),
    Kernel("for marked packets", (BLOCK_IN, policy(MINE, ANY, "out", action="block",
        priority=LAST, after="mark 0x1/0xffffffff")), why="no policy blocks it"),
    Kernel("for another interface of IPsec", (BLOCK_IN, policy(MINE, ANY, "out", action="block",
        priority=LAST, after="if_id 0x5")), why="no policy blocks it"),
    Kernel("it allows", instead(BLOCK_OUT, policy(MINE, ANY, "out", priority=LAST)),
        severity=RISK, why="lets it pass as it is"),
    Kernel("another allows before it", (*WELL, out()), why="lets it pass as it is"),
    Kernel("another allows at the same number", (*NO_IKE, policy(MINE, ANY, "out", proto="",
        priority=LAST)), why="lets it pass as it is"),
    Kernel("all protocols are allowed", (*WELL, out(proto="")), why="lets it pass as it is"),
    Kernel("all addresses are allowed", (*WELL, policy(ANY, ANY, "out", proto="", priority=1)),
        why="lets it pass as it is"),
    Kernel("behind IKE's, before the block", (*WELL, policy(MINE, ANY, "out", priority=LAST - 1)),
        severity=RISK, why="lets it pass as it is"),
    Kernel("ESP where there are keys", (*WELL, out(f"{ESP}\\ level use")),
        why="where there are none"),
    Kernel("compression", (*WELL, out("proto comp reqid 1 mode transport")), why="comp transport"),
    Kernel("authentication", (*WELL, out("proto ah reqid 1 mode transport")), why="ah transport"),
    Kernel("ESP to somewhere else", (*WELL, out("proto esp reqid 1 mode tunnel")),
        why="esp tunnel"),
    Kernel("ESP of one direction", (*WELL, out("proto esp reqid 1 mode beet")), why="esp beet"),
    Kernel("ESP by some algorithms alone", (*WELL, out(f"{ESP}\\ enc-mask 00000001")),
        why="transport with enc-mask"),
    Kernel("ESP in vain besides AH", (*WELL, out(f"{ESP}\\ level use",
        "proto ah reqid 1 mode transport")), why="esp transport (optional)"),
    Kernel("marked packets are allowed", (*WELL, out(after="mark 0x1/0x1")), severity=RISK,
        why="not followed (mark 0x1/0x1)"),
    Kernel("packets of one port are allowed", (*WELL, out(proto="proto gre dev eth1 ")),
        severity=RISK, why="not followed (dev eth1)"),
    Kernel("of the sub type", (*WELL, out(ptype="sub", priority=LAST + 1)), severity=RISK,
        why="not followed (ptype sub)"),
    Kernel("in a security context", (*WELL, out(after="security context system_u")),
        "state not read", RISK, "system_u"),
    Kernel("what comes in is allowed", (*WELL, policy(ANY, MINE, "in", priority=1)),
        why="GRE to 10.255.0.2"),
    Kernel("what comes in may have no ESP", (*WELL, policy(POOL, MINE, "in",
        f"{ESP}\\ level use", priority=1)), why="GRE to 10.255.0.2"),
    Kernel("no policy is asked on a port", (*WELL,
        "switch /proc/sys/net/ipv4/conf/eth1/disable_xfrm 1"), why="packets of eth1"),
    Kernel("nor of what comes in anywhere", (*WELL,
        "switch /proc/sys/net/ipv4/conf/all/disable_policy 1"), why="packets of any interface"),
    Kernel("nor on ports to come", (*WELL,
        "switch /proc/sys/net/ipv4/conf/default/disable_xfrm 1"), severity=RISK,
        why="made from now on"),
    Kernel("keys that encrypt nothing", (*WELL,
        f"keys src {OWN} dst {OTHER} proto esp mode transport cipher ecb(cipher_null)"),
        why="encrypt nothing"),
    Kernel("keys that authenticate only", (*WELL,
        f"keys src {OTHER} dst {OWN} proto esp mode transport cipher rfc4543(gcm(aes))"),
        why="encrypt nothing"),
    Kernel("a policy of two directions", (*WELL, BLOCK_OUT.replace("priority", "priority 1")),
        "state not read", RISK, "IPsec"),
    Kernel("a listing that failed", (*NO_IKE, "unread Cannot send dump request"),
        "state not read", RISK, "Cannot send dump request"),
    Kernel("keys with who is no peer", (*WELL,
        f"keys src {OWN} dst 10.255.0.9 proto esp mode transport cipher rfc4106(gcm(aes))"),
        "state not in text", RISK, "keys with 10.255.0.9: no tunnel leads to it"),
    Kernel("keys of who is no peer", (*WELL,
        f"keys src 10.255.0.9 dst {OWN} proto esp mode transport cipher rfc4106(gcm(aes))"),
        "state not in text", RISK, "keys with 10.255.0.9: no tunnel leads to it"),
    Kernel("a tunnel for customers' packets", (*WELL, policy("10.1.10.0/24", "10.1.11.0/24",
        "fwd", "proto esp reqid 9 mode tunnel", proto="")), "state not in text", RISK, "fwd"),
    Kernel("a policy of somebody's, which leads nowhere", (*WELL, policy("10.1.10.0/24",
        "10.1.11.0/24", "out", proto="proto udp ")), "state not in text", HYGIENE, "proto udp"),
]  # fmt: skip


@pytest.mark.parametrize("kernel", CLOSED, ids=lambda kernel: kernel.name)
def test_a_closed_kernel_is_proved(kernel: Kernel) -> None:
    assert verdict_with(*kernel.lines).findings == ()


@pytest.mark.parametrize("kernel", OPEN, ids=lambda kernel: kernel.name)
def test_a_kernel_that_is_open_is_found(kernel: Kernel) -> None:
    verdict = verdict_with(*kernel.lines)
    assert verdict.proved is (kernel.severity is HYGIENE)
    found = [one for one in verdict.findings if one.klass == kernel.klass]
    assert any(
        one.severity is kernel.severity and kernel.why in f"{one.message} {one.path}"
        for one in found
    ), verdict.findings
    assert kernel.severity is LEAK or not any(one.severity is LEAK for one in found)
    assert all("state: " in str(one.path[-1]) for one in verdict.findings)


def test_the_vpn_is_named_and_the_policy_quoted() -> None:
    found = verdict_with(*WELL, out()).findings
    (leak,) = [one for one in found if one.severity is LEAK]
    assert (leak.vrf, leak.source and leak.source.vpn) == ("i-party", "party")
    assert "priority 100 ptype main" in leak.path[-1].quote
    assert [one.klass for one in found] == [CLASS]  # it is told once


def test_what_is_told_as_a_fault_is_not_told_again() -> None:
    assert verdict_with(told=True).findings == ()
    weakened = policy(MINE, ANY, "out", priority=7)
    assert verdict_with(BLOCK_IN, weakened, told=True).findings == ()
    (found,) = verdict_with(BLOCK_IN, out(), told=True).findings
    assert (found.klass, found.severity) == (CLASS, LEAK)


#: Policies of each kind but such as hold GRE of every address, whatever their number.
PIECES = st.builds(
    policy,
    st.sampled_from([MINE, ANY, "10.255.0.0/24", "10.255.0.8/32"]),
    st.sampled_from([ITS, POOL, "10.0.0.0/8", "0.0.0.0/1", "128.0.0.0/2"]),
    st.just("out"),
    st.sampled_from([ESP, f"{ESP}\\ level use", "proto ah reqid 1 mode transport"]),
    proto=st.sampled_from(["", "proto gre ", "proto udp ", "proto gre dev eth1 "]),
    action=st.sampled_from(["", "block"]),
    priority=st.integers(0, 9),
    ptype=st.sampled_from(["main", "sub"]),
    after=st.sampled_from(["", "mark 0x1/0x1", "if_id 0x5"]),
)


@given(st.lists(PIECES, max_size=6))
@examples(150)
def test_without_an_effective_block_nothing_is_proved(lines: list[str]) -> None:
    """192.0.0.0/2 is in no selector, so that nothing holds packets to it."""
    verdict = verdict_with(*lines, BLOCK_IN)
    assert not verdict.proved
    assert CLASS in {one.klass for one in verdict.findings}


@given(st.lists(PIECES, max_size=6))
@examples(100)
def test_what_lets_pass_before_the_block_is_found(lines: list[str]) -> None:
    """With the block only what is before it counts: an effective way to the other PE, by the
    kernel's rule written once more."""
    verdict = verdict_with(*lines, BLOCK_OUT, BLOCK_IN)
    leaks = [f for f in verdict.findings if f.klass == CLASS and f.severity is LEAK]
    assert bool(leaks) is _passes(lines)


def _passes(lines: list[str]) -> bool:
    """Whether a policy that surely matches lets GRE between the PEs pass, and none before it, nor
    one of the same number, surely decides otherwise before."""
    numbers = sorted({int(line.split(" priority ")[1].split()[0]) for line in lines})
    for number in numbers:
        same = [line for line in lines if f" priority {number} " in line and _matches(line)]
        if any("action block" not in one and not _esp(one) for one in same):
            return True
        if same:
            return False
    return False


def _matches(line: str) -> bool:
    source = any(f"src {one} " in line for one in (MINE, ANY, "10.255.0.0/24"))
    there = any(f"dst {one} " in line for one in (ITS, POOL, "10.0.0.0/8", "0.0.0.0/1"))
    narrowed = any(word in line for word in ("dev ", "mark ", "if_id", "ptype sub", "proto udp"))
    return source and there and not narrowed


def _esp(line: str) -> bool:
    return "proto esp" in line and "level use" not in line


def test_agreed_policies_alone_leave_the_rest_open() -> None:
    found = verdict_with(*AGREED, *KEYS).findings
    assert {one.severity for one in found} == {RISK}
    assert {one.path[-1].what for one in found} == {
        f"lets GRE {way} {OWN} pass in clear" for way in ("from", "to")
    }


def test_every_pair_of_weak_blocks_is_found() -> None:
    weak = [kernel.lines for kernel in OPEN if len(kernel.lines) == 2 and BLOCK_IN in kernel.lines]
    pieces = [line for lines in weak for line in lines if line != BLOCK_IN]
    for one, other in product(pieces, pieces):
        assert not verdict_with(BLOCK_IN, one, other).proved
