"""What vtysh answers to `-c` on an emulated router: its configuration, and its control plane."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

from egovnet.lab.emulated.control_plane import answers
from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.linux.zebra import show_interfaces
from egovnet.lab.emulated.router.router import Router, without_noise

_Answer: TypeAlias = Callable[[ControlPlane, Router, re.Match[str]], str]
_DAEMONS = {"bgp": "bgpd", "isis": "isisd", "mpls ldp": "ldpd", "bfd": "bfdd"}
_VERSION = "FRRouting 8.4.4 ({name}) on Linux(emulated).\nCopyright 1996-2005 Kunihiro Ishiguro.\n"


def show(plane: ControlPlane, router: Router, command: str) -> tuple[str, int]:
    """(output, exit code) of a command."""
    words = " ".join(command.split())
    for pattern, answer in _ANSWERS:
        match = pattern.fullmatch(words)
        if match:
            return answer(plane, router, match), 0
    return f"% Unknown command: {words}\n", 1


def silent_daemon(router: Router, command: str) -> str:
    """The daemon that would answer and does not run, or ""."""
    if not router.stopped:
        return ""
    words = command.split()
    asked = _DAEMONS.get(" ".join(words[1:3]), "") or _DAEMONS.get(" ".join(words[1:2]), "")
    return asked if words[:1] == ["show"] and asked in router.stopped else ""


def configure(router: Router, lines: list[str]) -> None:
    """What a person types at the router, in configuration mode."""
    vtysh.run(router.frr, "".join(f"{line}\n" for line in lines))
    router.note()


def instances(router: Router) -> Iterator[tuple[str, list[str]]]:
    """BGP's instances as (VRF, its lines at the outermost level)."""
    for path, lines in router.frr.lines.items():
        if len(path) == 1 and path[0].startswith("router bgp "):
            vrf = path[0].split()[4] if " vrf " in path[0] else "default"
            yield vrf, [kept.text for kept in lines.values()]


def neighbors(router: Router, vrf: str) -> Collection[str]:
    """The BGP neighbours that are configured in "default" or a VRF."""
    for path in router.frr.lines:
        if len(path) == 1 and path[0].startswith("router bgp "):
            words = path[0].split()
            if (words[4] if len(words) > 4 else "default") == vrf:
                return router.frr.bgp.of(path)
    return ()


def _running(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    return router.show_running()


def _running_bgpd(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    text = without_noise(router.show_running())
    blocks = [block for block in text.split("!\n") if block]
    kept = []
    taking = False
    for block in blocks:
        if block.startswith("router bgp "):
            taking = True
        if taking:
            kept.append(block)
        if block.endswith("\nexit\n"):
            taking = False
    head = text[: text.index("!\n") + 2]
    return (
        f"Building configuration...\n\nCurrent configuration:\n!\n{head}"
        + "".join(f"{block}!\n" for block in kept)
        + "end\n"
    )


def _bgp_instances(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    found = {}
    for vrf, lines in instances(router):
        ids = [line.split()[2] for line in lines if line.startswith("bgp router-id ")]
        found[vrf] = {"type": "DFLT" if vrf == "default" else "VRF", "routerId": "".join(ids)}
    return json.dumps({"vrfs": found, "totalVrfs": len(found)}) + "\n"


def _interfaces(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    return show_interfaces(router.linux)


def _version(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    return _VERSION.format(name=router.hostname)


def _daemons(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    daemons = ("zebra", "bgpd", "ldpd", "isisd", "bfdd", "staticd")
    return f" {' '.join(name for name in daemons if name not in router.stopped)}\n"


def _nothing(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    return "{}\n"


def _of_fleet(make: _Answer) -> _Answer:
    """An answer that is kept while nothing it rests on changes."""

    def answer(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
        return plane.answer(router, match[0], lambda: make(plane, router, match))

    return answer


_ANSWERS: tuple[tuple[re.Pattern[str], _Answer], ...] = (
    (re.compile(r"show running-config"), _running),
    (re.compile(r"show running-config bgpd"), _running_bgpd),
    (re.compile(r"show bgp vrfs json"), _bgp_instances),
    (re.compile(r"show bgp vrf all neighbors json"), _of_fleet(answers.bgp_neighbors)),
    (re.compile(r"show bgp vrf all summary json"), _of_fleet(answers.bgp_summary)),
    (
        re.compile(r"show bgp (?P<family>ipv4|ipv6) vpn rd (?P<rd>\S+) (?P<prefix>\S+) json"),
        _of_fleet(answers.bgp_announcement),
    ),
    (re.compile(r"show isis neighbor json"), _of_fleet(answers.isis_neighbors)),
    (re.compile(r"show bfd peers json"), _of_fleet(answers.bfd_peers)),
    (re.compile(r"show mpls ldp neighbor json"), _of_fleet(answers.ldp_neighbors)),
    (re.compile(r"show mpls ldp discovery json"), _of_fleet(answers.ldp_discovery)),
    (
        re.compile(r"show (?P<family>ip|ipv6) route vrf all json"),
        _of_fleet(answers.routes),
    ),
    (re.compile(r"show interface vrf all"), _interfaces),
    (re.compile(r"show version"), _version),
    (re.compile(r"show daemons"), _daemons),
    (re.compile(r"show (ip|ipv6) route .*json"), _nothing),
    (re.compile(r"show (bgp|isis|mpls|bfd) .*json"), _nothing),
)
