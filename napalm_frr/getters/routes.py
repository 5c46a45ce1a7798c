"""Routes of all VRFs, as zebra selects and installs them, with BGP's attributes; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from napalm_frr.getters.texts import seconds


def routes(
    tables: Iterable[Mapping[str, Any]],
    paths: Mapping[tuple[str, str], list[dict[str, Any]]],
    protocol: str = "",
) -> dict[str, list[dict[str, Any]]]:
    """NAPALM's routes: prefix to one entry per next hop; `routing_table` is the VRF.

    `tables`: the objects of `show ip route vrf all json`, one per VRF; `paths`: BGP's paths by
    (VRF, prefix) from `bgp_paths`; `protocol` as FRR names it (`bgp`, `isis`, `connected`, ...).
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for table in tables:
        for prefix, entries in table.items():
            for entry in entries:
                if protocol.lower() in ("", entry["protocol"].lower()):
                    best = paths.get((entry["vrfName"], prefix), [])
                    found.setdefault(prefix, []).extend(_of_entry(entry, best))
    return found


def bgp_paths(
    vrf: str, prefix: str, answer: Mapping[str, Any]
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """`show bgp vrf V ipv4 unicast P json` under its key; empty when BGP does not know the
    prefix.
    """
    return {(vrf, prefix): list(answer["paths"])} if answer.get("paths") else {}


def _of_entry(entry: Mapping[str, Any], paths: list[dict[str, Any]]) -> list[dict[str, Any]]:
    hops = [hop for hop in entry.get("nexthops", []) if not hop.get("resolver")] or [{}]
    resolvers = [hop for hop in entry.get("nexthops", []) if hop.get("resolver")]
    rows = []
    for hop in hops:
        through = hop if "interfaceName" in hop or not resolvers else resolvers[0]
        selected = bool(entry.get("selected"))
        attributes = _attributes(entry, hop, paths)
        labels = through.get("labels") or hop.get("labels")
        rows.append(
            {
                "protocol": entry["protocol"],
                "current_active": selected,
                "last_active": False,
                "age": seconds(entry.get("uptime", "")),
                "next_hop": hop.get("ip", ""),
                "outgoing_interface": through.get("interfaceName", ""),
                "selected_next_hop": selected and bool(hop.get("active")),
                "preference": int(entry.get("distance", 0)),
                "inactive_reason": _why_inactive(entry, hop),
                "routing_table": entry["vrfName"],
                "protocol_attributes": attributes | ({"labels": labels} if labels else {}),
            }
        )
    return rows


def _why_inactive(entry: Mapping[str, Any], hop: Mapping[str, Any]) -> str:
    if hop.get("blackhole"):
        return "" if entry.get("selected") and not hop.get("unreachable") else "unreachable"
    return "" if entry.get("selected") else "another route is preferred"


def _attributes(
    entry: Mapping[str, Any], hop: Mapping[str, Any], paths: list[dict[str, Any]]
) -> dict[str, Any]:
    if entry["protocol"] == "isis":
        return {"level": 2, "metric": int(entry.get("metric", 0))}
    if entry["protocol"] != "bgp":
        return {"metric": int(entry.get("metric", 0))}
    path = next(
        (p for p in paths if any(h.get("ip") == hop.get("ip") for h in p.get("nexthops", []))),
        next((p for p in paths if p.get("bestpath")), {}),
    )
    segments = path.get("aspath", {}).get("segments", [])
    return {
        "as_path": path.get("aspath", {}).get("string", ""),
        "remote_as": int(segments[0]["list"][0]) if segments and segments[0].get("list") else 0,
        "peer_id": path.get("peer", {}).get("peerId", ""),
        "communities": path.get("community", {}).get("list", [])
        + path.get("extendedCommunity", {}).get("string", "").split(),
        "local_preference": int(path.get("locPrf", 0)),
        "metric": int(path.get("metric", entry.get("metric", 0))),
    }
