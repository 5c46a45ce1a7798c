"""A device's packet filter in its text: split and joined, read, compared, merged, shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from napalm_frr.delta.merge import merge_device
from napalm_frr.delta.native_diff import diff_states
from napalm_frr.errors import DeviceTextError
from napalm_frr.text import filter_text
from napalm_frr.text.device_state import DeviceState, check_text
from napalm_frr.text.device_text import DeviceText, split, split_fragment

RULES = st.sampled_from(
    [
        'iifname "eth1" accept',
        "tcp dport { 22, 443 } accept",
        'ip saddr 10.0.0.0/8 drop comment "x:{"',
        "counter drop",
    ]
)
CHAINS = st.dictionaries(st.sampled_from(["a", "b", "local"]), st.lists(RULES, max_size=4))
FRR = "frr version 8.4.4\n!\n"


def ruleset(chains: dict[str, list[str]], table: str = "egovnet") -> str:
    """As nft prints it."""
    blocks = [
        f"\tchain {name} {{\n" + "".join(f"\t\t{rule}\n" for rule in rules) + "\t}\n"
        for name, rules in chains.items()
    ]
    return f"table inet {table} {{\n" + "\n".join(blocks) + "}\n"


def state(text: str) -> DeviceState:
    return DeviceState.of(DeviceText("r1", "auto lo\niface lo\n", FRR, filter=text))


@given(CHAINS)
def test_a_text_has_its_filter_again(chains: dict[str, list[str]]) -> None:
    whole = DeviceText("r1", "auto lo\niface lo\n", FRR, filter=ruleset(chains)).joined()
    again = split(whole)
    check_text(again)
    assert again.joined() == whole
    assert again.filter == ruleset(chains)
    assert whole.splitlines()[again.filter_line - 1] == "table inet egovnet {"
    assert whole.splitlines()[again.frr_line - 1] == "frr version 8.4.4"


@given(CHAINS)
def test_a_fragment_may_be_a_filter_alone(chains: dict[str, list[str]]) -> None:
    fragment = split_fragment(f"# nftables.conf --\n{ruleset(chains)}")
    assert (fragment.hostname, fragment.interfaces, fragment.frr) == ("", "", "")
    assert fragment.filter == ruleset(chains)
    assert fragment.filter_line == 2


@given(CHAINS)
def test_contexts_are_written_as_nft_prints_them(chains: dict[str, list[str]]) -> None:
    assert filter_text.render(filter_text.parse(ruleset(chains))) == ruleset(chains)


@given(CHAINS, CHAINS)
def test_a_diff_is_empty_for_equal_filters_alone(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> None:
    running, wanted = state(ruleset(one)), state(ruleset(other))
    assert (diff_states(running, wanted) == "") == running.same_filter(wanted)
    assert running.same(wanted) == running.same_filter(wanted)


def test_the_order_of_rules_decides() -> None:
    one, other = (
        state(ruleset({"a": ["drop", "accept"]})),
        state(ruleset({"a": ["accept", "drop"]})),
    )
    assert not one.same(other)
    assert diff_states(one, other) == (
        "@@ nftables @@\n  table inet egovnet\n   chain a\n"
        "-   drop\n-   accept\n+   accept\n+   drop"
    )


def test_a_fragments_table_takes_the_place_of_its_namesake() -> None:
    running = state(ruleset({"a": ["drop"]}) + ruleset({"b": ["accept"]}, "other"))
    fragment = split_fragment(f"# nftables.conf --\n{ruleset({'c': ['counter drop']})}")
    merged = merge_device(running, fragment)
    assert merged.filter == {
        ("table inet egovnet",): [],
        ("table inet egovnet", "chain c"): ["counter drop"],
        ("table inet other",): [],
        ("table inet other", "chain b"): ["accept"],
    }


def test_elements_of_a_set_that_go_on_are_one_line() -> None:
    text = "table ip t {\n\tset s {\n\t\telements = { 10.0.0.1,\n\t\t\t     10.0.0.2 }\n\t}\n}\n"
    assert filter_text.parse(text) == {
        ("table ip t",): [],
        ("table ip t", "set s"): ["elements = { 10.0.0.1, 10.0.0.2 }"],
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("flush ruleset\n", 1, "'flush ruleset' is not 'table FAMILY NAME {'"),
        ("table inet t {\n}\n}\n", 3, "is not 'table FAMILY NAME"),
        ('table inet t {\n\tinclude "/etc/shadow"\n}\n', 2, "'include'"),
        ("table inet t {\n\tdefine a = 1\n}\n", 2, "'define'"),
        ("table inet t {\n\tchain c {\n\t\taccept\n\t}\n", 4, "has no '}'"),
    ],
)
def test_what_is_no_ruleset_is_refused_with_its_line(text: str, line: int, said: str) -> None:
    whole = split(f"r1\n# ports.conf --\n# nftables.conf --\n{text}{FRR}")
    with pytest.raises(DeviceTextError, match=said.replace("{", r"\{")) as error:
        check_text(whole)
    assert error.value.line == line + 3
