"""Hypothesis strategies: FRR configurations of a provider edge as ``show running-config`` prints
them."""

from __future__ import annotations

from hypothesis import strategies as st

VRFS = ("i-party", "i-two", "x-tax")
PEERS = ("10.64.0.2", "10.64.0.6", "2001:db8::2")
TARGETS = ("65000:101", "65000:102", "65000:103")
INTERFACES = ("eth1", "eth2")


def _some(*lines: str) -> st.SearchStrategy[list[str]]:
    """A subset, in order."""
    return st.lists(st.sampled_from(lines), unique=True).map(
        lambda got: sorted(got, key=lines.index)
    )


#: No profile, or one of two.
_PROFILE = st.sampled_from([[], ["profile access"], ["profile circuit"]])


@st.composite
def _bfd(draw: st.DrawFn) -> list[str]:
    if draw(st.booleans()):
        return []
    out = ["bfd"]
    for name in draw(_some("access", "circuit")):
        out.append(f" profile {name}")
        for what, values in (
            ("detect-multiplier", (4, 5)),
            ("transmit-interval", (100, 200)),
            ("receive-interval", (100, 200)),
        ):
            if draw(st.booleans()):
                out.append(f"  {what} {draw(st.sampled_from(values))}")
        out += [" exit", " !"]
    return [*out, "exit", "!"]


@st.composite
def _peer(draw: st.DrawFn, name: str) -> tuple[list[str], list[str]]:
    lines = [f"neighbor {name} remote-as {draw(st.sampled_from((65101, 65102)))}"]
    if draw(st.booleans()):
        lines.append(f"neighbor {name} description {draw(st.sampled_from(('tax', 'a b c')))}")
    if draw(st.booleans()):
        lines.append(f"neighbor {name} bfd")
        lines += [f"neighbor {name} bfd {more}" for more in draw(_PROFILE)]
    lines += draw(_some(f"neighbor {name} timers 3 9"))
    if draw(st.booleans()):
        lines.append(f"neighbor {name} timers connect {draw(st.integers(5, 7))}")
    if draw(st.booleans()):
        lines.append(f"neighbor {name} password s3cret{draw(st.integers(1, 2))}")
    inner = [f"neighbor {name} activate"]
    if draw(st.booleans()):
        inner.append(f"neighbor {name} maximum-prefix {draw(st.sampled_from((100, 200)))}")
    for way in ("in", "out"):
        if draw(st.booleans()):
            inner.append(f"neighbor {name} route-map {draw(st.sampled_from(('A', 'B')))} {way}")
    return lines, inner


@st.composite
def _instance(draw: st.DrawFn, vrf: str) -> list[str]:
    out = [f"router bgp 65000 vrf {vrf}", f" bgp router-id 10.255.0.{draw(st.integers(1, 2))}"]
    out.append(
        " no bgp default ipv4-unicast"
    )  # else FRR does not print what it activates by itself
    out += [f" {line}" for line in draw(_some("no bgp ebgp-requires-policy"))]
    inner: list[str] = []
    for name in draw(_some(*PEERS)):
        lines, more = draw(_peer(name))
        out += [f" {line}" for line in lines]
        inner += more
    out += [" !", " address-family ipv4 unicast"]
    out += [f"  {line}" for line in draw(_some("redistribute connected", "redistribute static"))]
    out += [f"  {line}" for line in inner]
    if draw(st.booleans()):
        out.append("  label vpn export auto")
        out.append(f"  rd vpn export 10.255.0.11:{draw(st.integers(101, 102))}")
        ways = {way: draw(_some(*TARGETS)) for way in ("import", "export")}
        if ways["import"] and ways["import"] == ways["export"]:
            out.append(f"  rt vpn both {' '.join(ways['import'])}")
        else:
            out += [
                f"  rt vpn {way} {' '.join(targets)}" for way, targets in ways.items() if targets
            ]
        out += [f"  {way} vpn" for way in draw(_some("export", "import")) if ways[way]]
    return [*out, " exit-address-family", "exit", "!"]


@st.composite
def _backbone(draw: st.DrawFn) -> list[str]:
    out = ["router bgp 65000", f" bgp router-id 10.255.0.{draw(st.integers(11, 12))}"]
    out.append(" no bgp default ipv4-unicast")
    out += [f" {line}" for line in draw(_some("bgp log-neighbor-changes"))]
    activated = []
    if draw(st.booleans()):
        out += [" neighbor RR peer-group", " neighbor RR remote-as 65000"]
        out += [f" {line}" for line in draw(_some("neighbor RR update-source lo"))]
        out += [f" neighbor 10.255.0.{n} peer-group RR" for n in draw(_some("1", "2"))]
        activated.append("RR")
    for peer in draw(_some("10.255.0.3", "10.255.0.1")):
        if not any(f"neighbor {peer} " in line for line in out):
            out.append(f" neighbor {peer} remote-as 65000")
            activated.append(peer)
    out += [
        " !",
        " address-family ipv4 vpn",
        *(f"  neighbor {peer} activate" for peer in activated),
    ]
    return [*out, " exit-address-family", "exit", "!"]


@st.composite
def frr_texts(draw: st.DrawFn) -> str:
    """A whole FRR part, possibly empty."""
    out = ["frr version 8.4.4", "frr defaults traditional", "hostname r1", "!"]
    out += draw(_some("ip route 10.9.0.0/16 Null0", "ip route 10.8.0.0/16 10.0.0.1 200", "!"))
    for vrf in draw(_some(*VRFS)):
        routes = draw(
            _some("ip route 10.1.0.0/24 10.64.0.2", "ipv6 route 2001:db8:1::/48 2001:db8::2")
        )
        out += [f"vrf {vrf}", *(f" {route}" for route in routes), "exit-vrf", "!"]
    for name in draw(_some(*INTERFACES)):
        lines = draw(_some("description to p1", "ip router isis core"))
        if "ip router isis core" in lines:
            lines += draw(_some("isis bfd"))
            lines += [f"isis bfd {profile}" for profile in draw(_PROFILE)]
            lines += draw(_some("isis circuit-type level-2-only", "isis network point-to-point"))
            lines += (
                [f"isis metric {draw(st.sampled_from((20, 30)))}"] if draw(st.booleans()) else []
            )
        out += [f"interface {name}", *(f" {line}" for line in lines), "exit", "!"]
    out += draw(_bfd())
    if draw(st.booleans()):
        out += draw(_backbone())
        for vrf in draw(_some(*VRFS)):
            out += draw(_instance(vrf))
    if draw(st.booleans()):
        out += [
            "router isis core",
            " is-type level-2-only",
            f" net 49.0001.0102.5500.001{draw(st.integers(1, 2))}.00",
        ]
        out += ["exit", "!"]
    for name in draw(_some("PL", "PM")):
        networks = draw(st.permutations(("10.1.0.0/16", "10.2.0.0/16 le 24", "10.3.0.0/16 le 28")))
        for sequence, network in zip(draw(_some("5", "10")), networks, strict=False):
            out.append(f"ip prefix-list {name} seq {sequence} permit {network}")
    for name in draw(_some("A", "B")):
        for sequence in draw(_some("10", "20")):
            out.append(f"route-map {name} {draw(st.sampled_from(('permit', 'deny')))} {sequence}")
            out += [
                f" {line}"
                for line in draw(
                    _some("match ip address prefix-list PL", "set local-preference 200")
                )
            ]
            out += ["exit", "!"]
    if draw(st.booleans()):
        out += ["mpls ldp", " router-id 10.255.0.11", " !", " address-family ipv4"]
        out += [f"  discovery transport-address 10.255.0.1{draw(st.integers(1, 2))}"]
        for name in draw(_some(*INTERFACES)):
            out += ["  !", f"  interface {name}", "  exit"]
        out += [" exit-address-family", " !", "exit", "!"]
    return "\n".join(out) + "\n"
