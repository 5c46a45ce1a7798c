"""A line that FRR takes in pieces: what is behind the first one is a line of its own (8.4.4)."""

import pytest

from egovnet.templates.registry import read_config

_HIDDEN = "ip route 10.0.0.0/8 192.0.2.1 nexthop-vrf b"
_HEADS = ("!", "#", "hostname ", "password ", "banner motd line ")


@pytest.mark.parametrize("head", _HEADS)
@pytest.mark.parametrize("letter", ["x", "é", " ", "\t"])
def test_a_line_of_two_pieces_is_not_understood(head: str, letter: str) -> None:
    most = 4095 - len(head)
    pad = letter * (most // len(letter.encode()))
    facts = read_config(f"frr version 8.4.4\n{head}{pad}{_HIDDEN}\n!\n", "r1")
    assert [problem.line for problem in facts.not_understood] == [2]
    assert len(facts.not_understood[0].text) < 100


def test_a_line_of_one_piece_is_read() -> None:
    assert not read_config(f"frr version 8.4.4\n!{'x' * 4000}\n!\n", "r1").not_understood
