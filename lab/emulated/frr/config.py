"""FRR's running configuration, as its daemons take and print it.

What bgpd does with a line beyond keeping it is in `bgp_rules`, the other daemons' part in _RULES.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from egovnet.lab.emulated.frr.bgp_rules import Peers
from egovnet.lab.emulated.frr.commands import Line
from egovnet.lab.emulated.frr.contexts import (
    NOT_FOUND,
    OK,
    Contexts,
    Path,
    Reply,
    failed,
    natural,
    refused,
)
from egovnet.lab.emulated.frr.nodes import FAMILIES

HEADER = "frr version 8.4.4\nfrr defaults traditional\nhostname {name}\n"

Rule: TypeAlias = "Callable[[FrrConfig, Path, Line], Reply | None]"
"""What a daemon does with a line instead of keeping it; None: it is kept, or forgotten, as any."""


class FrrConfig(Contexts):
    """The running configuration of one router.

    `enter` and `execute` take what `read_line` understood; `text()` prints.
    """

    def __init__(self, *, vrf_exists: Callable[[str], bool] = lambda name: True) -> None:
        super().__init__()
        self.vrf_exists = vrf_exists
        self.on_labels: Callable[[str, bool], None] = lambda port, on: None
        """Told when `mpls enable` comes to an interface, or goes."""
        self._printed: tuple[int, str] = (-1, "")
        self._maps: set[str] = set()
        """Names of route-maps that there are, or were."""
        self.bgp = Peers(self)

    def enter(self, path: Path, line: Line) -> tuple[Path, Reply]:
        """Go into a context, which makes it; the path is the one to stay at when it is refused."""
        header = line.text
        if path and path[0].startswith("router bgp "):
            header = FAMILIES[line.command.opens] if line.command.opens else header
        elif header.startswith("router bgp "):
            reply = self.bgp.enter(header)
            if reply.code:
                return path, reply
        elif header.startswith("route-map "):
            self._maps.add(header.split()[1])
            self._change_action(header)
        inner = (*path, header)
        if inner not in self.lines and not inner[0].startswith(_OF_NO_DAEMON):
            self.lines[inner] = {}
            self.version += 1
        return inner, OK

    def execute(self, path: Path, line: Line) -> Reply:
        """Take a line in a context."""
        if line.no and line.command.opens is not None:
            return self._remove_context(path, line)
        if path and path[0].startswith(_OF_NO_DAEMON):
            return OK
        if path and path[0].startswith("router bgp "):
            answer = self.bgp.rule(path, line)
        else:
            answer = next(
                (rule(self, path, line) for words, rule in _RULES if words.match(line.text)), None
            )
        if answer is None:
            if line.command.only_no:
                self._remove_all(path, line.text)
            else:
                self.keep(path, line)
            answer = OK
        return answer if answer.code or line.no else Reply(self._warning(line) + answer.output)

    def _warning(self, line: Line) -> str:
        """What bgpd prints of a route-map that there never was."""
        used = _USES_MAP.search(line.text) if line.command.daemon == "bgpd" else None
        if used is None or used[1] in self._maps or _SAYS_NO_WARNING.match(line.text):
            return ""
        return f"The route-map '{used[1]}' does not exist.\n"

    def _remove_all(self, path: Path, words: str) -> None:
        """What begins with these words: a list's entries, a route-map's."""
        for key in [key for key in self.lines.get(path, {}) if key.startswith(f"{words} ")]:
            self.drop(path, key)
        for inner in [inner for inner in self.inside(path) if inner[-1].startswith(f"{words} ")]:
            self.drop_context(inner)

    def _change_action(self, header: str) -> None:
        """An entry of a route-map is known by its number; its action changes in place."""
        _, name, action, number = header.split()
        other = (f"route-map {name} {'deny' if action == 'permit' else 'permit'} {number}",)
        if other in self.lines:
            self.lines = {
                (header,) if path == other else path: lines for path, lines in self.lines.items()
            }
            self.version += 1

    def _remove_context(self, path: Path, line: Line) -> Reply:
        header = line.text
        if header.startswith("router bgp "):
            return self.bgp.remove(header)
        if header.startswith("vrf ") and self.vrf_exists(header.split()[1]):
            return refused("% Only inactive VRFs can be deleted")
        if header.startswith("interface ") and not path:
            return OK  # the kernel has it
        there = self.drop_context((*path, header))
        if not there and header.startswith("router isis "):
            return refused(f"ISIS area {header.split()[2]} not found.", NOT_FOUND)
        return OK

    def text(self, hostname: str) -> str:
        """`show running-config` without what vtysh prints around it; ends in a newline."""
        if self._printed[0] != self.version:
            body = "".join(f"{line}\n" for line in self._print())
            self._printed = (self.version, body)
        return HEADER.format(name=hostname) + self._printed[1]

    def _print(self) -> Iterator[str]:
        top = sorted(self.lines[()].values(), key=lambda kept: kept.order)
        early = [kept.text for kept in top if _EARLY.match(kept.text)]
        yield from early
        yield "service integrated-vtysh-config"
        yield "!"
        groups: dict[int, list[str]] = {}
        for kept in top:
            if not _EARLY.match(kept.text):
                groups.setdefault(_group(kept.text), []).append(kept.text)
        headers: dict[int, list[Path]] = {}
        for path in self.lines:
            if len(path) == 1:
                headers.setdefault(_group(path[0]), []).append(path)
        for number in sorted({*groups, *headers}):
            if number in groups:
                yield from groups[number]
                yield "!"
            paths = headers.get(number, [])
            if number == _ROUTE_MAPS:
                paths = _by_map(paths)
            elif number in _SORTED:
                paths = sorted(paths, key=lambda path: natural(path[0]))
            for path in paths:
                yield from self._print_context(path)

    def _print_context(self, path: Path) -> Iterator[str]:
        header = path[0]
        if header == "line vty" and not self.lines[path]:
            return
        yield header
        if header.startswith("router bgp "):
            yield from self.bgp.print(path)
        elif header == "bfd":
            for inner in self.inside(path):
                yield f" {inner[-1]}"
                yield from self._print_lines(inner, "  ")
                yield " exit"
                yield " !"
        else:
            yield from self._print_lines(path, " ")
            families = sorted(self.inside(path))
            for family in families:
                yield " !"
                yield f" {family[-1]}"
                yield from self._print_lines(family, "  ")
                for port in sorted(self.inside(family), key=lambda p: natural(p[-1])):
                    yield "  !"
                    yield f"  {port[-1]}"
                    yield from self._print_lines(port, "   ")
                    yield "  exit"
                yield "  !"
                yield " exit-address-family"
            if header == "mpls ldp":
                yield " !"
        yield "exit-vrf" if header.startswith("vrf ") else "exit"
        yield "!"

    def _print_lines(self, path: Path, indent: str) -> Iterator[str]:
        lines = self.lines.get(path, {})
        for kept in sorted(lines.values(), key=lambda kept: kept.order):
            yield f"{indent}{kept.text}"


_OF_NO_DAEMON = "key chain "
"""vtysh knows it, and gives it to daemons (ripd, eigrpd) that the lab's routers do not run."""
_USES_MAP = re.compile(r"\b(?:route-map|unsuppress-map)(?: vpn \S+)? (\S+)")
_SAYS_NO_WARNING = re.compile(r"network |aggregate-address ")
_EARLY = re.compile(r"log |(no )?ip(v6)? forwarding$")
_GROUPS = tuple(
    re.compile(pattern)
    for pattern in (
        r"ip(v6)? route ",
        r"vrf ",
        r"interface ",
        r"router bgp (?!.* vrf )",
        r"router bgp ",
        r"router ospf",
        r"mpls ldp",
        r"router isis",
        r"(ipv6 )?access-list ",
        r"ip prefix-list ",
        r"ipv6 prefix-list ",
        r"bgp as-path ",
        r"bgp \w+-list |bgp large",
        r"route-map ",
        r"bfd",
        r"ip(v6)? (nht|protocol) ",
        r"line vty",
    )
)
_SORTED = frozenset((2, 7))
_ROUTE_MAPS = 13


@lru_cache(maxsize=1 << 16)
def _group(text: str) -> int:
    return next((n for n, pattern in enumerate(_GROUPS) if pattern.match(text)), len(_GROUPS))


def _by_map(paths: list[Path]) -> list[Path]:
    """Maps in the order they were made, each one's entries by their number."""
    names = list(dict.fromkeys(path[0].split()[1] for path in paths))
    return sorted(
        paths, key=lambda path: (names.index(path[0].split()[1]), int(path[0].split()[3]))
    )


def _route(config: FrrConfig, path: Path, line: Line) -> Reply | None:
    if line.no:
        if not config.drop(path, line.key):
            return Reply("% Refusing to remove a non-existent route\n")
        return OK
    words = line.text.split()
    is_hole = words[3] in _HOLES
    prefix = " ".join(words[:3]) + " "
    for kept in config.lines.get(path, {}).values():
        other = kept.text.split()
        mixed = kept.text.startswith(prefix) and (other[3] in _HOLES) != is_hole
        # one with another distance is another route
        if mixed and _distance(other) == _distance(words):
            return failed("Route cannot have blackhole and non-blackhole nexthops simultaneously")
    config.put(path, line)
    vrf = path[0].split()[1] if path else ""
    if vrf and not config.vrf_exists(vrf):
        return Reply(
            f"Static Route to {words[2]} not installed currently because dependent config not"
            " fully available\n"
        )
    return OK


def _distance(words: list[str]) -> str:
    """Of a route; a number that is none, such as 300, is the name of a port."""
    known = len(words) > 4 and words[-1].isdigit() and 1 <= int(words[-1]) <= 255
    return words[-1] if known else "1"


_HOLES = frozenset(("Null0", "blackhole", "reject"))
_PREFIX_ENTRY = re.compile(
    r"(?P<list>ip(?:v6)? prefix-list \S+) (?:seq (?P<seq>\d+) )?(?P<rest>.+)"
)


def _prefix_list(config: FrrConfig, path: Path, line: Line) -> Reply | None:
    match = _PREFIX_ENTRY.fullmatch(line.text)
    if line.no or match is None or match["rest"].startswith("description "):
        return None
    length = re.search(r"/(\d+)", match["rest"])
    low = re.search(r"ge (\d+)", match["rest"])
    high = re.search(r"le (\d+)", match["rest"])
    bounds = [int(found[1]) for found in (length, low, high) if found]
    if bounds != sorted(bounds):
        prefix = match["rest"].split()[1]
        return failed(f"Invalid prefix range for {prefix}: Make sure that mask length <= ge <= le")
    start = f"{match['list']} "
    entries = {
        int(found["seq"]): found["rest"]
        for kept in config.lines[()].values()
        if kept.text.startswith(start)
        and (found := _PREFIX_ENTRY.fullmatch(kept.text))
        and found["seq"]
    }
    if match["rest"] in entries.values():
        return OK  # the same content under another number is not taken, and nothing is said
    number = match["seq"] or str((max(entries, default=0) // 5 + 1) * 5)
    key = f"{match['list']} seq {number}"
    config.put_text(path, key, f"{key} {match['rest']}", line)
    return OK


def _isis_on_port(config: FrrConfig, path: Path, line: Line) -> Reply | None:
    keys = ("ip router isis", "ipv6 router isis")
    tags = {config.text_of(path, key).rsplit(" ", 1)[-1] for key in keys if config.has(path, key)}
    if not line.text.startswith("isis "):
        tag = line.text.rsplit(" ", 1)[-1]
        if not line.no:
            return failed("Changing area tag is not allowed") if tags - {tag} else None
        config.drop(path, line.key)
        if not any(config.has(path, key) for key in keys):
            for key in [key for key in config.lines.get(path, {}) if key.startswith("isis ")]:
                config.drop(path, key)
        return OK
    if not tags and not line.no:
        return failed(
            'YANG error(s):\n Mandatory node "area-tag" instance does not exist.\n YANG path:'
            ' Schema location "/frr-interface:lib/interface/frr-isisd:isis/area-tag".\n'
        )
    return None


_NET = re.compile(r"net [a-fA-F0-9]{2}(\.[a-fA-F0-9]{4}){3,9}\.[a-fA-F0-9]{2}$")


def _net(config: FrrConfig, path: Path, line: Line) -> Reply | None:
    if line.no:
        return None
    if not _NET.match(line.text):
        return Reply(
            "% Failed to edit configuration.\n\nYANG error(s):\n Unsatisfied pattern -"
            f' "{line.text[4:]}" does not conform to'
            ' "[a-fA-F0-9]{2}(\\.[a-fA-F0-9]{4}){3,9}\\.[a-fA-F0-9]{2}".\n'
            ' YANG path: Schema location "/frr-isisd:isis/instance/area-address".\n'
        )
    others = [text for text in config.lines.get(path, {}) if text.startswith("net ")]
    if any(other[-17:] != line.text[-17:] for other in others):
        return failed("System ID must not change when defining additional area addresses")
    return None


def _policy_list(config: FrrConfig, path: Path, line: Line) -> Reply | None:
    words = line.text.split()
    named = " ".join(words[:4])
    if not line.no or any(key.startswith(f"{named} ") for key in config.lines[()]):
        return None
    if words[1] == "as-path":
        return refused(f"bgp as-path access-list {words[3]} doesn't exist")
    return refused("% Can't find community-list")


def _labels(config: FrrConfig, path: Path, line: Line) -> Reply | None:
    config.on_labels(path[0].split()[1], not line.no)
    return None


def _not_kept(config: FrrConfig, path: Path, line: Line) -> Reply:
    return OK


_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = (
    (re.compile(r"ip(v6)? route "), _route),
    (re.compile(r"ip(v6)? prefix-list "), _prefix_list),
    (re.compile(r"(ip |ipv6 )(router isis)|isis "), _isis_on_port),
    (re.compile(r"net "), _net),
    (re.compile(r"mpls enable$"), _labels),
    (re.compile(r"bgp (as-path|\S+-list) "), _policy_list),
    (re.compile(r"frr |hostname |service integrated"), _not_kept),
)
