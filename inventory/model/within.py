"""Whether one network lies within another, of whatever family they are."""

from ipaddress import IPv4Network, IPv6Network


def is_within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    """Whether every address of `inner` is one of `outer`; never across families."""
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)
