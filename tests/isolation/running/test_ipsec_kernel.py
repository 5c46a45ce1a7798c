"""The proof's reading of policies against this machine's own kernel: what passes is found."""

from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.isolation.running.clear_gre import clear_ways
from egovnet.templates.frr.state.ipsec_reader import read_ipsec
from tests.hypothesis_profiles import examples
from tests.isolation.running.kernel_gre import OWN, Kernel, kernel

OTHERS = ["10.255.0.3", "10.255.0.9", "192.0.2.1"]
SELECTORS = st.builds(
    "src {} dst {} {}".format,
    st.sampled_from([f"{OWN}/32", "0.0.0.0/0", "10.255.0.0/24", "10.255.0.8/32"]),
    st.sampled_from(["10.255.0.3/32", "10.255.0.0/20", "0.0.0.0/0", "0.0.0.0/1"]),
    st.sampled_from(["", "proto gre", "proto udp", "proto gre key 7", "proto gre dev d0"]),
)
WHAT = st.builds(
    "dir {} priority {} {}".format,
    st.sampled_from(["out", "out", "out", "in", "fwd"]),
    st.integers(0, 5),
    st.sampled_from(["", "ptype sub", "mark 1 mask 1", "if_id 5"]),
)
BLOCK = st.builds("{} {} action block".format, SELECTORS, WHAT)
ASKED = st.builds(
    "{} {} {}".format,
    SELECTORS,
    WHAT,
    st.sampled_from(
        [
            "",
            *(
                f"tmpl proto {proto} mode {mode} reqid 1 level {level}"
                for proto in ("esp", "ah", "comp")
                for mode in ("transport",)
                for level in ("required", "use")
            ),
        ]
    ),
)
POLICIES = st.lists(
    st.one_of(BLOCK, ASKED), max_size=7, unique_by=lambda one: one.split(" prio")[0]
)


@pytest.fixture(scope="module")
def here() -> Iterator[Kernel]:
    with kernel() as made:
        yield made


def _ways(listed: str, other: str, way: str = "out") -> tuple[bool, bool]:
    """Whether the reading has a way in clear to or from an address now, and any at all."""
    state = read_ipsec("".join(f"policy {line}\n" for line in listed.splitlines()))
    assert not state.unread
    ways = clear_ways(way, IPv4Address(OWN), [IPv4Address(other)], state)
    return any(way.now for way in ways), bool(ways)


def _turned(policy: str) -> str:
    """The same for the other direction, with source and destination exchanged."""
    turn = {"src": "dst", "dst": "src", "out": "in", "in": "out"}
    return " ".join(turn.get(word, word) for word in policy.split())


@pytest.mark.parametrize("way", ["out", "in"])
@given(policies=POLICIES)
@examples(150)
def test_what_the_kernel_lets_pass_is_a_way_in_clear(
    here: Kernel, way: str, policies: list[str]
) -> None:
    if way == "in":
        policies = list(map(_turned, policies))
    passed, listed = here.ask(policies, OTHERS, way)
    for other in OTHERS:
        now, later = _ways(listed, other, way)
        assert other not in passed or later, (other, listed)
        certain = not any(word in listed for word in ("mark", "sub", "dev", "key"))
        assert other not in passed or now or not certain, (other, listed)


@pytest.mark.parametrize("way", ["out", "in"])
@pytest.mark.parametrize(
    ("policies", "passed"),
    [
        ([], OTHERS),
        ([f"src {OWN}/32 dst 0.0.0.0/0 proto gre dir out action block priority 9"], []),
        ([f"src {OWN}/32 dst 10.255.0.0/30 proto gre dir out action block"], OTHERS[1:]),
        ([f"src {OWN}/32 proto gre key 7 dir out action block"], OTHERS),
        ([f"src {OWN}/32 proto gre dir out action block if_id 5"], OTHERS),
        ([f"src {OWN}/32 proto gre dir out action block mark 1 mask 1"], OTHERS),
        (["proto gre dir out tmpl proto esp mode transport"], []),
        (["proto gre dir out tmpl proto esp mode transport level use"], OTHERS),
    ],
)
def test_the_kernel_does_what_is_said_of_it(
    here: Kernel, policies: list[str], passed: list[str], way: str
) -> None:
    if way == "in":
        policies = list(map(_turned, policies))
    found, listed = here.ask(policies, OTHERS, way)
    assert found == set(passed)
    assert {other for other in OTHERS if _ways(listed, other, way)[0]} == found
