"""Filters that are written in other words than the renderer's: nft's listing of them is read as
what they mean."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.templates.frr.config.nftables_reader import read_nftables
from egovnet.templates.frr.packet_filter_words import BASE_CHAINS, TABLE
from egovnet.templates.model.canonical_filter import canonical
from egovnet.templates.model.packet_filter import FilterChain, PacketFilter, PacketRule
from tests.hypothesis_profiles import examples
from tests.oracle.nft import Nft, running_nft
from tests.packet_filters import rules

pytestmark = pytest.mark.lab
_SIDES = (("saddr", "sources"), ("daddr", "targets"))
_DIRECTIONS = {
    "open": ("ct direction original", "ct state new,established"),
    "reply": ("ct state { established }", "ct direction 1"),
    "open-error": ("ct direction 0", "ct state { related }"),
    "reply-error": ("ct state related", "ct direction reply"),
}


@pytest.fixture(scope="module")
def nft() -> Iterator[Nft]:
    with running_nft() as process:
        yield process


def written(rule: PacketRule, random: Random) -> str:
    """A rule of the chain "forward", its conditions in any order, its sets as they come."""
    said = []
    for word, name in (("iifname", rule.in_interface), ("oifname", rule.out_interface)):
        if name:
            said.append(random.choice([f"{word} {name}", f'meta {word} "{name}"']))
    if rule.family:
        said.append(f"meta nfproto {rule.family}")
        for side, which in _SIDES:
            prefixes = [str(prefix) for prefix in getattr(rule, which)]
            if prefixes:
                random.shuffle(prefixes)
                word = "ip" if rule.family == "ipv4" else "ip6"
                said.append(f"{word} {side} {{ {', '.join(prefixes)} }}")
    if rule.protocol == "icmp":
        types = [str(number) for number in rule.icmp_types] or ["0-255"]
        word = "icmp" if rule.family == "ipv4" else "icmpv6"
        said.append(f"{word} type {{ {', '.join(types)} }}")
    elif rule.protocol:
        said.append(f"meta l4proto {rule.protocol}")
        for word, ports in (("sport", rule.source_ports), ("dport", rule.target_ports)):
            if ports:
                texts = [f"{low}-{high}" if low != high else str(low) for low, high in ports]
                said.append(f"{rule.protocol} {word} {{ {', '.join(texts)} }}")
    if rule.direction is not None:
        said += _DIRECTIONS[rule.direction]
    random.shuffle(said)
    return " ".join([*said, "counter", rule.action])


@given(
    held=st.lists(rules("forward").filter(lambda rule: not rule.recorded), max_size=6),
    seed=st.integers(0, 999),
)
@examples(100)
def test_the_listing_of_other_words_means_the_same(
    nft: Nft, held: list[PacketRule], seed: int
) -> None:
    random = Random(seed)  # noqa: S311 -- an order of words
    lines = "".join(f"\t\t{written(rule, random)}\n" for rule in held)
    base = f"\t\t{BASE_CHAINS['forward']} policy drop;\n"
    listed = nft.listed(f"table {TABLE} {{\n\tchain forward {{\n{base}{lines}\t}}\n}}\n")
    read = read_nftables(listed.splitlines(), 1)
    assert read.not_understood == []
    chain = FilterChain("forward", "drop", tuple(held))
    assert read.packet_filter == canonical(PacketFilter((chain,)))
