"""Named sets of nftables that hold values which stand in the text."""

from egovnet.templates.frr.config.draft import Unclear

_TYPES = frozenset(("ipv4_addr", "ipv6_addr", "inet_service", "inet_proto", "ifname"))
#: Flags of sets that only the text changes.
_FLAGS = frozenset(("constant", "interval"))


def read_set(lines: list[tuple[int, str]]) -> tuple[str, ...]:
    """The values of a set. Raises Unclear where packets or time may change them."""
    values: tuple[str, ...] = ()
    typed = False
    for _, text in lines:
        word, _, rest = text.partition(" ")
        if word == "type" and rest in _TYPES:
            typed = True
        elif word in ("auto-merge", "size") or _only_the_text_changes(text):
            continue
        elif word == "elements" and rest.startswith("= {") and rest.endswith("}"):
            values = tuple(value.strip() for value in rest[3:-1].split(","))
        else:
            raise Unclear(f"a set with {text}")
    if not typed or not all(values) or not values:
        raise Unclear("a set whose values are not known")
    return values


def _only_the_text_changes(text: str) -> bool:
    word, _, flags = text.partition(" ")
    return word == "flags" and _FLAGS.issuperset(flags.replace(",", " ").split())
