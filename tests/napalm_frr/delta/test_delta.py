"""The delta between two FRR texts: cases, one a file, and as a property on a model of a router."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given

from egovnet.lab.emulated.frr import vtysh
from egovnet.lab.emulated.frr.config import FrrConfig
from napalm_frr.delta.delta import compute_delta
from napalm_frr.delta.merge import merge_frr
from napalm_frr.delta.vtysh_script import rejections, write_script, write_scripts
from napalm_frr.text.frr_tree import parse, same
from tests.hypothesis_profiles import examples
from tests.napalm_frr.strategies import frr_texts

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_case(case: Path) -> None:
    given_case = yaml.safe_load(case.read_text())
    delta = compute_delta(
        parse(given_case["running"]), parse(given_case["candidate"]), given_case.get("remade", ())
    )
    assert write_script(delta.withdraw).text == given_case.get("withdraw", "")
    assert write_script(delta.provide).text == given_case.get("provide", "")


class Router:
    """An emulated FRR: written from FRR's behaviour and held to recordings of it."""

    def __init__(self, text: str) -> None:
        self.config = FrrConfig()
        assert vtysh.run(self.config, text).code == 0

    def feed(self, script: str) -> None:
        ran = vtysh.run(self.config, script)
        assert ran.code == 0, ran.errors

    @property
    def running(self) -> dict[tuple[str, ...], list[str]]:
        return parse(self.config.text("r1"))


@examples(150)
@given(frr_texts(), frr_texts())
def test_delta_leads_from_any_configuration_to_any_other(running: str, candidate: str) -> None:
    old, new = parse(running), parse(candidate)
    delta = compute_delta(old, new)
    router = Router(running)
    router.feed(write_script(delta.withdraw).text)
    router.feed(write_script(delta.provide).text)
    assert same(router.running, new)


@examples(150)
@given(frr_texts(), frr_texts())
def test_no_intermediate_state_joins_what_neither_end_joins(running: str, candidate: str) -> None:
    old, new = parse(running), parse(candidate)
    delta = compute_delta(old, new)
    router = Router(running)
    allowed = _joined(old) | _joined(new)
    for script in (delta.withdraw, delta.provide):
        for command in script:
            router.feed(write_script([command]).text)
            assert _joined(router.running) <= allowed


def _joined(contexts: dict[tuple[str, ...], list[str]]) -> set[tuple[str, str]]:
    """Pairs of VRFs of which the second takes in what the first lets out."""
    ways: dict[str, dict[str, set[str]]] = {"import": {}, "export": {}}
    for path, lines in contexts.items():
        vrf = re.match(r"router bgp \S+ vrf (\S+)", path[0]) if path else None
        for way, found in ways.items():
            if vrf and f"{way} vpn" in lines:
                targets = [line.split()[3:] for line in lines if line.startswith(f"rt vpn {way} ")]
                found[vrf.group(1)] = {target for group in targets for target in group}
    return {
        (a, b)
        for a, out in ways["export"].items()
        for b, into in ways["import"].items()
        if a != b and out & into
    }


@given(frr_texts())
def test_no_delta_between_equal_texts(text: str) -> None:
    assert not compute_delta(parse(text), parse(text))


@given(frr_texts(), frr_texts())
def test_merging_a_whole_text_adds_all_of_it(running: str, fragment: str) -> None:
    merged = merge_frr(parse(running), fragment)
    for path, lines in parse(fragment).items():
        assert set(lines) <= set(merged.get(path, []))


def test_merge_takes_away_what_no_names() -> None:
    running = parse(
        "router bgp 1\n neighbor 1.1.1.1 remote-as 2\n neighbor 1.1.1.1 description x\n"
        " address-family ipv4 unicast\n  neighbor 1.1.1.1 activate\n exit-address-family\nexit\n"
        "route-map A permit 10\nexit\nip prefix-list P seq 5 permit 10.0.0.0/8\n"
    )
    merged = merge_frr(
        running,
        "router bgp 1\n no neighbor 1.1.1.1\n no bgp default ipv4-unicast\nexit\n"
        "no route-map A permit 10\nno ip prefix-list P seq 5 permit 10.0.0.0/8\n",
    )
    assert merged == {(): [], ("router bgp 1",): ["no bgp default ipv4-unicast"]}


def test_script_without_linux_between_is_one_file() -> None:
    delta = compute_delta(
        parse("ip route 10.0.0.0/8 Null0\n"), parse("ip route 11.0.0.0/8 Null0\n")
    )
    first, second = write_scripts(delta, linux_between=False)
    assert first.text == ""
    assert second.text == "no ip route 10.0.0.0/8 Null0\nip route 11.0.0.0/8 Null0\n"
    assert second.tolerant == 1
    assert second.commands[2].line == "ip route 11.0.0.0/8 Null0"


def test_what_vtysh_refuses() -> None:
    refused = rejections(
        "% Malformed rd\n",
        "line 4: Failure to communicate[13] to bgpd, line:   rd vpn export 1.1.1.1:70000:9\n\n"
        "line 9: % Unknown command[4]: foo bar\n",
    )
    assert [(r.line, r.command) for r in refused] == [
        (4, "rd vpn export 1.1.1.1:70000:9"),
        (9, "foo bar"),
    ]
    assert "Malformed rd" in refused[0].reason
    assert refused[1].reason.startswith("Unknown command")


def test_what_a_daemon_refuses_later_as_a_group() -> None:
    output = (
        "% Configuration failed.\n\nError type: validation\nError description: % table param only"
        " available when running on netns-based vrfs\nThe following commands were dynamically "
        "grouped"
        " into the same transaction and rejected:\n-  ip route 0.0.0.0/0 unreachable 255 table 5\n"
    )
    (refused,) = rejections(output, "")
    assert refused.line is None
    assert "ip route 0.0.0.0/0" in refused.command
    assert "netns-based" in refused.reason


def test_a_successful_run_refuses_nothing() -> None:
    assert rejections("The route-map 'IN' does not exist.\n", "") == []
