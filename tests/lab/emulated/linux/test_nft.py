"""What an emulated router takes for a ruleset, and what its kernel has between two."""

import pytest

from egovnet.lab.emulated.linux.nft import both, refusal

RULES = """\
table inet egovnet {
	chain local {
		type filter hook input priority filter; policy drop;
		iifname vmap { "lo" : accept, "mgmt" : accept } comment "x:{"
	}
}
"""


def test_a_ruleset_is_taken() -> None:
    assert refusal(RULES) == (0, "")
    assert refusal("") == (0, "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("accept\n", 1),
        (RULES.replace("policy drop", "polcy drop"), 3),
        (RULES.replace('"x:{"', '"x'), 4),
        (RULES + "}\n", 7),
        (RULES.removesuffix("}\n"), 5),
    ],
)
def test_what_nft_refuses_is_refused_with_its_line(text: str, line: int) -> None:
    number, words = refusal(text)
    assert number == line
    assert words.startswith("nft does not take it: syntax error")


def test_between_two_filters_the_kernel_has_the_tables_of_both() -> None:
    other = RULES.replace("mgmt", "eth0")
    assert both(RULES, other) == RULES + other.replace("inet egovnet", "inet egovnet-next")
    assert both("", other) == other.replace("inet egovnet", "inet egovnet-next")
    assert both(RULES, "") == RULES
