"""LLDP neighbours as lldpd tells them (`lldpcli -f json0 show neighbors details`); pure.

json0 is lldpd's form in which every element is a list, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: lldpd's name of a system capability (IEEE 802.1AB section 8.5.8) -> NAPALM's.
_CAPABILITIES = {
    "Other": "other",
    "Repeater": "repeater",
    "Bridge": "bridge",
    "Wlan": "wlan-access-point",
    "Router": "router",
    "Tel": "telephone",
    "Docsis": "docsis-cable-device",
    "Station": "station",
}


def neighbors(document: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Port -> `hostname` and `port` of each neighbour.

    A neighbour that identifies its port by a MAC address is shown by the port's description.
    """
    found: dict[str, list[dict[str, str]]] = {}
    for port, chassis, remote in _entries(document):
        kind, identifier = _identifier(remote)
        shown = _text(remote, "descr") if kind == "mac" else identifier
        found.setdefault(port, []).append(
            {
                "hostname": _text(chassis, "name") or _identifier(chassis)[1],
                "port": shown or identifier,
            }
        )
    return found


def neighbors_detail(document: dict[str, Any], interface: str = "") -> dict[str, Any]:
    """Port -> all that NAPALM asks of each neighbour; of one port where it is named."""
    found: dict[str, list[dict[str, Any]]] = {}
    for port, chassis, remote in _entries(document):
        if interface in ("", port):
            capable = [c for c in _list(chassis, "capability") if c.get("type") in _CAPABILITIES]
            found.setdefault(port, []).append(
                {
                    "parent_interface": "",
                    "remote_port": _identifier(remote)[1],
                    "remote_port_description": _text(remote, "descr"),
                    "remote_chassis_id": _identifier(chassis)[1],
                    "remote_system_name": _text(chassis, "name"),
                    "remote_system_description": _text(chassis, "descr"),
                    "remote_system_capab": [_CAPABILITIES[c["type"]] for c in capable],
                    "remote_system_enable_capab": [
                        _CAPABILITIES[c["type"]] for c in capable if c.get("enabled")
                    ],
                }
            )
    return found


def _entries(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """(own port, the neighbour's chassis, its port) of every neighbour."""
    for table in _list(document, "lldp"):
        for entry in _list(table, "interface"):
            chassis, remote = _list(entry, "chassis"), _list(entry, "port")
            yield str(entry.get("name", "")), next(iter(chassis), {}), next(iter(remote), {})


def _list(of: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = of.get(key, [])
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(of: dict[str, Any], key: str) -> str:
    return next((str(each.get("value", "")) for each in _list(of, key)), "")


def _identifier(of: dict[str, Any]) -> tuple[str, str]:
    """(kind, value); a MAC address in capitals, as NAPALM writes one."""
    for each in _list(of, "id"):
        kind, value = str(each.get("type", "")), str(each.get("value", ""))
        return kind, value.upper() if kind == "mac" else value
    return "", ""
