"""Flows that nftables recorded, as facts.

They are elements of the dynamic sets that `egovnet.templates.frr.packet_filter_words` names. The
form is that of `nft -j` (libnftables-json(5)), as nftables 1.0.6 prints it.
"""

import json
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from egovnet.templates.frr.packet_filter_words import FLOW_SETS
from egovnet.templates.model.recorded_flow import FlowsNotReadError, RecordedFlow

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
