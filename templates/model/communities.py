"""Route targets and route distinguishers as octets: one value, one key, however it is spelled.

Formats: RFC 4360 section 3 and RFC 5668 (extended communities), RFC 4364 section 4.2 (RDs).
A reader of a platform knows what its text means; here is only what a value is.
"""

from ipaddress import IPv4Address

from egovnet.templates.model.facts import ExtendedCommunity, RouteDistinguisher

#: Sub-types of RFC 4360.
ROUTE_TARGET = 2
SITE_OF_ORIGIN = 3
#: Kinds of the administrator field: the type of the value on the wire.
TWO_OCTET_AS, ADDRESS, FOUR_OCTET_AS = 0, 1, 2


def octets(kind: int, administrator: int, number: int) -> bytes:
    """The 6 octets after the type: administrator and assigned number.

    Raises OverflowError when one does not fit its field.
    """
    if kind == TWO_OCTET_AS:
        return administrator.to_bytes(2, "big") + number.to_bytes(4, "big")
    return administrator.to_bytes(4, "big") + number.to_bytes(2, "big")


def route_target(text: str) -> ExtendedCommunity:
    """The route target that a plan writes as `65000:1`, `70000:1` or `10.0.0.1:1`.

    Raises ValueError (or OverflowError) when `text` is none.
    """
    kind, administrator, number = _parts(text)
    return bytes((kind, ROUTE_TARGET)) + octets(kind, administrator, number)


def route_distinguisher(text: str) -> RouteDistinguisher:
    """The route distinguisher that a plan writes in the same three ways."""
    kind, administrator, number = _parts(text)
    return bytes((0, kind)) + octets(kind, administrator, number)


def _parts(text: str) -> tuple[int, int, int]:
    """(kind, administrator, number)."""
    left, _, right = text.rpartition(":")
    number = int(right)
    if "." in left:
        return ADDRESS, int(IPv4Address(left)), number
    asn = int(left)
    return (FOUR_OCTET_AS if asn > 0xFFFF else TWO_OCTET_AS), asn, number
