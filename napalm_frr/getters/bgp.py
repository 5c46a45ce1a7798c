"""BGP sessions from `show bgp vrf all neighbors json` and `show bgp vrfs json`; pure."""

from __future__ import annotations

from typing import Any

_FAMILIES = {
    "ipv4Unicast": "ipv4",
    "ipv6Unicast": "ipv6",
    "ipv4Vpn": "vpnv4",
    "ipv6Vpn": "vpnv6",
    "l2VpnEvpn": "l2vpn evpn",
}


def neighbors(instances: dict[str, Any], sessions: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """NAPALM's sessions per VRF; the default instance is `global` and always there.

    Address families are named `ipv4`, `ipv6`, `vpnv4`, `vpnv6`. FRR counts what its policy let in,
    so accepted and received are the same number; -1 for a session that is not up.
    """
    found: dict[str, dict[str, Any]] = {"global": {"router_id": "", "peers": {}}}
    for vrf, instance in instances.get("vrfs", {}).items():
        found[_name(vrf)] = {"router_id": instance.get("routerId", ""), "peers": {}}
    for vrf, peers in _peers(sessions).items():
        own = found.setdefault(_name(vrf), {"router_id": "", "peers": {}})
        own["peers"] = {address: _summary(peer) for address, peer in peers.items()}
    return found


def neighbors_detail(
    sessions: dict[str, Any], address: str = ""
) -> dict[str, dict[int, list[dict[str, Any]]]]:
    """NAPALM's details per VRF and remote AS; `address` selects one peer."""
    found: dict[str, dict[int, list[dict[str, Any]]]] = {}
    for vrf, peers in _peers(sessions).items():
        for remote, peer in peers.items():
            if address in ("", remote):
                row = _detail(_name(vrf), remote, peer)
                found.setdefault(_name(vrf), {}).setdefault(row["remote_as"], []).append(row)
    return found


def _summary(peer: dict[str, Any]) -> dict[str, Any]:
    up = peer.get("bgpState") == "Established"
    families = {}
    for name, family in peer.get("addressFamilyInfo", {}).items():
        accepted = int(family.get("acceptedPrefixCounter", 0)) if up else -1
        families[_FAMILIES.get(name, name)] = {
            "received_prefixes": accepted,
            "accepted_prefixes": accepted,
            "sent_prefixes": int(family.get("sentPrefixCounter", 0)) if up else -1,
        }
    return {
        "local_as": int(peer.get("localAs", 0)),
        "remote_as": int(peer.get("remoteAs", 0)),
        "remote_id": peer.get("remoteRouterId", ""),
        "is_up": up,
        "is_enabled": not peer.get("adminShutDown", False),
        "description": peer.get("nbrDesc", ""),
        "uptime": int(peer.get("bgpTimerUpMsec", 0)) // 1000 if up else -1,
        "address_family": families,
    }


def _detail(vrf: str, address: str, peer: dict[str, Any]) -> dict[str, Any]:
    families = peer.get("addressFamilyInfo", {}).values()
    messages = peer.get("messageStats", {})
    accepted = sum(int(family.get("acceptedPrefixCounter", 0)) for family in families)
    policies = {
        way: ",".join(dict.fromkeys(family[key] for family in families if key in family))
        for way, key in (
            ("import", "routeMapForIncomingAdvertisements"),
            ("export", "routeMapForOutgoingAdvertisements"),
        )
    }
    return {
        "up": peer.get("bgpState") == "Established",
        "local_as": int(peer.get("localAs", 0)),
        "remote_as": int(peer.get("remoteAs", 0)),
        "router_id": peer.get("localRouterId", ""),
        "local_address": peer.get("hostLocal", ""),
        "routing_table": vrf,
        "local_address_configured": "updateSource" in peer,
        "local_port": int(peer.get("portLocal", -1)),
        "remote_address": address,
        "remote_port": int(peer.get("portForeign", -1)),
        "multihop": int(peer.get("externalBgpNbrMaxHopsAway", 1)) > 1
        or bool(peer.get("nbrInternalLink")),
        "multipath": False,
        "remove_private_as": any(
            "privateAsNumsRemoved" in key for family in families for key in family
        ),
        "import_policy": policies["import"],
        "export_policy": policies["export"],
        "input_messages": int(messages.get("totalRecv", 0)),
        "output_messages": int(messages.get("totalSent", 0)),
        "input_updates": int(messages.get("updatesRecv", 0)),
        "output_updates": int(messages.get("updatesSent", 0)),
        "messages_queued_out": int(messages.get("depthOutq", 0)),
        "connection_state": peer.get("bgpState", ""),
        "previous_connection_state": "",
        "last_event": peer.get("lastResetDueTo", ""),
        "suppress_4byte_as": False,
        "local_as_prepend": not peer.get("localAsNoPrepend", True),
        "holdtime": int(peer.get("bgpTimerHoldTimeMsecs", 0)) // 1000,
        "configured_holdtime": int(peer.get("bgpTimerConfiguredHoldTimeMsecs", 0)) // 1000,
        "keepalive": int(peer.get("bgpTimerKeepAliveIntervalMsecs", 0)) // 1000,
        "configured_keepalive": int(peer.get("bgpTimerConfiguredKeepAliveIntervalMsecs", 0))
        // 1000,
        "active_prefix_count": accepted,
        "received_prefix_count": accepted,
        "accepted_prefix_count": accepted,
        "suppressed_prefix_count": 0,
        "advertised_prefix_count": sum(
            int(family.get("sentPrefixCounter", 0)) for family in families
        ),
        "flap_count": int(peer.get("connectionsDropped", 0)),
    }


def _peers(sessions: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        vrf: {name: peer for name, peer in content.items() if isinstance(peer, dict)}
        for vrf, content in sessions.items()
        if isinstance(content, dict)
    }


def _name(vrf: str) -> str:
    return "global" if vrf == "default" else vrf
