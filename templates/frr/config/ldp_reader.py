"""LDP in frr.conf: at which ports it runs, and whether it gives and takes a label for every prefix.

Without an address that sessions are from, ldpd has none in that family: FRR prints the block as
incomplete. Labels that a list keeps back are not followed prefix by prefix: that they may be is
what the facts say.
"""

from ipaddress import IPv4Address
from typing import Literal, cast

from egovnet.templates.frr.config.addresses import read_address, read_number
from egovnet.templates.frr.config.contexts import commands, enter, leave, no_of, noted
from egovnet.templates.frr.config.draft import (
    FACT,
    HARMLESS,
    Context,
    FrrDraft,
    LdpDraft,
    PortDraft,
)
from egovnet.templates.frr.config.known_features import ANY_LDP
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.facts import LabelLimit, LabelSessions


def open_ldp(draft: FrrDraft) -> int:
    """`mpls ldp`."""
    _held(draft)
    return enter(draft, Context(_LDP, "mpls ldp", draft.top))


def label_limits(draft: FrrDraft) -> tuple[LabelLimit, ...]:
    """Families of LDP in which a router may lack labels of its neighbours, or they its."""
    own = {address.ip for port in draft.ports.values() for address in port.addresses}
    found = [LabelLimit(*what, line) for what, line in draft.label_limits.items()]
    for family, line in draft.ldp_families.items():
        address, said = draft.ldp_transport.get(family, (None, line))
        if address not in own:
            found.append(LabelLimit(family, "no session", said))
    return tuple(sorted(found, key=lambda limit: (limit.family, limit.side)))


#: ldpd's own times of hellos, in seconds (ldpd/ldp.h).
_TIMES = {"holdtime": 15, "interval": 5}


def label_sessions(draft: FrrDraft) -> LabelSessions | None:
    """What the text says of LDP's sessions; None without LDP."""
    held = draft.ldp
    if held is None:
        return None
    times = _TIMES | held.times
    every = {name: [times[name], *(t for n, t in held.others if n == name)] for name in times}
    return LabelSessions(
        held.identity,
        tuple(f"{name} {value}" for name, value in sorted(held.terms.items())),
        min(every["holdtime"]),
        max(every["interval"]),
        frozenset(held.guarded),
    )


def _held(draft: FrrDraft) -> LdpDraft:
    if draft.ldp is None:
        draft.ldp = LdpDraft()
    return draft.ldp


def _router_id(draft: FrrDraft, words: list[str], number: int) -> int:
    _, identity = words
    _held(draft).identity = str(IPv4Address(identity))
    return HARMLESS


def _dual_stack(draft: FrrDraft, words: list[str], number: int) -> int:
    _held(draft).terms[words[1]] = " ".join(words[2:])
    return HARMLESS


def _neighbor(draft: FrrDraft, words: list[str], number: int) -> int | None:
    if words[2] == "ttl-security":
        _held(draft).guarded.add(str(IPv4Address(words[1])))
    return HARMLESS if words[2] in ("password", "session", "ttl-security") else None


def _open_family(draft: FrrDraft, words: list[str], number: int) -> int:
    _, family = words
    if family not in ("ipv4", "ipv6"):
        raise ValueError("neither ipv4 nor ipv6")
    draft.ldp_families.setdefault(cast(AddressFamily, family), number)
    label = " ".join(words)
    block = f"ldp {family}"
    return enter(draft, Context(_FAMILY, label, draft.context, family=family, block=block))


def _interface(draft: FrrDraft, words: list[str], number: int) -> int:
    _, name = words
    held = _port(draft, name, number)
    held.ldp.add(_family(draft))
    held.mpls_line = held.mpls_line or number
    return enter(draft, Context(_INTERFACE, " ".join(words), draft.context))


def _no_interface(draft: FrrDraft, words: list[str], number: int) -> int:
    _port(draft, words[2], number).ldp.discard(_family(draft))
    return FACT


def _family(draft: FrrDraft) -> AddressFamily:
    return cast(AddressFamily, draft.context.family)


def _port(draft: FrrDraft, name: str, number: int) -> PortDraft:
    held = draft.ports.get(name)
    if held is None:
        held = draft.ports[name] = PortDraft(name, number)
    return held


def _discovery(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[1] == "targeted-hello" and words[2] == "accept":
        return noted(draft, words, number, ANY_LDP)
    if words[1] == "hello":
        _, _, name, value = words
        held = _held(draft)
        if draft.context.commands is _LDP:
            held.times[name] = read_number(value)
        else:
            held.others.append((name, read_number(value)))
    return HARMLESS


def _discovery_of_family(draft: FrrDraft, words: list[str], number: int) -> int:
    if words[1] == "transport-address":
        draft.ldp_transport[_family(draft)] = (read_address(words[2]), number)
        return HARMLESS
    return _discovery(draft, words, number)


def _label(draft: FrrDraft, words: list[str], number: int) -> int:
    """`label local allocate|advertise ...`, `label remote accept ...`: those with a list keep
    labels back. `host-routes`, which routers' loopbacks are, and explicit null do not."""
    if set(words) & {"for", "from", "to"} and "explicit-null" not in words:
        side: Literal["gives", "takes"] = "takes" if words[1] == "remote" else "gives"
        draft.label_limits[_family(draft), side] = number
    return HARMLESS


_LDP = commands(
    "ldp",
    "ordered-control",
    "wait-for-sync",
    discovery=_discovery,
    dual_stack=_dual_stack,
    neighbor=_neighbor,
    router_id=_router_id,
    address_family=_open_family,
)
_FAMILY = commands(
    "",
    "session",
    "ttl-security",
    discovery=_discovery_of_family,
    interface=_interface,
    label=_label,
    exit_address_family=leave,
    no_=no_of(interface=_no_interface),
)
_INTERFACE = commands("ldp interface", discovery=_discovery)
