"""What holds for any text: no line is silently without meaning, order and spelling do not matter,
whatever is thrown at the reader is refused in one way, and secrets stay outside.
"""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.allocation.allocate import allocate
from egovnet.templates.frr.config.config_reader import read_config
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import render
from tests.hypothesis_profiles import examples
from tests.oracle import grammar
from tests.strategies import networks
from tests.templates.frr.config.test_roundtrip import assert_all_accounted_for

GOLDEN = {
    path.stem: path.read_text(encoding="utf-8")
    for path in sorted((Path(__file__).parents[1] / "render" / "golden").glob("*.cfg"))
}
EDGE = GOLDEN["bj-pe1"]
#: Lines that another line says as well: either part of the text switches label input on; a VRF
#: without neighbours has none to activate; the loopback's addresses are taken as there; what is
#: said of a neighbour outside a family is IPv4's.
SAID_TWICE = (
    "auto lo",
    "mpls-enable yes",
    "mpls enable",
    "no bgp default ipv4-unicast",
    "address-family ipv4 unicast",
)
SECRET = "hunter2-S3CRET"
BLOCK = re.compile(r"(?m)^(?=(?:vrf|interface|router|mpls|route-map) )")


@st.composite
def texts(draw: st.DrawFn) -> str:
    """The text of a router of some network."""
    network = draw(networks(max_edges=2, max_sites=3))
    devices = intend(network, allocate(network))
    return render(draw(st.sampled_from(list(devices.values()))))


def refused_or_read(text: str) -> DeviceFacts | None:
    """The facts of a text; None when it is refused."""
    try:
        facts = read_config(text, "x.cfg")
    except ConfigTextError as error:
        assert error.problems
        assert all(problem.file == "x.cfg" for problem in error.problems)
        return None
    assert_all_accounted_for(facts)
    return facts


def assert_line_counts(lines: list[str], index: int, whole: DeviceFacts) -> None:
    """Without line `index` the facts are others, or the line was harmless."""
    facts = refused_or_read("\n".join(lines[:index] + lines[index + 1 :]) + "\n")
    if facts is None or facts != whole or lines[index].strip() in SAID_TWICE:
        return
    assert facts.coverage.understood == whole.coverage.understood, lines[index]


@pytest.mark.parametrize("name", GOLDEN)
def test_no_line_of_a_golden_text_is_silently_without_meaning(name: str) -> None:
    lines = GOLDEN[name].splitlines()
    whole = read_config(GOLDEN[name])
    for index in range(len(lines)):
        assert_line_counts(lines, index, whole)


@given(texts(), st.data())
@examples(60)
def test_no_line_is_silently_without_meaning(text: str, data: st.DataObject) -> None:
    lines = text.splitlines()
    whole = read_config(text)
    for _ in range(10):
        assert_line_counts(lines, data.draw(st.integers(0, len(lines) - 1)), whole)


@given(texts(), st.data())
@examples(60)
def test_the_order_of_blocks_and_stanzas_does_not_matter(text: str, data: st.DataObject) -> None:
    linux, frr = text.split("# ports.conf --\n")
    head, *stanzas = re.split(r"(?m)^(?=auto )", linux)
    top, *blocks = BLOCK.split(frr)
    shuffled = [
        head,
        *(f"{stanza}\n" for stanza in data.draw(st.permutations(stanzas))),
        "# ports.conf --\n",
        top,
        *data.draw(st.permutations(blocks)),
    ]
    assert read_config("".join(shuffled)) == read_config(text)


@given(texts(), st.data())
@examples(60)
def test_the_order_of_lines_of_a_family_does_not_matter(text: str, data: st.DataObject) -> None:
    def shuffle(found: re.Match[str]) -> str:
        return "".join(data.draw(st.permutations(found.group(0).splitlines(keepends=True))))

    families = re.compile(r"(?m)(?:^  (?:redistribute|label|rd|rt|export|import|neighbor) .*\n)+")
    assert read_config(families.sub(shuffle, text)) == read_config(text)


@given(texts(), st.sampled_from(["065000:{}", "65000:00{}", "65000:{:010d}"]))
@examples(40)
def test_a_target_spelled_in_another_way_is_the_same(text: str, spelling: str) -> None:
    def respell(found: re.Match[str]) -> str:
        return re.sub(r"65000:(\d+)", lambda m: spelling.format(int(m.group(1))), found.group(0))

    assert read_config(re.sub(r"rt vpn .*", respell, text)) == read_config(text)


@given(texts(), st.data())
@examples(40)
def test_layout_does_not_matter(text: str, data: st.DataObject) -> None:
    indent = data.draw(st.sampled_from(["", "\t", "     "]))
    gap = data.draw(st.sampled_from([" ", "  ", "\t"]))
    end = data.draw(st.sampled_from(["\n", "\r\n", "  \n", "\n!\n"]))
    linux, frr = text.split("# ports.conf --\n")
    other = "".join(f"{indent}{gap.join(line.split())}{end}" for line in frr.splitlines())
    assert read_config(f"{linux}# ports.conf --\n{other}") == read_config(text)


@given(texts())
@examples(40)
def test_blocks_need_not_be_closed(text: str) -> None:
    # but IS-IS: without its `exit` isisd takes `mpls ldp` for its own `mpls ldp-sync`
    bare = re.sub(r"(?m)(?<!log-adjacency-changes\n)^ *exit.*\n", "", text)
    bare = bare.replace("frr version 8.4.4\n", "")
    assert read_config(bare) == read_config(text)


@given(st.text(max_size=300))
@examples(300)
def test_any_text_is_read_or_refused(text: str) -> None:
    refused_or_read(text)


EXTRA = """
no neighbor in out 300 70000:1 10.0.0.0/8 fe80::/10 $IFACE route-map vpn vrf default peer-group G
import seq any le call description goto standard rt
"""
WORDS = sorted({word for text in (*GOLDEN.values(), EXTRA) for word in text.split()})


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join), max_size=25))
@examples(300)
def test_any_words_in_any_order_are_read_or_refused(lines: list[str]) -> None:
    text = "\n".join(lines)
    refused_or_read(text)
    refused_or_read(f"router bgp 65000 vrf a\n{text}\n")
    refused_or_read(f"auto eth1\niface eth1\n{text}\n")


@examples(300)
@given(seed=st.integers(0, 10**6), data=st.data())
def test_lines_that_end_too_early_are_read_or_refused(seed: int, data: st.DataObject) -> None:
    lines = grammar.text(seed).split("\n")
    for number in data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=6)):
        words = re.findall(r"\s*\S+", lines[number])
        lines[number] = "".join(words[: data.draw(st.integers(0, len(words)))])
    refused_or_read("\n".join(lines))


@given(st.data())
@examples(200)
def test_a_line_with_a_word_changed_is_never_taken_for_the_same_silently(
    data: st.DataObject,
) -> None:
    """Where facts stay as they were, the line was harmless, or its new word means the same."""
    lines = EDGE.splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    words = lines[index].split(" ")
    words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(WORDS))
    refused_or_read("\n".join([*lines[:index], " ".join(words), *lines[index + 1 :], ""]))


@given(st.integers(1, len(EDGE) - 1))
@examples(300)
def test_a_text_cut_anywhere_is_refused_or_a_smaller_router(length: int) -> None:
    """Never another router: what is left of it is what the whole says, and no more."""
    facts = refused_or_read(EDGE[:length])
    if facts is None:
        return
    whole = read_config(EDGE)
    assert facts.interfaces.keys() <= whole.interfaces.keys()
    for vrf, instance in facts.bgp.items():
        known = whole.bgp[vrf]
        assert instance.neighbors.keys() <= known.neighbors.keys()
        for name, family in instance.families.items():
            assert family.import_targets == known.families[name].import_targets
            assert family.export_targets == known.families[name].export_targets


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "nothing in it"),
        ("\n \n", "nothing in it"),
        ("\x7fELF\x02\x01\x01\x00", "a control character (0x7f)"),
        ("router bgp 1\n\x00\n", "x.cfg:2: a control character (0x00)"),
        ("pe1\n", "before FRR's part"),
        (EDGE[: EDGE.index("# ports.conf")], "before FRR's part"),
        (EDGE[: EDGE.index(" rd vpn")], "inside 'router bgp 65000 vrf"),
        (EDGE[: EDGE.index("exit-vrf")], "inside 'vrf "),
        (EDGE[: EDGE.rindex("route-map to-ce permit") + 5], "in the middle of a line"),
        ("ip prefix-list P perm", "in the middle of a line"),
        ("auto eth1\niface eth1\n    addre", "in the middle of a line"),
    ],
)
def test_what_is_no_configuration_is_refused_with_its_place(text: str, found: str) -> None:
    with pytest.raises(ConfigTextError, match=re.escape(found)) as error:
        read_config(text, "x.cfg")
    assert str(error.value).startswith("x.cfg")
    assert " -> " in str(error.value)


@pytest.mark.parametrize(
    "line",
    [
        "router bgp 1\n neighbor 10.0.0.1 remote-as 1\n neighbor 10.0.0.1 password {}",
        "router bgp 1\n neighbor 10.0.0.1 remote-as 1\n neighbor 10.0.0.1 password 8 {} x",
        "mpls ldp\n neighbor 10.0.0.1 password {}",
        "interface eth1\n isis password md5 {}",
        "interface eth1\n isis password clear {}",
        "interface eth1\n ip ospf message-digest-key 1 md5 {}",
        "interface eth1\n ip ospf authentication-key {}",
        "interface eth1\n ip rip authentication string {}",
        "router isis x\n area-password clear {}",
        "router isis x\n domain-password md5 {} authenticate snp send-only",
        "line vty\n password {}",
        "password {}",
        "enable password 8 {}",
        "enable secret {}",
        "username x password {}",
        "key chain k\n key 1\n  key-string {}",
        "auto eth1\niface eth1\n    wpa-psk {}",
        "auto eth1\niface eth1\n    post-up wg set wg0 private-key {}",
        "what-is-this secret {}",
        "rpki\n rpki cache ssh 10.0.0.1 22 user {} key",
    ],
)
def test_secrets_are_in_no_facts(line: str) -> None:
    text = line.format(SECRET) + "\n"
    facts = read_config(text)
    if "rpki" not in line:  # a user's name and a file's, no secret
        assert SECRET not in repr(facts)
        assert SECRET not in "\n".join(facts.text)
    assert facts.quote(1) == text.splitlines()[0].strip().replace(SECRET, "<removed>")


def test_names_that_sound_like_secrets_stay() -> None:
    text = (
        "route-map password permit 10\nexit\nrouter bgp 1 vrf key\n"
        " neighbor 10.0.0.1 remote-as 1\n neighbor 10.0.0.1 route-map password in\n"
        " neighbor 10.0.0.1 description the secret site\n"
    )
    facts = read_config(text)
    assert list(facts.text) == text.splitlines()
    family = facts.bgp["key"].neighbors["10.0.0.1"].families["ipv4"]
    assert family.policy_in is not None
    assert not family.policy_in.missing


def test_another_name_inside_is_not_understood() -> None:
    facts = read_config(EDGE.replace("hostname bj-pe1", "hostname gz-pe1"))
    assert facts.name == "bj-pe1"
    assert [problem.text for problem in facts.not_understood] == ["hostname gz-pe1"]


def test_a_text_without_marks_is_read_all_the_same() -> None:
    whole = read_config(EDGE)
    for mark in (
        "# This file describes the network interfaces\n",
        "# ports.conf --\n",
        "frr version 8.4.4\n",
    ):
        assert read_config(EDGE.replace(mark, "")) == whole


def test_parts_alone_are_read() -> None:
    linux, frr = EDGE.split("# ports.conf --\n")
    whole = read_config(EDGE)
    only_frr = read_config(frr)
    assert only_frr.name == "bj-pe1"
    assert only_frr.bgp == whole.bgp
    assert only_frr.statics == whole.statics
    only_linux = read_config(linux.partition("\n")[2])
    assert only_linux.name == ""
    assert only_linux.vrfs == whole.vrfs
    assert replace(only_linux, interfaces={}).interfaces.keys() <= whole.interfaces.keys()


def test_an_unknown_blank_hides_nothing() -> None:
    facts = read_config("router bgp 1 vrf a\n neighbor\u00a010.0.0.1 remote-as 1\n")
    assert len(facts.not_understood + facts.not_taken) == 1


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"ip prefix-list P permit 10.{i >> 8}.{i & 255}.0/24\n" for i in range(20_000)),
        "".join(f"ip route 10.{i >> 8}.{i & 255}.0/24 Null0\n" for i in range(20_000)),
        "".join(
            f"route-map M{i} permit {k}\n call M{i + 1}\n" for i in range(12) for k in range(1, 7)
        )
        + "router bgp 1\n neighbor 10.0.0.1 remote-as 1\n neighbor 10.0.0.1 route-map M0 in\n",
    ],
    ids=["unnumbered rules", "statics", "calls within calls"],
)
def test_long_and_nested_texts_take_their_time_and_no_more(text: str) -> None:
    start = time.process_time()
    read_config(text)
    # far above what it takes, and below what grows with the square
    assert time.process_time() - start < 5
