"""What FRR prints of the control plane as JSON: FRR's names, and no more keys than are read."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, TypeAlias

from egovnet.lab.emulated.control_plane.control_plane import ControlPlane
from egovnet.lab.emulated.router.router import Router

_PRINTED = {"ipv4 unicast": "ipv4Unicast", "ipv6 unicast": "ipv6Unicast", "ipv4 vpn": "ipv4Vpn",
            "ipv6 vpn": "ipv6Vpn", "l2vpn evpn": "l2VpnEvpn"}  # fmt: skip
_Object: TypeAlias = dict[str, Any]


def isis_neighbors(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show isis neighbor json`."""
    seen: dict[tuple[str, str], int] = {}
    for port, other, level, _ in plane.sessions.adjacencies(router.name):
        seen.setdefault((port, other), level)
    circuits = [
        {"adj": plane.hostname(other), "interface": port, "level": level, "state": "Up"}
        for (port, other), level in seen.items()
    ]
    areas = [
        {"area": path[0].split()[2], "circuits": circuits}
        for path in router.frr.lines
        if len(path) == 1 and path[0].startswith("router isis ")
    ]
    return _print({"areas": areas[:1]})


def bfd_peers(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show bfd peers json`: of IS-IS' neighbours by IPv4 where there is any, of customers, and of
    a firewall's PEs."""
    peers = []
    seen: set[tuple[str, str]] = set()
    if "bfdd" in router.stopped:
        return "[]\n"
    for port, other, _, _ in plane.sessions.adjacencies(router.name):
        mine = plane.sessions.facts(router.name).isis[port]
        if mine.bfd and (port, other) not in seen:
            seen.add((port, other))
            its = plane.sessions.facts(other)
            address = next(a for net in mine.nets for a in its.addresses if a.net == net)
            there = its.isis[address.port].bfd and "bfdd" not in its.stopped
            peers.append(_bfd_peer(address.host, "default", port, up=there))
    for name, peer in plane.sessions.facts(router.name).peers.items():
        if peer.bfd:
            up = plane.session(router.name, name) is not None
            peers.append(_bfd_peer(name, "default", "", up=up))
    for vrf, sessions in plane.tables(router.name).sessions.items():
        peers += [
            _bfd_peer(session.address, vrf, "", up=session.state == "Established")
            for session in sessions
            if session.bfd
        ]
    return _print(peers)


def _bfd_peer(address: str, vrf: str, port: str, *, up: bool) -> _Object:
    of_port = {"interface": port} if port else {}
    status = "up" if up else "down"
    return {"multihop": False, "peer": address, "vrf": vrf, **of_port, "status": status}


def ldp_neighbors(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show mpls ldp neighbor json`."""
    neighbors = []
    for other, family in plane.sessions.ldp_sessions(router.name):
        its = plane.sessions.facts(other)
        neighbors.append(
            {
                "addressFamily": family,
                "neighborId": its.ldp_id,
                "state": "OPERATIONAL",
                "transportAddress": its.ldp_transports[family],
            }
        )
    return _print({"neighbors": neighbors} if neighbors else {})


def ldp_discovery(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show mpls ldp discovery json`."""
    hellos = [
        {
            "addressFamily": family,
            "neighborId": plane.sessions.facts(other).ldp_id,
            "type": "link",
            "interface": port,
            "helloHoldtime": 15,
        }
        for port, other, family in plane.sessions.ldp_hellos(router.name)
    ]
    return _print({"adjacencies": hellos} if hellos else {})


def bgp_summary(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show bgp vrf all summary json`."""
    found: _Object = {}
    for vrf, (number, identity, peers) in _sessions(plane, router).items():
        families: _Object = {}
        for address, families_of, entry in peers:
            for family in families_of:
                summary = families.setdefault(
                    _PRINTED[family],
                    {"routerId": identity, "as": number, "vrfName": vrf, "peers": {}},
                )
                summary["peers"][address] = {
                    "remoteAs": entry["remoteAs"],
                    "localAs": number,
                    "state": entry["bgpState"],
                    "peerState": "OK",
                    "desc": entry["nbrDesc"],
                }
        found[vrf] = families
    return _print(found)


def bgp_neighbors(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show bgp vrf all neighbors json`."""
    return _print(
        {
            vrf: {address: entry for address, _, entry in peers}
            for vrf, (_, _, peers) in _sessions(plane, router).items()
        }
    )


def bgp_announcement(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show bgp ipv4 vpn rd RD PREFIX json`: the router's own, as it gives them to the VPN."""
    rd, prefix = match["rd"], match["prefix"]
    for (vrf, family), table in plane.tables(router.name).tables.items():
        exports = table.exports
        if family != match["family"] or exports is None or exports.rd != rd:
            continue
        if prefix in exports.prefixes:
            targets = " ".join(f"RT:{target}" for target in sorted(exports.targets))
            path = {
                "nhVrfName": vrf,
                "valid": True,
                "sourced": True,
                "local": True,
                "extendedCommunity": {"string": targets},
            }
            return _print({rd: {"prefix": prefix, "paths": [path]}})
    return "{}\n"


def routes(plane: ControlPlane, router: Router, match: re.Match[str]) -> str:
    """`show ip route vrf all json`: a document for each VRF. Of the default VRF only what the
    router has of itself."""
    family = "ipv6" if match["family"] == "ipv6" else "ipv4"
    documents = []
    for vrf, of in plane.tables(router.name).tables:
        if of == family:
            entries = [
                f'"{prefix}":[{{"prefix":"{prefix}","protocol":"{protocol}","vrfName":"{vrf}",'
                f'"selected":true,"installed":true,"nexthops":{hops}}}]'
                for prefix, (protocol, hops) in plane.routes(router.name, vrf, of).items()
            ]
            documents.append(f"{{{','.join(entries)}}}\n")
    return "".join(documents)


def route_digest(plane: ControlPlane, router: Router, version: str, tables: str) -> str:
    """What sha256sum prints of the kernel's tables, as `route_digest` asks it."""
    family = "ipv6" if version == "6" else "ipv4"
    alone = "/128" if version == "6" else "/32"
    numbers = {link.table: link.name for link in router.linux.links_of("vrf")}

    def digest() -> str:
        lines: list[str] = []
        for table in sorted(tables.split(), key=lambda number: f"{number} "):
            vrf = numbers.get(int(table), "")
            if (vrf, family) in plane.tables(router.name).tables:
                routes = plane.routes(router.name, vrf, family)
                found = {
                    f"{prefix.removesuffix(alone)}\n"
                    for prefix, (_, hops) in routes.items()
                    if '"unreachable":true' not in hops and not prefix.startswith("fe80:")
                }
                lines += [f"table {table}\n", *sorted(found)] if found else []
        return f"{hashlib.sha256(''.join(lines).encode()).hexdigest()}  -\n"

    return plane.answer(router, f"digest {version} {tables}", digest)


_Peers: TypeAlias = list[tuple[str, list[str], _Object]]


def _sessions(plane: ControlPlane, router: Router) -> dict[str, tuple[int, str, _Peers]]:
    """VRF -> (own AS number, router id, its peers with their families)."""
    backbone, tables = plane.sessions.facts(router.name), plane.tables(router.name)
    found: dict[str, tuple[int, str, _Peers]] = {}
    if backbone.asn:
        peers: _Peers = []
        for address, peer in backbone.peers.items():
            session = plane.session(router.name, address)
            state = "Idle (Admin)" if peer.shutdown else "Established" if session else "Active"
            common = session or frozenset()
            entry = _peer(peer.remote_as, backbone.asn, state, peer.description, common)
            peers.append((address, sorted(peer.families), entry))
        found["default"] = (int(backbone.asn), backbone.router_id, peers)
    for vrf, (number, identity) in tables.instances.items():
        found[vrf] = (
            int(number),
            identity,
            [
                (
                    session.address,
                    sorted(session.families),
                    _peer(
                        session.remote_as,
                        number,
                        session.state,
                        session.description,
                        session.families if session.state == "Established" else frozenset(),
                    ),
                )
                for session in tables.sessions[vrf]
            ],
        )
    return found


def _peer(
    remote_as: str, own: str, state: str, description: str, families: frozenset[str]
) -> _Object:
    internal = int(own) if remote_as == "internal" else 0
    return {
        "remoteAs": int(remote_as) if remote_as.isdigit() else internal,
        "localAs": int(own),
        "nbrDesc": description,
        "bgpState": "Idle" if state.startswith("Idle") else state,
        "addressFamilyInfo": {_PRINTED[family]: {} for family in sorted(families)},
        "messageStats": {},
    }


def _print(document: object) -> str:
    return json.dumps(document, separators=(",", ":")) + "\n"
