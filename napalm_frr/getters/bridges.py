"""The MAC addresses that bridges know (`bridge -j fdb show`); pure."""

from __future__ import annotations

from typing import Any


def mac_address_table(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """NAPALM's rows of every bridge: VLAN 0 where the bridge has none; moves are not counted.

    What has no bridge (`master`) is a port's own filter and no forwarding entry; a multicast
    address (its first octet is odd) is nobody's.
    """
    return [
        {
            "mac": str(entry["mac"]).upper(),
            "interface": str(entry["ifname"]),
            "vlan": int(entry.get("vlan", 0)),
            "static": entry.get("state") in ("permanent", "static"),
            "active": entry.get("state") != "stale",
            "moves": -1,
            "last_move": -1.0,
        }
        for entry in entries
        if "master" in entry and "mac" in entry and not int(str(entry["mac"])[:2], 16) & 1
    ]
