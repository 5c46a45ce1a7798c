"""What vtysh answers to ``-c`` on an emulated router: its configuration; there are no sessions."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from lab.emulated import vtysh
from lab.emulated.router import Router, without_noise

_VERSION = "FRRouting 8.4.4 ({name}) on Linux(emulated).\nCopyright 1996-2005 Kunihiro Ishiguro.\n"


def show(router: Router, command: str) -> tuple[str, int]:
    """(output, exit code) of a command."""
    words = " ".join(command.split())
    for pattern, told in _ANSWERS:
        match = pattern.fullmatch(words)
        if match:
            return told(router, match), 0
    return f"% Unknown command: {words}\n", 1


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


def _running(router: Router, match: re.Match[str]) -> str:
    return router.show_running()


def _running_bgpd(router: Router, match: re.Match[str]) -> str:
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


def _bgp_instances(router: Router, match: re.Match[str]) -> str:
    found = {}
    for vrf, lines in instances(router):
        ids = [line.split()[2] for line in lines if line.startswith("bgp router-id ")]
        found[vrf] = {"type": "DFLT" if vrf == "default" else "VRF", "routerId": "".join(ids)}
    return json.dumps({"vrfs": found, "totalVrfs": len(found)}) + "\n"


def _bgp_neighbors(router: Router, match: re.Match[str]) -> str:
    """Nobody ever answers: each neighbour is there, and is not up."""
    found: dict[str, dict[str, object]] = {}
    for vrf, lines in instances(router):
        peers: dict[str, object] = {}
        for line in lines:
            words = line.split()
            if words[0] == "neighbor" and words[2] == "remote-as" and words[3].isdigit():
                peers[words[1]] = {
                    "remoteAs": int(words[3]),
                    "localAs": _own_number(router),
                    "bgpState": "Active",
                    "addressFamilyInfo": {},
                    "messageStats": {},
                }
        found[vrf] = peers
    return json.dumps(found) + "\n"


def _own_number(router: Router) -> int:
    for path in router.frr.lines:
        if path and path[0].startswith("router bgp "):
            return int(path[0].split()[2])
    return 0


def _version(router: Router, match: re.Match[str]) -> str:
    return _VERSION.format(name=router.hostname)


def _daemons(router: Router, match: re.Match[str]) -> str:
    return " zebra bgpd isisd ldpd staticd\n"


def _nothing(router: Router, match: re.Match[str]) -> str:
    return "{}\n"


_ANSWERS: tuple[tuple[re.Pattern[str], Callable[[Router, re.Match[str]], str]], ...] = (
    (re.compile(r"show running-config"), _running),
    (re.compile(r"show running-config bgpd"), _running_bgpd),
    (re.compile(r"show bgp vrfs json"), _bgp_instances),
    (re.compile(r"show bgp vrf all neighbors json"), _bgp_neighbors),
    (re.compile(r"show version"), _version),
    (re.compile(r"show daemons"), _daemons),
    (re.compile(r"show (ip|ipv6) route .*json"), _nothing),
    (re.compile(r"show (bgp|isis|mpls) .*json"), _nothing),
)
