"""AS numbers that no router may be configured with, each by the RFC that says so."""

#: (first, last, what it is for, who says so).
_RESERVED = (
    (0, 0, "no AS", "RFC 7607"),
    (23456, 23456, "AS_TRANS", "RFC 6793"),
    (64496, 64511, "documentation", "RFC 5398"),
    (65535, 65535, "the last of 16 bits", "RFC 7300"),
    (65536, 65551, "documentation", "RFC 5398"),
    (4294967295, 4294967295, "the last of 32 bits", "RFC 7300"),
)
MAX_ASN = 4294967294
#: The highest of two octets; above it, the number beside it in an RT or RD has 16 bits.
TWO_OCTETS = 65535


def reserved_asn(first: int, last: int) -> str | None:
    """What is reserved of the numbers `first` to `last`, such as "23456 (AS_TRANS, RFC 6793)".

    None: each of them may be used.
    """
    for low, high, what, source in _RESERVED:
        if first <= high and low <= last:
            numbers = str(low) if low == high else f"{low}-{high}"
            return f"{numbers} ({what}, {source})"
    return None
