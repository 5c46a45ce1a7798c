"""Interfaces, addresses, counters, neighbours, VLANs and VRFs from `ip -j`; pure."""

from __future__ import annotations

import re
from typing import Any

from napalm_frr.text.frr_tree import Contexts

_INCOMPLETE = {"FAILED", "INCOMPLETE", "NONE", "NOARP"}


def interfaces(links: list[dict[str, Any]], speeds: str) -> dict[str, dict[str, Any]]:
    """NAPALM's InterfaceDict per interface; `speeds`: lines `name Mbit/s`, absent when unknown.

    The description is the interface's alias. `last_flapped` is -1.0: Linux does not remember.
    """
    known = dict(re.findall(r"^(\S+) (\d+)$", speeds, re.MULTILINE))
    return {
        link["ifname"]: {
            "is_enabled": "UP" in link["flags"],
            "is_up": "LOWER_UP" in link["flags"] and "UP" in link["flags"],
            "description": link.get("ifalias", ""),
            "last_flapped": -1.0,
            "mtu": int(link.get("mtu", 0)),
            "speed": float(known.get(link["ifname"], -1.0)),
            "mac_address": link.get("address", "").upper(),
        }
        for link in _named(links)
    }


def interfaces_ip(
    addresses: list[dict[str, Any]],
) -> dict[str, dict[str, dict[str, dict[str, int]]]]:
    """`{"eth1": {"ipv4": {"10.0.0.1": {"prefix_length": 30}}}}`; interfaces without are left
    out.
    """
    found: dict[str, dict[str, dict[str, dict[str, int]]]] = {}
    for link in _named(addresses):
        for entry in link.get("addr_info", []):
            if "local" in entry:
                family = "ipv6" if entry["family"] == "inet6" else "ipv4"
                own = found.setdefault(link["ifname"], {}).setdefault(family, {})
                own[entry["local"]] = {"prefix_length": int(entry["prefixlen"])}
    return found


def counters(links: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """NAPALM's counters from `ip -s -j link`; -1 for what Linux does not count (broadcast, sent
    multicast).
    """
    found = {}
    for link in _named(links):
        rx, tx = link["stats64"]["rx"], link["stats64"]["tx"]
        found[link["ifname"]] = {
            "rx_octets": rx["bytes"],
            "rx_unicast_packets": max(rx["packets"] - rx.get("multicast", 0), 0),
            "rx_multicast_packets": rx.get("multicast", -1),
            "rx_broadcast_packets": -1,
            "rx_errors": rx["errors"],
            "rx_discards": rx["dropped"],
            "tx_octets": tx["bytes"],
            "tx_unicast_packets": tx["packets"],
            "tx_multicast_packets": -1,
            "tx_broadcast_packets": -1,
            "tx_errors": tx["errors"],
            "tx_discards": tx["dropped"],
        }
    return found


def neighbours(entries: list[dict[str, Any]], *, version: int) -> list[dict[str, Any]]:
    """The ARP (4) or neighbour discovery (6) table from `ip -j neigh`; only what has an answer.

    Age is -1.0: Linux ages by state, which the IPv6 table tells.
    """
    found = []
    for entry in entries:
        state = (entry.get("state") or ["NONE"])[0]
        if "lladdr" not in entry or state in _INCOMPLETE or (":" in entry["dst"]) != (version == 6):
            continue
        row = {
            "interface": entry["dev"],
            "mac": entry["lladdr"].upper(),
            "ip": entry["dst"],
            "age": -1.0,
        }
        found.append(row | {"state": state} if version == 6 else row)
    return found


def vlans(links: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """VLAN number to its name and the subinterfaces that carry it."""
    found: dict[int, dict[str, Any]] = {}
    for link in _named(links):
        if _kind(link) == "vlan":
            number = int(link["linkinfo"]["info_data"]["id"])
            own = found.setdefault(number, {"name": f"VLAN{number}", "interfaces": []})
            own["interfaces"].append(link["ifname"])
    return found


def network_instances(links: list[dict[str, Any]], running: Contexts) -> dict[str, dict[str, Any]]:
    """VRFs of Linux with their interfaces, and the RD that BGP's daemon says it has for each.

    `running`: `frr_tree.parse` of `show running-config`, which FRR composes from its daemons'
    state.
    """
    vrfs = {link["ifname"] for link in _named(links) if _kind(link) == "vrf"}
    members: dict[str, dict[str, dict[str, Any]]] = {
        name: {} for name in ["default", *sorted(vrfs)]
    }
    for link in _named(links):
        if link["ifname"] not in vrfs:
            master = link.get("master", "")
            members[master if master in vrfs else "default"][link["ifname"]] = {}
    distinguishers = {
        name: vpn["route_distinguisher"] for name, vpn in vpn_targets(running).items()
    }
    return {
        name: {
            "name": name,
            "type": "DEFAULT_INSTANCE" if name == "default" else "L3VRF",
            "state": {"route_distinguisher": distinguishers.get(name, "")},
            "interfaces": {"interface": interfaces},
        }
        for name, interfaces in members.items()
    }


def vpn_targets(running: Contexts) -> dict[str, dict[str, Any]]:
    """`{"a": {"route_distinguisher": "1:1", "ipv4": {"rd", "import", "export", "imports",
    "exports"}}}`.

    `import` and `export` are sorted route targets; `imports` and `exports` say whether routes do
    leave and enter the VRF (`import vpn`, `export vpn`).
    """
    found: dict[str, dict[str, Any]] = {}
    for path, lines in running.items():
        match = re.fullmatch(r"router bgp \S+ vrf (\S+)", path[0]) if len(path) == 2 else None
        family = re.fullmatch(r"address-family (ipv[46]) unicast", path[1]) if match else None
        if match is None or family is None:
            continue
        values = dict(line.rsplit(" ", 1) for line in lines if line.startswith("rd vpn export "))
        rd = values.get("rd vpn export", "")
        own = found.setdefault(match.group(1), {"route_distinguisher": rd})
        own["route_distinguisher"] = own["route_distinguisher"] or rd
        own[family.group(1)] = {
            "rd": rd,
            "import": _targets(lines, "import"),
            "export": _targets(lines, "export"),
            "imports": "import vpn" in lines,
            "exports": "export vpn" in lines,
        }
    return found


def _targets(lines: list[str], way: str) -> list[str]:
    start = f"rt vpn {way} "
    return sorted(
        target for line in lines if line.startswith(start) for target in line[len(start) :].split()
    )


def _named(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [link for link in links if link.get("ifname")]


def _kind(link: dict[str, Any]) -> str:
    return str(link.get("linkinfo", {}).get("info_kind", ""))
