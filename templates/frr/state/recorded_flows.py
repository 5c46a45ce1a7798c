"""Flows and translations that nftables recorded, as facts.

They are elements of the dynamic sets that `egovnet.templates.frr.packet_filter_words` names. The
form is that of `nft -j` (libnftables-json(5)), as nftables 1.0.6 prints it.
"""

import json
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from egovnet.templates.frr.packet_filter_words import FLOW_SETS, TRANSLATION_SETS
from egovnet.templates.model.recorded_flow import FlowsNotReadError, RecordedFlow
from egovnet.templates.model.recorded_translation import RecordedTranslation

_LISTING = "nft -j list ruleset inet"
#: As /etc/protocols has them, and as numbers where a router has no such file.
_PROTOCOLS = {
    "1": "icmp",
    "58": "icmp",
    "ipv6-icmp": "icmp",
    "icmpv6": "icmp",
    "6": "tcp",
    "17": "udp",
}


def read_flows(answer: str) -> tuple[RecordedFlow, ...]:
    """Every flow of an answer, in its order.

    Raises:
        FlowsNotReadError: it is no answer, or an element is of another form.
    """
    try:
        listed = json.loads(answer)["nftables"]
        return tuple(
            _flow(element["elem"])
            for one in listed
            if "set" in one and one["set"]["name"] in FLOW_SETS
            for element in one["set"].get("elem", ())
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise FlowsNotReadError(f"not what {_LISTING!r} prints: {error!r}") from error


def read_translations(answer: str, now: int) -> tuple[RecordedTranslation, ...]:
    """Every recorded translation of an answer that came at `now`, seconds since the epoch.

    An element's age is what its set's time limit has lost by then: of an element that was only
    added since it was, of one that every packet updates since the last.

    Raises:
        FlowsNotReadError: it is no answer, or an element is of another form.
    """
    first: dict[tuple[Any, ...], int] = {}
    last: dict[tuple[Any, ...], int] = {}
    try:
        for one in json.loads(answer)["nftables"]:
            if "set" in one and one["set"]["name"] in TRANSLATION_SETS:
                kept = first if one["set"]["name"].startswith("begun") else last
                for element in one["set"].get("elem", ()):
                    age = one["set"]["timeout"] - element["elem"]["expires"]
                    kept[tuple(element["elem"]["val"]["concat"])] = now - age
        return tuple(
            RecordedTranslation(
                ip_address(address),
                int(port),
                _PROTOCOLS.get(str(protocol), str(protocol)),
                ip_address(source),
                min(first.get((address, port, protocol, source), until), until),
                until,
            )
            for (address, port, protocol, source), until in last.items()
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise FlowsNotReadError(f"not what {_LISTING!r} prints: {error!r}") from error


def _flow(element: dict[str, Any]) -> RecordedFlow:
    parts: Iterator[Any] = iter(element["val"]["concat"])
    source, target = ip_address(next(parts)), ip_address(next(parts))
    protocol = str(next(parts))
    port = next(parts, None)
    counter = element.get("counter", {})
    return RecordedFlow(
        source,
        target,
        _PROTOCOLS.get(protocol, protocol),
        None if port is None else int(port),
        int(counter.get("packets", 0)),
        int(counter.get("bytes", 0)),
    )
