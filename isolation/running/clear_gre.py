"""By which ways GRE of a PE passes in clear, by the policies of IPsec that its kernel has; pure.

The kernel takes the matching policy with the lowest priority number, of equal ones the older, which
no listing shows: so all of them count (net/xfrm/xfrm_policy.c, xfrm_policy_lookup_bytype). Nothing
matches: the packet passes, whatever the default policy is taken to be. A policy narrowed by what
is not followed (a mark, an interface, the sub type) may match, or not: both count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import groupby

from egovnet.templates.model.ipsec import IpsecPolicy, IpsecState

Direction = str
OUT, IN = "out", "in"
_ALL = 2**32
#: In the kernel's names of algorithms that encrypt nothing (RFC 2410; RFC 4543).
_NULL = ("cipher_null", "rfc4543")


@dataclass(frozen=True, slots=True)
class ClearWay:
    """Why GRE from ("out") or to ("in") a PE's own address may be in clear.

    `now`: packets to or from the other end of a tunnel are, as things are; else once IKE ends, or
    nobody can say. `text` is the policy or the switch, "" where it is that none is there.
    """

    direction: Direction
    why: str
    now: bool
    text: str = ""


def clear_ways(
    direction: Direction, own: IPv4Address, others: Iterable[IPv4Address], state: IpsecState
) -> tuple[ClearWay, ...]:
    """All of one direction, each policy once; none where GRE is in ESP or blocked, and stays
    blocked without IKE. `others` are the other ends of tunnels. Quadratic in policies."""
    mine = [p for p in state.policies if _may_match(p, direction, own)]
    kept = sorted(mine, key=_rank)
    without_ike = [policy for policy in kept if not protects(policy)]
    others = list(others)
    found: dict[tuple[str, str], ClearWay] = {}
    for switch in state.switches:
        if switch.direction == direction:
            now = switch.interface != "default"
            why = f"{switch.text}: no policy is asked for packets of {_named(switch.interface)}"
            found[why, ""] = ClearWay(direction, why, now, switch.text)
    for other in others:
        for way in _of_flow(direction, other, kept):
            found.setdefault((way.why, way.text), way)
        for cipher in _unencrypted(direction, own, other, state):
            what = f"keys with {other} encrypt nothing: {cipher}"
            found.setdefault((what, ""), ClearWay(direction, what, now=True))
    for address in _atoms(direction, without_ike):
        for way in _of_flow(direction, address, without_ike):
            later = ClearWay(direction, way.why, now=False, text=way.text)
            found.setdefault((way.why, way.text), later)
    return tuple(found.values())


def protects(policy: IpsecPolicy) -> bool:
    """Whether what it decides passes in ESP or not at all."""
    return not policy.blocks and any(
        one.protocol == "esp" and one.mode == "transport" and one.required
        for one in policy.templates
    )


def is_own(policy: IpsecPolicy, own: IPv4Address) -> bool:
    """Whether it holds GRE of that address alone, or is one of IKE's for it: those for PEs that
    nothing was agreed with yet are for GRE of any address."""
    near = {OUT: policy.source, IN: policy.destination}.get(policy.direction)
    if policy.protocol != "gre" or policy.conditions or near is None:
        return False
    return protects(policy) if near.prefixlen == 0 else str(near) == f"{own}/32"


def _of_flow(
    direction: Direction, other: IPv4Address, policies: Iterable[IpsecPolicy]
) -> Iterator[ClearWay]:
    """What lets packets between the PE and `other` pass; `policies` are of the PE, in order."""
    for _, equal in groupby(policies, _rank):
        decided = False
        for policy in equal:
            far = policy.destination if direction == OUT else policy.source
            if other not in far:
                continue
            certain = not policy.conditions
            decided = decided or certain
            if policy.blocks or protects(policy):
                continue
            yield ClearWay(direction, _why(policy), now=certain, text=policy.text)
        if decided:
            return
    yield ClearWay(direction, "no policy blocks it", now=True)


def _why(policy: IpsecPolicy) -> str:
    if policy.conditions:
        return f"a policy that is not followed ({', '.join(policy.conditions)}) may let it pass"
    if not policy.templates:
        return "a policy lets it pass as it is"
    if all(not one.required for one in policy.templates):
        return "a policy asks for IPsec where there are keys, and lets it pass where there are none"
    said = ", ".join(
        f"{one.protocol} {one.mode}{'' if one.required else ' (optional)'}"
        for one in policy.templates
    )
    return f"a policy asks for {said}, which is not ESP between the two"


def _may_match(policy: IpsecPolicy, direction: Direction, own: IPv4Address) -> bool:
    near = policy.source if direction == OUT else policy.destination
    return (
        policy.direction == direction
        and policy.protocol in (None, "gre")
        and not policy.of_interface
        and near.version == own.version
        and own in near
    )


def _rank(policy: IpsecPolicy) -> int:
    """The sub type is asked before the main one."""
    return -1 if "ptype sub" in policy.conditions else policy.priority


def _atoms(direction: Direction, policies: Iterable[IpsecPolicy]) -> Iterator[IPv4Address]:
    """An address of each part of the address space that all policies treat alike."""
    edges = {0}
    for policy in policies:
        far = policy.destination if direction == OUT else policy.source
        first = int(far.network_address)
        edges |= {first, first + far.num_addresses}
    return (IPv4Address(edge) for edge in sorted(edges) if edge < _ALL)


def _unencrypted(
    direction: Direction, own: IPv4Address, other: IPv4Address, state: IpsecState
) -> Iterator[str]:
    ends = (own, other) if direction == OUT else (other, own)
    for one in state.associations:
        if (one.source, one.destination) == ends and any(word in one.cipher for word in _NULL):
            yield one.cipher


def _named(interface: str) -> str:
    return {"all": "any interface", "default": "interfaces made from now on"}.get(
        interface, interface
    )
