"""Lines of ports that somebody else configures with an approval: kept in a text that lacks them.

Such a port has a stanza of ifupdown2, a context of FRR, and maybe a part in LDP. What an intended
text has of it already is as intended.
"""

import re
from collections.abc import Collection

_FRR = re.compile(r"^frr version .*$", re.MULTILINE)
_PORTS = "# ports.conf --\n"
_FAMILY = re.compile(
    r"^ address-family (ipv4|ipv6)\n(?P<lines>.*?)^ exit-address-family\n",
    re.MULTILINE | re.DOTALL,
)
_LDP = re.compile(r"^mpls ldp\n(?P<lines>.*?)^exit\n", re.MULTILINE | re.DOTALL)


def keep_ports(running: str, intended: str, ports: Collection[str]) -> str:
    """`intended` with the lines that `running` has of `ports`, of which it has none."""
    for port in sorted(ports):
        intended = _keep(running, intended, re.escape(port))
    return intended


def _keep(running: str, intended: str, port: str) -> str:
    stanza = re.compile(rf"^(?:auto|allow-\S+|iface) {port}(?:[ \t].*)?\n(?:[ \t]+\S.*\n)*", re.M)
    context = re.compile(rf"^interface {port}\n(?:[ ].*\n)*exit\n(?:!\n)?", re.M)
    linux = "".join(found[0] for found in stanza.finditer(_linux(running)))
    if linux and not stanza.search(_linux(intended)) and _PORTS in intended:
        intended = intended.replace(_PORTS, f"{linux}\n{_PORTS}", 1)
    frr = "".join(found[0] for found in context.finditer(_frr(running)))
    if frr and not context.search(_frr(intended)):
        start = _FRR.search(intended)
        first = re.compile(r"^interface ", re.M).search(intended, start.end() if start else 0)
        if first is not None:
            intended = intended[: first.start()] + frr + intended[first.start() :]
    return _keep_in_ldp(running, intended, port)


def _keep_in_ldp(running: str, intended: str, port: str) -> str:
    old, new = _LDP.search(running), _LDP.search(intended)
    if old is None or new is None:
        return intended
    own = re.compile(rf"^  interface {port}\n(?:   .*\n)*  exit\n", re.M)
    had = {one[1]: own.search(one["lines"]) for one in _FAMILY.finditer(old[0])}

    def with_port(family: re.Match[str]) -> str:
        kept = had.get(family[1])
        if kept is None or own.search(family["lines"]):
            return family[0]
        return family[0].replace(" exit-address-family\n", f"{kept[0]}  !\n exit-address-family\n")

    ldp = _FAMILY.sub(with_port, new[0])
    return intended[: new.start()] + ldp + intended[new.end() :]


def _linux(text: str) -> str:
    return text.partition(_PORTS)[0]


def _frr(text: str) -> str:
    start = _FRR.search(text)
    return text[start.start() :] if start is not None else ""
