"""What ping and traceroute print; pure."""

from __future__ import annotations

import re
from typing import Any

_REPLY = re.compile(r"bytes from (\S+?)(?: \(\S+\))?:? icmp_seq=(\d+) .*time=([\d.]+) ms")
_SUMMARY = re.compile(r"(\d+) packets transmitted, (\d+) received")
_TIMES = re.compile(r"rtt min/avg/max/mdev = ([\d.]+)/([\d.]+)/([\d.]+)/([\d.]+) ms")


def ping(output: str, errors: str) -> dict[str, Any]:
    """NAPALM's ping: `{"success": {...}}` even when all is lost, `{"error": text}` when none was
    sent.

    Times in milliseconds; `packet_loss` counts packets; one result for each packet that came back.
    """
    summary = _SUMMARY.search(output)
    if summary is None:
        return {"error": errors.strip() or output.strip() or "ping printed nothing"}
    sent, received = int(summary.group(1)), int(summary.group(2))
    times = _TIMES.search(output)
    low, average, high, deviation = (float(x) for x in times.groups()) if times else (0.0,) * 4
    return {
        "success": {
            "probes_sent": sent,
            "packet_loss": max(sent - received, 0),
            "rtt_min": low,
            "rtt_avg": average,
            "rtt_max": high,
            "rtt_stddev": deviation,
            "results": [
                {"ip_address": address.rstrip(":"), "rtt": float(time)}
                for address, _, time in _REPLY.findall(output)
            ],
        }
    }


def traceroute(output: str, errors: str) -> dict[str, Any]:
    """NAPALM's traceroute: hop number to its probes, each with address and milliseconds; `*` for no
    answer.
    """
    hops: dict[int, dict[str, Any]] = {}
    for line in output.splitlines():
        match = re.match(r"\s*(\d+)\s+(.*)$", line)
        if match is None:
            continue
        probes: dict[int, dict[str, Any]] = {}
        address = "*"
        words = match.group(2).split()
        for place, word in enumerate(words):
            if word == "*":
                probes[len(probes) + 1] = {"rtt": 0.0, "ip_address": "*", "host_name": "*"}
            elif place + 1 < len(words) and words[place + 1] == "ms":
                probes[len(probes) + 1] = {
                    "rtt": float(word),
                    "ip_address": address,
                    "host_name": address,
                }
            elif re.match(r"[0-9a-fA-F.:]+$", word):
                address = word
        hops[int(match.group(1))] = {"probes": probes}
    if not hops:
        return {"error": errors.strip() or output.strip() or "traceroute printed nothing"}
    return {"success": hops}
