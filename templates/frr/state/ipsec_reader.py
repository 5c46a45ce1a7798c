"""What the agent prints of IPsec (`ip -o xfrm`, as iproute2 6.1 has it) -> IpsecState.

A line that makes no sense is named in `unread`, and a word of a policy that nobody knows in its
`conditions`: neither is left out. Policies of sockets are: they are of the programs whose sockets
they are, and the kernel's tunnels have none (net/xfrm/xfrm_policy.c, xfrm_lookup_with_ifid).
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

from egovnet.templates.model.ipsec import (
    IpsecAssociation,
    IpsecPolicy,
    IpsecState,
    IpsecSwitch,
    IpsecTemplate,
)

_POLICY, _ASSOCIATION, _SWITCH, _UNREAD = "policy ", "keys ", "switch ", "unread "
#: /proc/sys/net/ipv4/conf/IF/disable_policy is of what comes in, disable_xfrm of what leaves
#: (Documentation/networking/ip-sysctl.rst).
_SWITCHES = re.compile(r"/proc/sys/net/ipv4/conf/(.+)/disable_(policy|xfrm) (\d+)$")
#: Linux sets both there by itself (net/ipv4/devinet.c); no packet to another router leaves by it.
_LOOPBACK = "lo"
_SOCKET = "socket"
_ANY_PROTOCOL = "0"
_GRE = frozenset(("gre", "47"))
#: Flags of a policy that say nothing of which packets it is for (linux/xfrm.h, XFRM_POLICY_*).
_FLAGS = frozenset(("localok", "icmp"))
_MODES = frozenset(("transport", "tunnel", "ro", "in_trigger", "beet"))
#: What iproute2 prints of a template only where it is not as usual.
_ODD_IN_TEMPLATE = frozenset(("share", "enc-mask", "auth-mask", "comp-mask"))
_OF_TEMPLATE = _ODD_IN_TEMPLATE | {"src", "dst", "proto", "spi", "reqid", "mode", "level"}


def read_ipsec(answer: str) -> IpsecState:
    """The state that an answer tells of; an empty one is of a kernel that has no IPsec."""
    policies: list[IpsecPolicy] = []
    associations: list[IpsecAssociation] = []
    switches: list[IpsecSwitch] = []
    unread = ""
    for raw in answer.splitlines():
        line = raw.replace("\\", " ").replace("\t", " ").strip()
        try:
            if line.startswith(_POLICY):
                policies += _policies(line.removeprefix(_POLICY).split())
            elif line.startswith(_ASSOCIATION):
                associations.append(_association(line.removeprefix(_ASSOCIATION).split()))
            elif line.startswith(_SWITCH):
                switches += _switches(line.removeprefix(_SWITCH))
            elif line:
                unread = unread or line.removeprefix(_UNREAD)[:200]
        except (ValueError, IndexError, KeyError):
            unread = unread or line[:200]
    return IpsecState(tuple(policies), tuple(associations), tuple(switches), unread)


def _policies(words: Sequence[str]) -> Iterator[IpsecPolicy]:
    """One, or none of a socket's. Raises ValueError, IndexError or KeyError."""
    place = words.index("dir") if "dir" in words else -1
    if place < 0:
        if _SOCKET in words:
            return
        raise ValueError("no direction")
    selector = _pairs(words[:place])
    conditions = [f"{word} {selector[word]}" for word in selector.keys() - {"src", "dst", "proto"}]
    protocol = selector.get("proto", _ANY_PROTOCOL)
    head, *templates = _split(words[place:], "tmpl")
    said, tail = _said(head), []
    found = []
    for one in templates:
        template, rest = _template(one)
        found.append(template)
        tail += rest
    more = _pairs(tail)
    if more.keys() & said.keys():
        raise ValueError("a word twice")
    said |= more
    interface = int(said.pop("if_id", "0"), 0)
    direction, priority = said.pop("dir"), int(said.pop("priority"))
    action = said.pop("action", "allow")
    if action not in ("allow", "block"):
        raise ValueError(action)
    if said.pop("ptype", "main") != "main":
        conditions.append("ptype sub")
    if said.get("flag") in _FLAGS:
        del said["flag"]
    conditions += [f"{word} {value}" for word, value in said.items()]
    yield IpsecPolicy(
        direction,
        ip_network(selector["src"]),
        ip_network(selector["dst"]),
        priority,
        " ".join(words),
        None if protocol == _ANY_PROTOCOL else "gre" if protocol in _GRE else protocol,
        blocks=action == "block",
        templates=tuple(found),
        conditions=tuple(sorted(conditions)),
        of_interface=interface != 0,
    )


def _said(words: Sequence[str]) -> dict[str, str]:
    """Words of a policy's own; `flag` may have several."""
    if "flag" in words:
        place = words.index("flag") + 1
        flags = [word for word in words[place:] if word in _FLAGS]
        if len(flags) > 1:
            words = [word for word in words if word not in flags[1:]]
    return _pairs(words)


def _template(words: Sequence[str]) -> tuple[IpsecTemplate, list[str]]:
    """A template, and the words behind it that are the policy's."""
    said: dict[str, str] = {}
    index = 0
    while index < len(words) and words[index] in _OF_TEMPLATE:
        word, value = words[index], words[index + 1]
        if word in said:
            raise ValueError(word)
        said[word] = value
        index += 2
    if said["mode"] not in _MODES or said.get("level", "required") not in ("required", "use"):
        raise ValueError("a template")
    odd = said.keys() & _ODD_IN_TEMPLATE
    mode = f"{said['mode']} with {' and '.join(sorted(odd))}" if odd else said["mode"]
    required = said.get("level", "required") == "required"
    return IpsecTemplate(said["proto"], mode, required), list(words[index:])


def _association(words: Sequence[str]) -> IpsecAssociation:
    said = _pairs(words)
    return IpsecAssociation(
        ip_address(said["src"]),
        ip_address(said["dst"]),
        said["proto"],
        said["mode"],
        said.get("cipher", ""),
    )


def _switches(text: str) -> Iterator[IpsecSwitch]:
    match = _SWITCHES.match(text)
    if match is None:
        raise ValueError(text)
    interface, of, value = match.groups()
    if int(value) and interface != _LOOPBACK:
        yield IpsecSwitch("in" if of == "policy" else "out", interface, text)


def _split(words: Sequence[str], at: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word == at:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _pairs(words: Sequence[str]) -> dict[str, str]:
    found = dict(zip(words[::2], words[1::2], strict=True))
    if len(found) * 2 != len(words):
        raise ValueError("a word twice")
    return found
