"""`ip` of an emulated router: what is asked of the kernel, and what a person does by hand to it.

By hand: `ip link delete X`, `ip link set X up|down|nomaster|master V`, `ip link add link P name X
type vlan id N`, `ip address add|delete A/N dev X`, `ip -4 route delete unreachable default vrf V`,
`ip rule add|delete pref N ...`, `ip route add|delete P ... [table N|vrf V]`, `ip -f mpls route
add|delete L ...`, `ip xfrm policy update|add|delete ...`. No text shows it afterwards.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable
from typing import TypeAlias

from egovnet.lab.emulated.linux.linux import Link, Linux

Answer: TypeAlias = "tuple[str, str, int]"
"""Output, errors, exit code."""
_WELL: Answer = ("", "", 0)
_MAIN = 254


def run(linux: Linux, words: list[str]) -> Answer:
    """Run `ip` with these words."""
    if words[:2] == ["-f", "mpls"] and words[2:3] == ["route"]:
        return _label(linux, words[3:])
    plain = [word for word in words if not word.startswith("-")]
    by_hand = _BY_HAND.get(tuple(plain[:2]))
    if by_hand is not None:
        return by_hand(linux, words, plain[2:])
    answers: dict[str, Callable[[], str]] = {
        "mpls": linux.labels_json,
        "addr": linux.addresses_json,
        "link": lambda: _links(linux, counted="-s" in words),
        "neigh": lambda: "[]",
        "route": lambda: "[]",
    }
    if plain == ["route", "show", "table", "all", "type", "unreachable"]:
        answers["route"] = lambda: linux.unreachable_json(_version(words))
    answer = answers.get(plain[0] if plain else "")
    if answer is None or "-j" not in words:
        return "", f"ip {' '.join(words)}: not emulated\n", 1
    return f"{answer()}\n", "", 0


def _links(linux: Linux, *, counted: bool) -> str:
    """`ip -d -j link show`, with `-s` its counters, which stand still."""
    links = linux.described()
    nothing = {"bytes": 0, "packets": 0, "errors": 0, "dropped": 0, "multicast": 0}
    for link in links:
        del link["addr_info"]
        if counted:
            link["stats64"] = {"rx": nothing, "tx": nothing}
    return json.dumps(links)


def _version(words: list[str]) -> int:
    return 6 if "-6" in words else 4


def _delete_link(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    return _WELL if linux.delete(words[-1]) else _no_device(words[-1])


def _set_link(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    name, *what = rest if rest[:1] != ["dev"] else rest[1:]
    link = linux.links.get(name)
    if link is None:
        return _no_device(name)
    match what:
        case ["nomaster"]:
            link.master = ""
        case ["master", vrf] if linux.has_vrf(vrf):
            link.master = vrf
        case ["up" | "down" as way]:
            link.up = way == "up"
        case _:
            return "", f"ip link set {' '.join(rest)}: not emulated\n", 1
    linux.version += 1
    return _WELL


def _add_address(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    found = _address(linux, rest)
    if isinstance(found, tuple):
        return found
    address, link = str(ipaddress.ip_interface(rest[0])), found
    if address in link.addresses:
        return "", "RTNETLINK answers: File exists\n", 2
    link.addresses.append(address)
    link.missed.discard(address)
    linux.version += 1
    return _WELL


def _delete_address(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    found = _address(linux, rest)
    if isinstance(found, tuple):
        return found
    address, link = str(ipaddress.ip_interface(rest[0])), found
    if address not in link.addresses:
        return "", "RTNETLINK answers: Cannot assign requested address\n", 2
    link.addresses.remove(address)
    linux.version += 1
    return _WELL


def _address(linux: Linux, rest: list[str]) -> Link | Answer:
    if len(rest) != 3 or rest[1] != "dev":
        return "", 'Not enough information: "dev" argument is required.\n', 255
    return linux.links.get(rest[2]) or _no_device(rest[2])


def _add_link(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    match rest:
        case ["link", parent, "name", name, "type", "vlan", "id", number]:
            if parent not in linux.links:
                return _no_device(parent)
            if not linux.add_vlan(name, parent, int(number)):
                return "", "RTNETLINK answers: File exists\n", 2
            return _WELL
    return "", f"ip link add {' '.join(rest)}: not emulated\n", 1


def _rule(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    """`ip rule add|delete`: the words of a rule as Linux prints them, and its `pref`."""
    rest = list(rest)
    if "pref" not in rest:
        return "", "an emulated router's rules are added with their pref\n", 1
    place = rest.index("pref")
    number = rest.pop(place + 1)
    del rest[place]
    kept = linux.rules.setdefault(str(_version(words)), [])
    if "delete" in words or "del" in words:
        left = [line for line in kept if not line.startswith(f"{number}:")]
        if len(left) == len(kept):
            return "", "RTNETLINK answers: No such file or directory\n", 2
        kept[:] = left
    else:
        selector = rest if rest[:1] == ["from"] else ["from", "all", *rest]
        said = " ".join("lookup" if word == "table" else word for word in selector)
        kept.append(f"{number}:\t{said}")
    linux.version += 1
    return _WELL


def _add_route(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    version, key, line = _route(linux, words, rest)
    kept = linux.hand_routes.setdefault(version, {})
    if key in kept:
        return "", "RTNETLINK answers: File exists\n", 2
    kept[key] = line
    linux.version += 1
    return _WELL


def _route(linux: Linux, words: list[str], rest: list[str]) -> tuple[str, tuple[str, int], str]:
    """(IP version, its key, its line) of a route's words."""
    version = "6" if ":" in " ".join(rest) or "-6" in words else "4"
    said = dict(zip(rest[1::2], rest[2::2], strict=False))
    table = int(said.get("table", "254"))
    if "vrf" in said:
        table = linux.links[said["vrf"]].table
    where = "" if table == _MAIN else f" table {table}"
    way = "".join(f" {word} {said[word]}" for word in ("via", "dev") if word in said)
    if "via" in said and "dev" not in said:
        gateway = ipaddress.ip_address(said["via"])
        port = next(
            (link.name for link in linux.links.values() for address in link.addresses
             if gateway in ipaddress.ip_interface(address).network), "lo")  # fmt: skip
        way += f" dev {port}"
    proto = f" proto {said['proto']}" if "proto" in said else ""
    return version, (rest[0], table), f"{rest[0]}{way}{where}{proto}"


def _label(linux: Linux, words: list[str]) -> Answer:
    """`ip -f mpls route add|delete LABEL ...`."""
    verb, number, *rest = words
    if verb == "add":
        linux.hand_labels[int(number)] = " ".join([number, *rest])
    elif verb not in ("delete", "del") or linux.hand_labels.pop(int(number), None) is None:
        return "", "RTNETLINK answers: No such process\n", 2
    linux.version += 1
    return _WELL


def _delete_route(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    if rest[:1] != ["unreachable"]:
        version, key, _ = _route(linux, words, rest)
        if linux.hand_routes.get(version, {}).pop(key, None) is None:
            return "", "RTNETLINK answers: No such process\n", 2
        linux.version += 1
        return _WELL
    if rest[:3] != ["unreachable", "default", "vrf"] or not linux.has_vrf(rest[-1]):
        return "", f"ip route delete {' '.join(rest)}: not emulated\n", 1
    if linux.links[rest[-1]].refuses.pop(_version(words), None) is None:
        return "", "RTNETLINK answers: No such process\n", 2
    linux.version += 1
    return _WELL


def _policy(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    if not linux.policies.run(f"ip {' '.join(words)}"):
        return "", "RTNETLINK answers: No such file or directory\n", 2
    linux.version += 1
    return _WELL


def _no_device(name: str) -> Answer:
    return "", f'Cannot find device "{name}"\n', 1


_BY_HAND: dict[tuple[str, ...], Callable[[Linux, list[str], list[str]], Answer]] = {
    ("link", "delete"): _delete_link,
    ("link", "del"): _delete_link,
    ("link", "set"): _set_link,
    ("link", "add"): _add_link,
    ("address", "add"): _add_address,
    ("address", "delete"): _delete_address,
    ("route", "delete"): _delete_route,
    ("route", "del"): _delete_route,
    ("route", "add"): _add_route,
    ("xfrm", "policy"): _policy,
    ("rule", "add"): _rule,
    ("rule", "del"): _rule,
    ("rule", "delete"): _rule,
}
