"""Rendering then reading is the identity on facts, and no line of a rendered text is ignored."""

from pathlib import Path

import pytest
from hypothesis import given

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config, render
from tests.generated import nation, network_of
from tests.hypothesis_profiles import examples
from tests.strategies import networks

GOLDEN = sorted((Path(__file__).parents[1] / "render" / "golden").glob("*.cfg"))


def assert_all_accounted_for(facts: DeviceFacts) -> None:
    """Every line is a fact, harmless, blank, or not understood."""
    coverage = facts.coverage
    counted = coverage.understood + coverage.harmless + coverage.blank
    assert counted + len({problem.line for problem in facts.not_understood}) == coverage.lines
    assert coverage.lines == len(facts.text)


def assert_read_as_intended(device: Device) -> None:
    facts = read_config(render(device))
    assert facts.not_understood == ()
    assert facts == intended_facts(device)
    assert_all_accounted_for(facts)


@given(networks())
@examples(60)
def test_what_is_rendered_is_read_as_what_was_meant(network: Network) -> None:
    for device in intend(network, allocate(network)).values():
        assert_read_as_intended(device)


def test_a_router_of_a_nation_is_read_as_what_was_meant() -> None:
    network = network_of(nation(3, 20))
    for device in intend(network, allocate(network)).values():
        assert_read_as_intended(device)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_texts_are_understood_line_by_line(path: Path) -> None:
    facts = read_config(path.read_text(encoding="utf-8"), path.name)
    assert facts.not_understood == ()
    assert facts.name == path.name.partition(".")[0]
    assert facts.source == path.name
    assert_all_accounted_for(facts)
