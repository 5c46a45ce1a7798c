"""`ip` of an emulated router: what is asked of the kernel, and what a person does by hand to it.

By hand: `ip link delete X`, `ip link set X up|down|nomaster|master V`, `ip address add|delete
A/N dev X`, `ip -4 route delete unreachable default vrf V`. No text shows it afterwards.
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


def run(linux: Linux, words: list[str]) -> Answer:
    """Run `ip` with these words."""
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


def _delete_route(linux: Linux, words: list[str], rest: list[str]) -> Answer:
    if rest[:3] != ["unreachable", "default", "vrf"] or not linux.has_vrf(rest[-1]):
        return "", f"ip route delete {' '.join(rest)}: not emulated\n", 1
    if linux.links[rest[-1]].refuses.pop(_version(words), None) is None:
        return "", "RTNETLINK answers: No such process\n", 2
    linux.version += 1
    return _WELL


def _no_device(name: str) -> Answer:
    return "", f'Cannot find device "{name}"\n', 1


_BY_HAND: dict[tuple[str, ...], Callable[[Linux, list[str], list[str]], Answer]] = {
    ("link", "delete"): _delete_link,
    ("link", "set"): _set_link,
    ("address", "add"): _add_address,
    ("address", "delete"): _delete_address,
    ("route", "delete"): _delete_route,
}
