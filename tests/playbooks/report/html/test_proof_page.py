"""The page as text: everything is on it, nothing comes from outside, hostile text stays text."""

import pytest

from egovnet.isolation.model.verdict import AllowedCell, Verdict
from egovnet.playbooks.core.network_map import network_map
from egovnet.playbooks.report.html.backbone_map import MOST_NODES, backbone_map
from egovnet.playbooks.report.html.proof_page import proof_page
from egovnet.playbooks.report.text.visible import visible
from egovnet.playbooks.results.proof_result import proof_result
from tests.playbooks.proofs import (
    HOSTILE,
    LEAKING,
    NOTHING,
    PROVED,
    TIDYING,
    hostile,
    nation_of,
    reference,
)
from tests.playbooks.report.html.page_reader import Reader, self_contained

PAGES = {
    "proved": (PROVED, True),
    "tidying": (TIDYING, True),
    "leaking": (LEAKING, True),
    "nothing": (NOTHING, False),
    "hostile": (hostile(), True),
}


@pytest.mark.parametrize("verdict, mapped", PAGES.values(), ids=PAGES)
def test_the_page_is_whole_and_needs_nothing_from_outside(verdict: Verdict, mapped: bool) -> None:
    page = proof_page(
        proof_result(verdict), network_map(reference()) if mapped else None, "reference"
    )
    self_contained(page)


def test_the_verdict_is_in_words() -> None:
    assert (
        "Proved" in Reader(proof_page(proof_result(PROVED), None, "x")).text.split("Who reaches")[0]
    )
    for verdict in (LEAKING, NOTHING):
        assert (
            "Not proved"
            in Reader(proof_page(proof_result(verdict), None, "x")).text.split("Who reaches")[0]
        )
    silent = Reader(proof_page(proof_result(PROVED, {"gd-pe1": "no answer"}), None, "x")).text
    assert "Not proved" in silent
    assert "gd-pe1: no answer. These took no part." in silent


def test_every_finding_hop_and_assumption_is_there() -> None:
    text = Reader(proof_page(proof_result(LEAKING), network_map(reference()), "reference")).text
    for finding in LEAKING.findings:
        assert finding.message in text
        assert finding.klass in text
        for hop in finding.path:
            assert hop.quote in text
            assert f"line {hop.line}" in text
    for sentence in (one.sentence for one in LEAKING.assumptions):
        assert sentence in text
    assert "sc-pe1" in text
    assert "and at 2 places more" in text


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    result = proof_result(hostile(), dict.fromkeys(HOSTILE, HOSTILE[1]))
    page = proof_page(result, network_map(reference()), HOSTILE[0])
    read = Reader(page)
    for text in HOSTILE:
        assert read.text.count(visible(text)) >= 12
    assert "{{ 7 * 7 }}" in read.text
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert read.tags.count("title") == 1 + 7 + 11
    assert "svg onload" not in " ".join(read.tags)


def test_many_networks_are_shown_by_number_and_idle_ones_only_listed() -> None:
    names = tuple(f"vpn{number}" for number in range(80))
    allowed = (
        *(AllowedCell(name, name, "one VPN") for name in names),
        AllowedCell("vpn1", "vpn2", "exchange 12"),
    )
    verdict = Verdict((), PROVED.checked, (), names, dict.fromkeys(names, "intranet"), allowed)
    text = Reader(proof_page(proof_result(verdict), None, "x")).text
    assert "exchange 12" in text
    assert "reach nobody but themselves: vpn0, vpn3," in text


# -- the map ---------------------------------------------------------------------------------


def test_the_reference_s_routers_stand_by_tier_and_circuits_join_them() -> None:
    network = network_map(reference())
    drawn = backbone_map(network, {"gd-pe1": [1, 4], "stranger": [2]})
    at = {node.name: node for node in drawn.nodes}
    assert set(at) == set(network.routers)
    assert at["bj-p1"].y < at["gd-pe1"].y < at["gz-pe1"].y
    assert [band.name for band in drawn.bands] == ["centre", "province", "prefecture"]
    assert len(drawn.lines) == len(network.circuits)
    assert at["gd-pe1"].findings == (1, 4)
    assert drawn.elsewhere == ("stranger",)


@pytest.mark.parametrize(("provinces", "edges"), [(1, 1), (6, 5), (32, 112), (2, 300), (300, 2)])
def test_no_network_is_too_large_for_a_picture(provinces: int, edges: int) -> None:
    network = network_map(nation_of(provinces, edges))
    drawn = backbone_map(network, {"p1-e1": [3]})
    by_place = {(node.x, node.y) for node in drawn.nodes}
    assert len(by_place) == len(drawn.nodes)
    assert all(n.x >= 0 and n.x + n.width <= drawn.width for n in drawn.nodes)
    assert all(n.y >= 0 and n.y + n.height <= drawn.height for n in drawn.nodes)
    assert drawn.by_region is (len(network.routers) > MOST_NODES)
    assert len(drawn.nodes) <= MOST_NODES
    assert [node.findings for node in drawn.nodes if node.findings] == [(3,)]
