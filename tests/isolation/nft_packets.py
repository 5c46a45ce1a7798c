"""What a text of nftables does with one packet: an interpreter of its own, by nft(8) alone.

It shares nothing with the reader or the renderer: whatever word it does not know is an error.
"""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from egovnet.isolation.algebra.packet_sets import Packet

_TOKEN = re.compile(r'"[^"]*"|\S+')
_PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58, "ipv6-icmp": 58}
#: Names of types that the texts have (RFC 792, RFC 4443, RFC 4861).
_TYPES = {
    "icmp": {
        "echo-reply": 0,
        "destination-unreachable": 3,
        "echo-request": 8,
        "time-exceeded": 11,
        "parameter-problem": 12,
    },
    "icmpv6": {
        "destination-unreachable": 1,
        "packet-too-big": 2,
        "time-exceeded": 3,
        "parameter-problem": 4,
        "echo-request": 128,
        "echo-reply": 129,
        "mld-listener-query": 130,
        "mld-listener-report": 131,
        "nd-router-solicit": 133,
        "nd-router-advert": 134,
        "nd-neighbor-solicit": 135,
        "nd-neighbor-advert": 136,
        "mld2-listener-report": 143,
    },
}
#: Which way a packet goes in its connection -> `ct direction`, `ct state`.
_TRACKED = {
    "open": ("original", "new"),
    "reply": ("reply", "established"),
    "open-error": ("original", "related"),
    "reply-error": ("reply", "related"),
}


@dataclass
class NftTable:
    """Chains by name, each a list of statements; and the base chain of each hook."""

    chains: dict[str, list[list[str]]] = field(default_factory=dict)
    hooks: dict[str, tuple[str, str]] = field(default_factory=dict)


def read_table(text: str) -> NftTable:
    """The only table of a text. Fails on whatever it has besides chains and rules."""
    table, chain = NftTable(), ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    assert lines[0] == "table inet egovnet {", lines[0]
    for line in lines[1:]:
        tokens = _TOKEN.findall(line)
        if tokens[0] == "chain":
            chain = tokens[1]
            table.chains[chain] = []
        elif line == "}":
            chain = ""
        elif tokens[0] == "type":
            assert tokens[1:3] == ["filter", "hook"], line
            if chain.startswith("zones-"):
                # decides nothing: among which connections a packet's is looked up
                continue
            policy = tokens[tokens.index("policy") + 1].rstrip(";")
            table.hooks[tokens[3]] = (chain, policy)
        else:
            assert chain, line
            assert not chain.startswith("zones-") or " zone set " in line, line
            table.chains[chain].append(tokens)
    return table


@dataclass(frozen=True)
class Arriving:
    """A packet between two interfaces."""

    packet: Packet
    source: str
    target: str


def decide(table: NftTable, hook: str, arriving: Arriving) -> str:
    """accept or drop."""
    if hook not in table.hooks:
        return "accept"
    base, policy = table.hooks[hook]
    return _walk(table, base, arriving) or policy


def _walk(table: NftTable, chain: str, arriving: Arriving) -> str:
    for tokens in table.chains[chain]:
        statement = list(tokens)
        matched = True
        while statement and matched:
            word = statement.pop(0)
            if word in ("accept", "drop"):
                return word
            if word in ("jump", "goto"):
                decided = _walk(table, statement.pop(0), arriving)
                if decided or word == "goto":
                    return decided
            elif word == "iifname" and statement[0] == "vmap":
                target = _mapped(statement, arriving.source)
                decided = _walk(table, target, arriving) if target else ""
                if decided:
                    return decided
            elif word == "comment":
                statement.pop(0)
            elif word == "counter":
                pass
            else:
                matched = _matches(word, statement, arriving)
    return ""


def _mapped(statement: list[str], name: str) -> str:
    """The chain that a verdict map jumps to for a name; consumes the map."""
    assert statement[:2] == ["vmap", "{"]
    body = " ".join(statement[2 : statement.index("}")])
    del statement[: statement.index("}") + 1]
    for entry in body.split(", "):
        key, jump, chain = re.fullmatch(r'"([^"]+)" : (jump|goto) (\S+)', entry).groups()  # type: ignore[union-attr]
        assert jump == "jump"
        if key == name:
            return chain
    return ""


def _values(statement: list[str]) -> list[str]:
    """A value, or those of a set; consumes them."""
    if statement[0] != "{":
        return statement.pop(0).split(",")
    values = " ".join(statement[1 : statement.index("}")])
    del statement[: statement.index("}") + 1]
    return values.split(", ")


def _matches(word: str, statement: list[str], arriving: Arriving) -> bool:
    """Whether a condition holds; its words are consumed."""
    packet = arriving.packet
    if word in ("iifname", "oifname"):
        name = arriving.source if word == "iifname" else arriving.target
        return name in [value.strip('"') for value in _values(statement)]
    what = (word, statement.pop(0))
    values = _values(statement)
    if what[0] in ("ip", "ip6") and what[1] != "protocol":
        address = {"saddr": packet.source, "daddr": packet.target}[what[1]]
        own = address.version == {"ip": 4, "ip6": 6}[word]
        return own and any(_in_range(address, value) for value in values)
    if what == ("meta", "nfproto"):
        return values == [f"ipv{packet.source.version}"]
    if word == "ct":
        tracked = _TRACKED.get(packet.direction, ("", ""))
        return tracked[{"direction": 0, "state": 1}[what[1]]] in values
    if what in (("ip", "protocol"), ("meta", "l4proto")):
        own = word == "meta" or packet.source.version == 4
        return own and packet.protocol in [_PROTOCOLS.get(v) or int(v) for v in values]
    number = {
        "sport": packet.source_port,
        "dport": packet.target_port,
        "type": packet.icmp_type,
    }[what[1]]
    numbers = [str(_TYPES.get(word, {}).get(value, value)) for value in values]
    own = word == "th" or packet.protocol == _PROTOCOLS[word]
    return own and number is not None and any(_in_numbers(number, value) for value in numbers)


def _in_range(address: object, value: str) -> bool:
    if "-" in value:
        low, high = map(ip_address, value.split("-"))
        return low <= address <= high  # type: ignore[operator]
    return address in ip_network(value)


def _in_numbers(number: int, value: str) -> bool:
    low, _, high = value.partition("-")
    return int(low) <= number <= int(high or low)
