"""Facts, environment, users and configurations; pure."""

from __future__ import annotations

import re
from typing import Any


def facts(parts: list[str], version: str, links: list[dict[str, Any]]) -> dict[str, Any]:
    """NAPALM's FactsDict.

    `parts`: host name, full name, seconds since boot, model, serial number; `version`: what `show
    version` prints; `links`: `ip -j link`.
    """
    hostname, fqdn, uptime, model, serial = (part.strip() for part in parts)
    match = re.search(r"^FRRouting (\S+)", version, re.MULTILINE)
    return {
        "hostname": hostname,
        "fqdn": fqdn or hostname,
        "vendor": "FRRouting",
        "model": model or "Linux",
        "serial_number": serial,
        "os_version": f"FRRouting {match.group(1)}" if match else "",
        "uptime": float(uptime.split()[0]) if uptime else -1.0,
        "interface_list": [link["ifname"] for link in links if "ifname" in link],
    }


def environment(before: str, after: str, meminfo: str, thermal: str) -> dict[str, Any]:
    """NAPALM's environment: processor use between two `/proc/stat`, memory in bytes.

    `thermal`: lines `zone millidegrees`. Linux tells no fans and power supplies in one place, so
    these are empty.
    """
    memory = {
        name: int(number) * 1024
        for name, number in re.findall(r"^(\w+):\s+(\d+) kB", meminfo, re.MULTILINE)
    }
    total, free = memory.get("MemTotal", 0), memory.get("MemAvailable", 0)
    temperatures = {
        zone: {"temperature": int(value) / 1000.0, "is_alert": False, "is_critical": False}
        for zone, value in re.findall(r"^(\S+) (\d+)$", thermal, re.MULTILINE)
    }
    first, second = _processors(before), _processors(after)
    return {
        "fans": {},
        "power": {},
        "temperature": temperatures,
        "cpu": {
            number: {"%usage": _use(first[number], second[number])}
            for number in second
            if number in first
        },
        "memory": {"available_ram": total, "used_ram": max(total - free, 0)},
    }


def users(passwd: str, keys: str, administrators: str) -> dict[str, dict[str, Any]]:
    """Who can log in: level 15 for root and members of `sudo`, else 1; passwords are not shown.

    `keys`: lines `user<TAB>public key`; `administrators`: the `sudo` group's line.
    """
    found: dict[str, dict[str, Any]] = {}
    powerful = set(administrators.strip().split(":")[-1].split(","))
    for line in passwd.splitlines():
        fields = line.split(":")
        if len(fields) < 7 or (
            fields[6].endswith(("nologin", "false", "sync", "")) and not fields[6].endswith("sh")
        ):
            continue
        own = [
            key
            for name, _, key in (row.partition("\t") for row in keys.splitlines())
            if name == fields[0]
        ]
        level = 15 if fields[2] == "0" or fields[0] in powerful else 1
        found[fields[0]] = {"level": level, "password": "", "sshkeys": own}
    return found


def _processors(stat: str) -> dict[int, list[int]]:
    return {
        int(number): [int(field) for field in fields.split()]
        for number, fields in re.findall(r"^cpu(\d+) (.*)$", stat, re.MULTILINE)
    }


def _use(before: list[int], after: list[int]) -> float:
    passed = [b - a for a, b in zip(before, after, strict=False)]
    total = sum(passed)
    idle = sum(passed[3:5])
    return round(100.0 * (total - idle) / total, 1) if total > 0 else 0.0
