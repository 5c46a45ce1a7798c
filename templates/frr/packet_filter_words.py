"""What the writer and the reader of nftables' text call by the same words.

Measured on routers (see `BASE_CHAINS`) and on nft 1.0.6.
"""

from typing import Literal

from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import FilterPlace, PacketDirection

#: The line before the part in a router's whole text.
FILTER_MARK = "# nftables.conf --"
#: What a driver calls the part in a line that differs.
FILTER_PART = "nftables"
TABLE = "inet egovnet"
#: A packet of an access comes by at prerouting twice: with its port, and then with its VRF.
BASE_CHAINS: dict[FilterPlace, str] = {
    # before connections are looked up
    "entry": "type filter hook prerouting priority raw;",
    "arrival": "type filter hook prerouting priority filter;",
    "local": "type filter hook input priority filter;",
    "forward": "type filter hook forward priority filter;",
    # after sources are translated
    "departure": "type filter hook postrouting priority 150;",
}
TRANSLATE = "translate"
TRANSLATE_BASE = "type nat hook postrouting priority srcnat; policy accept;"
#: Before connections are looked up, which the kernel does at priority -200. What came with a label
#: is met at output, with its way out: to the kernel it is the device's own.
ZONE_CHAINS = {
    "zones-in": "type filter hook prerouting priority raw; policy accept;",
    "zones-out": "type filter hook output priority raw; policy accept;",
}
#: What their only rule says before the map by interface.
ZONES = {
    "zones-in": "ct zone set iifname map",
    "zones-out": "ct zone set oifname map",
}
#: An error's is that in which it goes itself (nf_conntrack_inet_error of Linux), and the kernel has
#: seen that it goes to an end of the connection.
DIRECTIONS: dict[PacketDirection, str] = {
    "open": "ct direction original ct state established,new",
    "reply": "ct direction reply ct state established",
    "open-error": "ct direction original ct state related",
    "reply-error": "ct direction reply ct state related",
}
_KEPT = ("size 65536", "flags dynamic,timeout", "timeout 30d")
#: Flows as addresses, protocol and target port, and those of protocols without ports. One that is
#: full takes no more, and lets nothing else through for it.
FLOW_SETS = {
    "flows4": ("type ipv4_addr . ipv4_addr . inet_proto . inet_service", *_KEPT),
    "flows6": ("type ipv6_addr . ipv6_addr . inet_proto . inet_service", *_KEPT),
    "others4": ("type ipv4_addr . ipv4_addr . inet_proto", *_KEPT),
    "others6": ("type ipv6_addr . ipv6_addr . inet_proto", *_KEPT),
}
_PORTS, _NONE = "meta l4proto { tcp, udp }", "meta l4proto != { tcp, udp }"
#: What keeps a flow, of either family, with ports or without.
RECORDING = (
    f"{_PORTS} update @flows4 {{ ip saddr . ip daddr . meta l4proto . th dport counter }}",
    f"{_PORTS} update @flows6 {{ ip6 saddr . ip6 daddr . meta l4proto . th dport counter }}",
    f"{_NONE} update @others4 {{ ip saddr . ip daddr . meta l4proto counter }}",
    f"{_NONE} update @others6 {{ ip6 saddr . ip6 daddr . meta l4proto counter }}",
)
#: Who has which translated source: since when, and until when. An element of the first keeps the
#: time at which it was added, one of the second that of its last packet.
TRANSLATION_SETS = {
    "begun4": "type ipv4_addr . inet_service . inet_proto . ipv4_addr",
    "begun6": "type ipv6_addr . inet_service . inet_proto . ipv6_addr",
    "seen4": "type ipv4_addr . inet_service . inet_proto . ipv4_addr",
    "seen6": "type ipv6_addr . inet_service . inet_proto . ipv6_addr",
}
TRANSLATED = "translated"
#: Behind the filter of what leaves.
TRANSLATED_BASE = "type filter hook postrouting priority 160; policy accept;"
#: What keeps one, by the set's name.
KEEPS_TRANSLATION = {
    name: f"{_PORTS} {'add' if name.startswith('begun') else 'update'} @{name} "
    f"{{ {word} saddr . th sport . meta l4proto . ct original {word} saddr }}"
    for name in TRANSLATION_SETS
    for word in ("ip" if name.endswith("4") else "ip6",)
}
#: Types that nft prints by name; others are numbers to it.
ICMP_TYPES: dict[AddressFamily, dict[int, str]] = {
    "ipv4": {
        0: "echo-reply",
        3: "destination-unreachable",
        4: "source-quench",
        5: "redirect",
        8: "echo-request",
        9: "router-advertisement",
        10: "router-solicitation",
        11: "time-exceeded",
        12: "parameter-problem",
        13: "timestamp-request",
        14: "timestamp-reply",
        15: "info-request",
        16: "info-reply",
        17: "address-mask-request",
        18: "address-mask-reply",
    },
    "ipv6": {
        1: "destination-unreachable",
        2: "packet-too-big",
        3: "time-exceeded",
        4: "parameter-problem",
        128: "echo-request",
        129: "echo-reply",
        130: "mld-listener-query",
        131: "mld-listener-report",
        132: "mld-listener-done",
        133: "nd-router-solicit",
        134: "nd-router-advert",
        135: "nd-neighbor-solicit",
        136: "nd-neighbor-advert",
        137: "nd-redirect",
        138: "router-renumbering",
        141: "ind-neighbor-solicit",
        142: "ind-neighbor-advert",
        143: "mld2-listener-report",
    },
}


def translation_set(name: str, most: int, hours: int) -> tuple[str, ...]:
    """The lines of a set of `TRANSLATION_SETS`."""
    days, rest = divmod(hours, 24)
    timeout = (f"{days}d" if days else "") + (f"{rest}h" if rest else "")
    kinds = (f"size {most}", "flags dynamic,timeout", f"timeout {timeout}")
    return (TRANSLATION_SETS[name], *kinds)


def record_chain(action: Literal["accept", "drop"]) -> str:
    """The chain that keeps a packet's flow and then does `action`."""
    return f"record-{action}"
