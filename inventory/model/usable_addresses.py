"""Addresses that a router can forward to: the one notion of usable unicast of an inventory.

RFC 6890 (and IANA's registries of special-purpose addresses, which it set up) says which blocks
are not forwardable; an address of such a block works on no backbone, whatever it is used for.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from egovnet.inventory.model.within import is_within

#: Block -> what it is for, and who says so. Of RFC 6890's blocks, those that may be forwarded
#: (private use, shared space of carriers, benchmarks) are missing on purpose.
_NOT_IPV4 = {
    IPv4Network("0.0.0.0/8"): "this network, RFC 1122",
    IPv4Network("127.0.0.0/8"): "loopback, RFC 1122",
    IPv4Network("169.254.0.0/16"): "link-local, RFC 3927",
    IPv4Network("192.0.0.0/24"): "protocol assignments, RFC 6890",
    IPv4Network("192.0.2.0/24"): "documentation, RFC 5737",
    IPv4Network("192.88.99.0/24"): "6to4 relays, RFC 7526",
    IPv4Network("198.51.100.0/24"): "documentation, RFC 5737",
    IPv4Network("203.0.113.0/24"): "documentation, RFC 5737",
    IPv4Network("224.0.0.0/4"): "multicast, RFC 5771",
    IPv4Network("240.0.0.0/4"): "reserved and broadcast, RFC 1112 and 919",
}
#: Unicast that is assigned: global (RFC 4291 section 2.5.4) and unique local (RFC 4193). All
#: else is the unspecified address, loopback, IPv4 in disguise, translators, link-local,
#: multicast, or not assigned.
_UNICAST_IPV6 = (IPv6Network("2000::/3"), IPv6Network("fc00::/7"))
_NOT_IPV6 = {
    IPv6Network("2001::/23"): "protocol assignments, RFC 2928",
    IPv6Network("2001:db8::/32"): "documentation, RFC 3849",
    IPv6Network("2002::/16"): "6to4, RFC 3056",
    IPv6Network("3fff::/20"): "documentation, RFC 9637",
    # within neither of the two above, and worth a word of their own
    IPv6Network("::/128"): "the unspecified address, RFC 4291",
    IPv6Network("::1/128"): "loopback, RFC 4291",
    IPv6Network("::ffff:0:0/96"): "IPv4-mapped, RFC 4291",
    IPv6Network("64:ff9b::/96"): "translators, RFC 6052",
    IPv6Network("64:ff9b:1::/48"): "translators, RFC 8215",
    IPv6Network("100::/64"): "discarded, RFC 6666",
    IPv6Network("fe80::/10"): "link-local, RFC 4291",
    IPv6Network("fec0::/10"): "site-local, deprecated by RFC 3879",
    IPv6Network("ff00::/8"): "multicast, RFC 4291",
}


def _range(block: IPv4Network | IPv6Network) -> tuple[int, int]:
    """The first and the last address of a block: a nation has each prefix compared with all."""
    return int(block.network_address), int(block.broadcast_address)


_IPV4_RANGES = tuple((*_range(block), block, what) for block, what in _NOT_IPV4.items())
_IPV6_RANGES = tuple((*_range(block), block, what) for block, what in _NOT_IPV6.items())
_UNICAST_RANGES = tuple(map(_range, _UNICAST_IPV6))


def why_unusable(prefix: IPv4Network | IPv6Network) -> str | None:
    """Why `prefix` is not all usable unicast, such as "holds 127.0.0.0/8 (loopback, ...)".

    None: every address of it can be forwarded to.
    """
    four = isinstance(prefix, IPv4Network)
    first = int(prefix.network_address)
    last = first | (1 << (32 if four else 128) - prefix.prefixlen) - 1
    for low, high, block, what in _IPV4_RANGES if four else _IPV6_RANGES:
        if first <= high and low <= last:
            within = low <= first and last <= high
            return f"{'is in' if within else 'holds'} {block} ({what})"
    if not four and not any(low <= first and last <= high for low, high in _UNICAST_RANGES):
        return "is outside 2000::/3 and fc00::/7 (unicast, RFC 4291 and 4193)"
    return None


def why_unusable_address(address: IPv4Address | IPv6Address) -> str | None:
    """As `why_unusable`, of one address."""
    if isinstance(address, IPv4Address):
        return why_unusable(IPv4Network(address))
    return why_unusable(IPv6Network(address))


#: Nobody on the Internet has a route to these (RFC 1918, RFC 6598, RFC 2544, RFC 4193).
_PRIVATE: tuple[IPv4Network | IPv6Network, ...] = (
    *map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    *map(IPv4Network, ("100.64.0.0/10", "198.18.0.0/15")),
    IPv6Network("fc00::/7"),
)
#: Kept for examples, and for labs that have no Internet.
_DOCUMENTATION: tuple[IPv4Network | IPv6Network, ...] = (
    *map(IPv4Network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")),
    *map(IPv6Network, ("2001:db8::/32", "3fff::/20")),
)


def why_private(prefix: IPv4Network | IPv6Network) -> str | None:
    """Why nobody on the Internet can answer to `prefix`; None: they can."""
    for block in _PRIVATE:
        if prefix.version == block.version and prefix.overlaps(block):
            return f"is in {block}, which the Internet has no route to"
    return None


def is_unique_local(prefix: IPv4Network | IPv6Network) -> bool:
    """Whether it is of IPv6 and never leaves its owner's networks (RFC 4193)."""
    return is_within(prefix, IPv6Network("fc00::/7"))


def why_not_at_an_uplink(prefix: IPv4Network | IPv6Network) -> str | None:
    """As `why_unusable`, where a lab's Internet may have addresses of documentation."""
    if any(is_within(prefix, block) for block in _DOCUMENTATION):
        return None
    return why_unusable(prefix)
