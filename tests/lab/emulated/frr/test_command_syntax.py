"""FRR's notation of a command."""

import pytest

from egovnet.lab.emulated.frr.command_syntax import Syntax


@pytest.mark.parametrize(
    ("template", "line", "canonical", "key"),
    [
        ("a <b|c D> =[WORD]", "a c x", "a c x", "a c x"),
        ("a =(1-9)", "a 10", "", ""),
        ("a =(1-9)", "a 9", "a 9", "a"),
        ("i X:X::X:X/M =LINE...", "i 2001:DB8::1/32 a", "i 2001:db8::/32 a", "i 2001:db8::/32"),
        ("x PEER in", "x 2001:DB8::0:1 in", "x 2001:db8::1 in", "x 2001:db8::1 in"),
        ("p A.B.C.D/M", "p 10.1.2.3/8", "p 10.0.0.0/8", "p 10.0.0.0/8"),
        ("p A.B.C.D/M", "p 10.1.2.3/33", "", ""),
        ("s {a (1-5)|b}", "s b a 3", "s b a 3", "s b a 3"),
    ],
)  # fmt: skip
def test_command_notation(template: str, line: str, canonical: str, key: str) -> None:
    assert Syntax.of(template).match(line) == ((canonical, key) if canonical else None)


@pytest.mark.parametrize("template", ["a <b", "a b>", "[{a]}"])
def test_a_template_that_is_none(template: str) -> None:
    with pytest.raises(ValueError, match=r"closed|closes"):
        Syntax.of(template)
