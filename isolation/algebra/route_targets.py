"""Route targets and distinguishers between text and their octets (RFC 4360 sections 3 and 4)."""

from ipaddress import IPv4Address

from egovnet.templates.model.facts import ExtendedCommunity, RouteDistinguisher

_ROUTE_TARGET = 2


def target_of(asn: int, number: int) -> ExtendedCommunity:
    """The route target `asn:number`; an AS above 65535 takes the four-octet encoding."""
    if asn > 65535:
        return bytes((2, _ROUTE_TARGET)) + asn.to_bytes(4, "big") + number.to_bytes(2, "big")
    return bytes((0, _ROUTE_TARGET)) + asn.to_bytes(2, "big") + number.to_bytes(4, "big")


def distinguisher_text(rd: RouteDistinguisher) -> str:
    """A route distinguisher in the one way that stands for its octets."""
    return _number_text(rd[1], rd[2:])


def target_text(target: ExtendedCommunity) -> str:
    """A route target as people write it; anything else as its octets."""
    kind, value = target[0] & 0x3F, target[2:]
    if len(target) != 8 or target[1] != _ROUTE_TARGET or kind > 2:
        return target.hex(":")
    return _number_text(kind, value)


def _number_text(kind: int, value: bytes) -> str:
    """Six octets of a route target or distinguisher of type 0 to 2."""
    if kind == 0:
        return f"{int.from_bytes(value[:2], 'big')}:{int.from_bytes(value[2:], 'big')}"
    number = int.from_bytes(value[4:], "big")
    if kind == 1:
        return f"{IPv4Address(value[:4])}:{number}"
    return f"{int.from_bytes(value[:4], 'big')}:{number}"
