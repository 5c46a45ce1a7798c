"""A line with a misspelled word before its secret is not understood, and nothing shows it."""

import re
from collections.abc import Iterator

import pytest

from egovnet.templates.registry import read_config

SECRET = "hu5hHush"

#: Context -> lines in it, the word before the secret between bars.
LINES = {
    "router bgp 65000": (
        "neighbor 10.0.0.1 |password| SECRET",
        "neighbor 10.0.0.1 |authentication| md5 SECRET",
    ),
    "router isis core": ("|domain-password| clear SECRET", "|area-password| md5 SECRET"),
    "interface eth1": (
        "isis |password| clear SECRET",
        "ip ospf |authentication-key| SECRET",
        "ip ospf |message-digest-key| 1 md5 SECRET",
    ),
    "mpls ldp": ("neighbor 10.0.0.1 |password| SECRET",),
}


def misspellings(word: str) -> Iterator[str]:
    """A letter left out, doubled, exchanged with the next, or another one."""
    for at, letter in enumerate(word):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + letter + word[at:]
        yield word[:at] + "q" + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + letter + word[at + 2 :]


@pytest.mark.parametrize("context", LINES)
def test_no_misspelled_line_shows_its_secret(context: str) -> None:
    lines = [
        re.sub(r"\|.*\|", wrong, line).replace("SECRET", SECRET)
        for line in LINES[context]
        for wrong in misspellings(line.split("|")[1])
    ]
    body = "".join(f" {line}\n" for line in lines)
    before = " neighbor 10.0.0.1 remote-as 7\n" if "bgp" in context else ""
    facts = read_config(f"hostname x\n{context}\n{before}{body}exit\n")
    assert SECRET not in str(facts)
    problems = (*facts.not_understood, *facts.not_taken)
    assert problems
    assert not any(SECRET in line for line in facts.text)


def test_a_line_that_holds_no_secret_is_shown_whole() -> None:
    text = "hostname x\nrouter bgp 65000\n neighbor 10.0.0.1 remote-as 7\n neighbour 10.0.0.2\n"
    text += " neighbor 10.0.0.1 passive-aggressive mode\n"
    facts = read_config(text)
    problems = (*facts.not_understood, *facts.not_taken)
    assert {problem.text for problem in problems} == {
        "neighbour 10.0.0.2",
        "neighbor 10.0.0.1 passive-aggressive mode",
    }
