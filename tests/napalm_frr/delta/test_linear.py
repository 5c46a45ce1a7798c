"""The linear algorithms give what the quadratic ones gave, in the same order."""

from hypothesis import given
from hypothesis import strategies as st

from napalm_frr.delta.merge import merge_frr
from napalm_frr.delta.native_diff import diff_contexts
from napalm_frr.text import interfaces_text
from napalm_frr.text.frr_tree import Contexts, parse
from tests.napalm_frr import quadratic
from tests.napalm_frr.strategies import frr_texts

_STANZA_LINES = (
    "auto eth1",
    "auto eth2 eth3",
    "iface eth1",
    "iface eth1 inet static",
    "iface eth2",
    "source /etc/network/interfaces.d/*",
    " source /a",
    "    address 10.0.0.1/30",
    "    address 10.0.0.5/30",
    "    address 2001:DB8::1/64",
    "    vrf a",
    "    mtu 1500",
    "# a comment",
    "",
)
_PATHS = ("vrf a", "vrf b", "router bgp 1", "interface eth1", "interface eth2")
_LINES = ("rt vpn import 1:1", "rt vpn export 1:1", "rt vpn import 2:2", "rt vpn export 2:2", "x")


@st.composite
def contexts(draw: st.DrawFn) -> Contexts:
    """Contexts one in the other, in any order, with any lines."""
    tops = draw(st.lists(st.sampled_from(_PATHS), unique=True))
    paths = [(), *((top,) for top in tops), *((top, "address-family ipv4 unicast") for top in tops)]
    lines = st.lists(st.sampled_from(_LINES), unique=True)
    return {path: draw(lines) for path in draw(st.permutations(paths))}


def items(found: Contexts) -> list[tuple[tuple[str, ...], list[str]]]:
    return list(found.items())


@given(frr_texts())
def test_parse(text: str) -> None:
    assert items(parse(text)) == items(quadratic.parse_frr(text))


@given(st.lists(st.sampled_from(_STANZA_LINES)).map("\n".join))
def test_parse_interfaces(text: str) -> None:
    assert items(interfaces_text.parse(text)) == items(quadratic.parse_interfaces(text))


@given(contexts(), contexts())
def test_diff(running: Contexts, candidate: Contexts) -> None:
    assert diff_contexts(running, candidate) == quadratic.diff(running, candidate)


@given(frr_texts(), frr_texts())
def test_diff_of_texts(running: str, candidate: str) -> None:
    texts = (parse(running), parse(candidate))
    assert diff_contexts(*texts) == quadratic.diff(*texts)


@st.composite
def fragments(draw: st.DrawFn) -> str:
    """A text, some of whose lines are taken away, and of some of whose neighbours all is."""
    typed = []
    for line in draw(frr_texts()).splitlines():
        bare = line.lstrip()
        how = draw(st.sampled_from(("as it is", "as it is", "no", "whole")))
        if how == "no" and bare and not bare.startswith(("!", "exit", "router", "address-family")):
            line = line.replace(bare, f"no {bare}")  # noqa: PLW2901 -- one of three forms
        elif how == "whole" and bare.startswith("neighbor "):
            line = line.replace(bare, f"no {' '.join(bare.split()[:2])}")  # noqa: PLW2901
        typed.append(line)
    return "\n".join(typed)


@given(frr_texts(), st.one_of(frr_texts(), fragments()))
def test_merge(running: str, fragment: str) -> None:
    merged = merge_frr(parse(running), fragment)
    meant = quadratic.merge_frr(parse(running), fragment)
    assert list(merged) == list(meant)
    # a value that is replaced may stand elsewhere among its neighbours
    assert {path: sorted(lines) for path, lines in merged.items()} == {
        path: sorted(lines) for path, lines in meant.items()
    }
