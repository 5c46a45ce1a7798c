"""Named sets of nftables that hold values which stand in the text."""

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_rule import check_value

_TYPES = frozenset(("ipv4_addr", "ipv6_addr", "inet_service", "inet_proto", "ifname"))
#: Flags of sets that only the text changes.
_FLAGS = frozenset(("constant", "interval"))


def read_set(lines: list[tuple[int, str]]) -> tuple[str, ...]:
    """The values of a set. Raises Unclear where packets or time may change them."""
    values: tuple[str, ...] = ()
    typed = intervals = False
    for _, text in lines:
        word, _, rest = text.partition(" ")
        if word == "type" and rest in _TYPES:
            typed = True
        elif word in ("auto-merge", "size"):
            continue
        elif _only_the_text_changes(text):
            intervals = intervals or "interval" in rest
        elif word == "elements" and rest.startswith("= {") and rest.endswith("}"):
            values = tuple(value.strip() for value in rest[3:-1].split(","))
        else:
            raise Unclear(f"a set with {text}")
    if not typed or not all(values) or not values:
        raise Unclear("a set whose values are not known")
    if not intervals and any("/" in value or "-" in value for value in values):
        raise Unclear("nft refuses ranges in a set without the flag interval, and the filter too")
    for value in values:
        check_value(value)
    return values


def _only_the_text_changes(text: str) -> bool:
    word, _, flags = text.partition(" ")
    return word == "flags" and _FLAGS.issuperset(flags.replace(",", " ").split())
