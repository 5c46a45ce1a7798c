"""FRR's own command graphs, as its parser has them, written into the reader's data file.

`python -m tests.oracle.frr_commands` asks the vtysh of Debian's FRR, with every daemon running,
for the graph of each block (`show cli graph`), and writes
`templates/frr/config/frr-8.4.4.commands`; `... trixie` asks that release's, for
`frr-10.3.commands`. States that accept the same are written once.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.oracle.frr_root import chroot_command

_TABLES = Path(__file__).parents[2] / "templates/frr/config"
#: Debian's release ("" this machine's own) -> the version of its FRR.
VERSIONS = {"": "8.4.4", "trixie": "10.3"}
DATA = _TABLES / "frr-8.4.4.commands"
_DAEMONS = (
    "zebra bgpd staticd isisd ospfd ospf6d ripd ripngd eigrpd babeld fabricd ldpd pbrd bfdd "
    "pathd pimd nhrpd"
)
_BGP, _LDP = "router bgp 65000", "mpls ldp"
_EVPN = "address-family l2vpn evpn"
#: Block -> the lines that lead into it, outermost first.
BLOCKS = {
    "top": "",
    "interface": "interface eth1",
    "link-params": "interface eth1 > link-params",
    "vrf": "vrf a",
    "bgp": _BGP,
    **{
        f"bgp {family}": f"{_BGP} > address-family {family}"
        for family in (
            *("ipv4 unicast", "ipv6 unicast", "ipv4 vpn", "ipv6 vpn", "ipv4 multicast"),
            *("ipv6 multicast", "ipv4 labeled-unicast", "ipv6 labeled-unicast"),
            *("ipv4 flowspec", "ipv6 flowspec", "l2vpn evpn"),
        )
    },
    "bgp vni": f"{_BGP} > {_EVPN} > vni 100",
    "bgp srv6": f"{_BGP} > segment-routing srv6",
    "bgp vrf-policy": f"{_BGP} > vrf-policy a",
    "bgp vnc defaults": f"{_BGP} > vnc defaults",
    "bgp vnc nve-group": f"{_BGP} > vnc nve-group x",
    "bgp vnc l2-group": f"{_BGP} > vnc l2-group x",
    "route-map": "route-map M permit 10",
    "isis": "router isis core",
    "ospf": "router ospf",
    "ospf6": "router ospf6",
    "rip": "router rip",
    "ripng": "router ripng",
    "eigrp": "router eigrp 1",
    "babel": "router babel",
    "openfabric": "router openfabric 1",
    "ldp": _LDP,
    "ldp ipv4": f"{_LDP} > address-family ipv4",
    "ldp ipv6": f"{_LDP} > address-family ipv6",
    "ldp interface": f"{_LDP} > address-family ipv4 > interface eth1",
    "l2vpn": "l2vpn x type vpls",
    "l2vpn pseudowire": "l2vpn x type vpls > member pseudowire mpw0",
    "pseudowire": "pseudowire x",
    "pbr-map": "pbr-map x seq 10",
    "line": "line vty",
    "bfd": "bfd",
    "bfd peer": "bfd > peer 192.0.2.1",
    "bfd profile": "bfd > profile x",
    "key chain": "key chain x",
    "key": "key chain x > key 1",
    "nexthop-group": "nexthop-group x",
    "segment-routing": "segment-routing",
    "traffic-eng": "segment-routing > traffic-eng",
    "segment-list": "segment-routing > traffic-eng > segment-list x",
    "sr policy": "segment-routing > traffic-eng > policy color 1 endpoint 192.0.2.1",
}
#: Blocks in which FRR shows no graph (they have no `show`), as zebra/zebra_srv6_vty.c has them.
BY_HAND = {
    "srv6": ("locators", "exit", "end"),
    "srv6 locators": ("locator WORD", "no locator WORD", "exit", "end"),
    "srv6 locator": (
        "prefix X:X::X:X/M",
        "prefix X:X::X:X/M func-bits (16-64)",
        "exit",
        "end",
    ),
}
_VALUES = {"WORD": "any", "X:X::X:X/M": "ipv6/m", "(16-64)": "range"}
_KINDS = {
    "WORD_TKN": "word",
    "VARIABLE_TKN": "any",
    "RANGE_TKN": "range",
    "IPV4_TKN": "ipv4",
    "IPV4_PREFIX_TKN": "ipv4/m",
    "IPV6_TKN": "ipv6",
    "IPV6_PREFIX_TKN": "ipv6/m",
    "MAC_TKN": "mac",
    "MAC_PREFIX_TKN": "mac/m",
    "ASNUM_TKN": "asn",
}
_WITHOUT_A_WORD = {"START_TKN", "FORK_TKN", "JOIN_TKN", "NEG_ONLY_TKN", "END_TKN"}
_TOKEN = re.compile(r"^  (\w+) \[ shape=box, label=<<b>(\w+)</b>(?: \(\w\))?(?:<br/>(.*))?>, style")
_EDGE = re.compile(r"^  (\w+) -> (\w+);")
_TAGS = re.compile(r"<[^>]*>")
_END = "."

#: A state: kind, text, and the states after it by name.
_State = tuple[str, str, frozenset[str]]


def main() -> None:
    """Ask, minimize, write."""
    release = "".join(sys.argv[1:])
    version = VERSIONS[release]
    states: dict[str, _State] = {}
    starts: dict[str, frozenset[str]] = {}
    for block, graph in _graphs(release):
        starts[block] = _read(block, graph, states)
    for block, lines in BY_HAND.items():
        starts[block] = frozenset(_by_hand(block, line, states) for line in lines)
    table = _written(version, *_minimized(states, starts))
    (_TABLES / f"frr-{version}.commands").write_text(table, encoding="utf-8")


def _by_hand(block: str, line: str, states: dict[str, _State]) -> str:
    """Put the words of a line into `states`; returns where it starts."""
    onward = _END
    for text in reversed(line.split()):
        name = f"{block}/{line}/{text}"
        states[name] = (_VALUES.get(text, "word"), text, frozenset({onward}))
        onward = name
    return onward


def _graphs(release: str) -> Iterable[tuple[str, str]]:
    """(block, its graph in DOT)."""
    lines = ["cd /; rm -rf /run/frr; mkdir /run/frr"]
    lines.append(
        "for daemon in mgmtd staticd; do test -x /usr/lib/frr/mgmtd && "
        "/usr/lib/frr/$daemon -d -u root -g root -P 0; done >/dev/null 2>&1"
    )
    lines.append(
        f"for daemon in {_DAEMONS}; do test -e /run/frr/$daemon.pid && continue; "
        "port=0; test $daemon = bgpd && port='0 -p 0'; "
        "/usr/lib/frr/$daemon -d -u root -g root -P $port -f /dev/null; done >/dev/null 2>&1"
    )
    for block, way in BLOCKS.items():
        steps = ["configure terminal", *filter(None, way.split(" > ")), "show cli graph"]
        asked = " ".join(f'-c "{step}"' for step in steps)
        lines.append(f'echo "=== {block}"; vtysh {asked} 2>/dev/null')
    lines.append("kill -9 $(cat /run/frr/*.pid)")
    done = subprocess.run(
        chroot_command("\n".join(lines), release), capture_output=True, text=True, check=True
    )
    for part in done.stdout.split("=== ")[1:]:
        block, _, graph = part.partition("\n")
        if not graph.startswith("digraph"):
            raise SystemExit(f"no graph of {block}: {graph[:200]}")
        yield block, graph


def _read(block: str, graph: str, states: dict[str, _State]) -> frozenset[str]:
    """Put a block's tokens into `states`, forks and joins left out; returns where it starts."""
    kinds: dict[str, tuple[str, str]] = {}
    after: dict[str, list[str]] = {}
    for line in graph.splitlines():
        if found := _TOKEN.match(line):
            text = _TAGS.sub("", found[3] or "").strip('"')
            kinds[found[1]] = (found[2], text)
        elif found := _EDGE.match(line):
            after.setdefault(found[1], []).append(found[2])

    def onward(name: str) -> frozenset[str]:
        found, open_, seen = set(), list(after.get(name, ())), set()
        while open_:
            each = open_.pop()
            if each in seen:
                continue
            seen.add(each)
            if each.startswith("end"):
                found.add(_END)
            elif kinds[each][0] in _KINDS:
                found.add(f"{block}/{each}")
            else:
                open_.extend(after.get(each, ()))
        return frozenset(found)

    for name, (kind, text) in kinds.items():
        if kind not in _KINDS and kind not in _WITHOUT_A_WORD:
            raise SystemExit(f"a kind of word that is not known: {kind} in {block}")
        if kind in _KINDS:
            states[f"{block}/{name}"] = (_KINDS[kind], text, onward(name))
    (start,) = (name for name, (kind, _) in kinds.items() if kind == "START_TKN")
    return onward(start)


def _minimized(
    states: dict[str, _State], starts: dict[str, frozenset[str]]
) -> tuple[dict[int, tuple[str, str, list[str]]], dict[str, list[str]]]:
    """States that cannot be told apart become one, numbered in the order of the blocks."""
    group: dict[str, int] = dict.fromkeys(states, 0)
    count = 0
    while True:
        keys: dict[object, int] = {}
        new = {}
        for name, (kind, text, after) in states.items():
            onward = frozenset(group.get(each, -1) for each in after)
            new[name] = keys.setdefault((group[name], kind, text, onward), len(keys))
        group = new
        if len(keys) == count:
            break
        count = len(keys)

    def named(names: frozenset[str]) -> list[str]:
        numbers = sorted({group[name] for name in names if name != _END})
        return [*map(str, numbers), *([_END] if _END in names else [])]

    merged: dict[int, tuple[str, str, list[str]]] = {}
    for name, (kind, text, after) in states.items():
        merged.setdefault(group[name], (kind, text, named(after)))
    return merged, {block: named(first) for block, first in starts.items()}


def _written(
    version: str, merged: dict[int, tuple[str, str, list[str]]], starts: dict[str, list[str]]
) -> str:
    lines = [
        f"# FRR {version}'s commands, by block: made by `python -m tests.oracle.frr_commands`.",
        "# block<TAB>NAME<TAB>first states; STATE<TAB>kind<TAB>text<TAB>next states, . is the end",
    ]
    lines += [f"block\t{block}\t{' '.join(first)}" for block, first in starts.items()]
    lines += [
        f"{number}\t{kind}\t{text}\t{' '.join(after)}"
        for number, (kind, text, after) in sorted(merged.items())
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
