"""Values of nftables as nft takes them, and names; what it refuses is Unclear.

With one word that nft does not take, it takes none of the file: a router that starts with it has no
filter. So a text that it refuses is never one that says what packets may do.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, summarize_address_range

from egovnet.inventory.model import IPNetwork
from egovnet.templates.frr.config.addresses import read_address, read_prefix
from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.model.device import AddressFamily

#: A number that nft takes as octal where it can, such as 0443 or /023.
_OCTAL = re.compile(r".*/0\d|(?:[^:]*-)?0\d[^:]*$", re.ASCII)
#: A name without quotes, which may not be one of nft's words.
NAME = re.compile(r"[a-z][a-z0-9/._-]*", re.ASCII | re.IGNORECASE)
#: By src/scanner.l of nftables 1.1, and what nft 1.0.6 said to a chain of each name.
WORDS = frozenset(
    re.findall(
        r"\S+",
        """
    8021ad 8021q accept add ah all and any arp auto-merge bridge cgroup chain comment comp
    constant continue counter cpu create ct daddr day dccp define delete describe destroy
    device devices dnat dport drop dst dup dynamic ecn element elements eq esp established
    ether exists expectation expires export exthdr fib filter flags flow flowtable flush
    frag fwd gc-interval ge geneve get goto gre gretap gt handle hbh helper hook hour
    ibriport ibrname ibrpvid ibrvproto icmp icmpv6 igmp iif iifgroup iifkind iifname iiftype
    import include index inet insert interval ip ip6 ipsec jhash jump l3proto l4proto label
    last le limit list log lshift lt map mark masquerade meta meter mh missing mod monitor
    ne netdev new nfproto nftrace not notrack numgen obriport obrname offload offset oif
    oifgroup oifkind oifname oiftype or original osf pkttype policy position priority
    proto-dst proto-src protocol queue quota random redefine redirect reject related rename
    replace reply reset return rshift rt rt0 rt2 rtclassid rule ruleset saddr sctp sdif
    sdifname secmark seed set size skgid skuid snat socket sport srh state symhash synproxy
    table tcp th time timeout tproxy tunnel type typeof udp udplite undefine update vlan
    vmap vni vxlan xor xt zone
        """,
    )
)
#: What nft refuses with the whole file: an interface's name and a comment may be so long.
_LONGEST_NAME = 15
LONGEST_COMMENT = 128
#: In decimal or hexadecimal; what begins with a zero else is refused before.
_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,8}|0|[1-9]\d{0,9}", re.ASCII)
#: Of netbase's /etc/services, where nft looks names of ports up.
_SERVICES = {
    "ssh": "22", "domain": "53", "http": "80", "ntp": "123", "snmp": "161", "bgp": "179",
    "ldap": "389", "https": "443", "syslog": "514", "ldaps": "636",
}  # fmt: skip
_HIGHEST = {"port": 65535, "type": 255}


def check_value(word: str) -> None:
    """Raise Unclear for a number in another form than its usual."""
    if _OCTAL.match(word):
        raise Unclear("nft takes a number that begins with a zero as octal")


#: Of a table, a chain and a set (NFT_NAME_MAXLEN).
_LONGEST_CHAIN = 255


def is_name(word: str) -> bool:
    """Whether nft takes a word as the name of a table, a chain or a set."""
    return NAME.fullmatch(word) is not None and word not in WORDS and len(word) <= _LONGEST_CHAIN


def quoted(word: str) -> str:
    """A name, with or without quotes. Raises Unclear."""
    if word.startswith('"') and word.endswith('"') and len(word) > 1:
        return word[1:-1]
    if not NAME.fullmatch(word.removesuffix("*")) or word in WORDS:
        raise Unclear("no name that nft takes: it refuses it, and the filter with it")
    return word


def check_interface(name: str) -> None:
    """Raise Unclear for what is no one interface's name."""
    if "*" in name:
        raise Unclear("interfaces by how their names begin")
    if not 0 < len(name.encode()) <= _LONGEST_NAME:
        raise Unclear("no name of an interface: nft refuses it, and the filter with it")


def read_prefixes(text: str, family: AddressFamily) -> Iterable[IPNetwork]:
    """An address, a prefix, or a range from one address to another. Raises ValueError, Unclear."""
    first, dash, last = text.partition("-")
    if not dash:
        alone = "/32" if family == "ipv4" else "/128"
        yield read_prefix(text if "/" in text else text + alone, family)
        return
    low, high = read_address(first), read_address(last)
    if low.version != high.version or (low.version == 4) != (family == "ipv4"):
        raise Unclear("a range of another family")
    if isinstance(low, IPv4Address) and isinstance(high, IPv4Address):
        yield from summarize_address_range(low, high)
    if isinstance(low, IPv6Address) and isinstance(high, IPv6Address):
        yield from summarize_address_range(low, high)


_PROTOCOLS = {
    "tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp",
    "ipv6-icmp": "icmpv6", "icmpv6": "icmpv6", "58": "icmpv6",
}  # fmt: skip


def protocol(word: str) -> str:
    """The protocol that a word or a number is. Raises Unclear."""
    if word not in _PROTOCOLS:
        raise Unclear(f"the protocol {word} has no meaning here")
    return _PROTOCOLS[word]


def number_range(text: str, what: str) -> tuple[int, int]:
    """From and to of a port or a type of ICMP, by `what`. Raises Unclear."""
    if what == "port":
        text = _SERVICES.get(text, text)
    first, dash, last = text.partition("-")
    if not (_NUMBER.fullmatch(first) and (not dash or _NUMBER.fullmatch(last))):
        raise Unclear(f"{text} is not a number of a {what}")
    low, high = int(first, 0), int(last, 0) if dash else int(first, 0)
    if low > high or high > _HIGHEST[what]:
        raise Unclear(f"{text} is no {what}")
    return low, high
