"""Keys of the platform's and the gateways' sessions: one a VPN, on both ends, and proved."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from egovnet.inventory.model.keys import KeyPurpose, references_in
from egovnet.inventory.session_keys import keys_by_router, needed_keys
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.prove import prove
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.registry import read_config, render
from tests.gateway_network import gateway_network
from tests.platform_network import platform_network

POLICY = "authentication: {isis: hmac-md5, ldp: tcp-md5, bgp: tcp-md5, platform: tcp-md5}\n"


@pytest.fixture(params=[platform_network, gateway_network], ids=["platform", "gateways"])
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Workspace:
    make: Callable[[Path], Path] = request.param
    root = make(tmp_path / "network")
    with (root / "network.yaml").open("a") as file:
        file.write(POLICY)
    return Workspace(root)


def test_every_session_has_a_key_on_both_ends_and_is_proved(workspace: Workspace) -> None:
    needs = needed_keys(workspace.network)
    texts = {name: render(device) for name, device in workspace.devices.items()}
    on: dict[str, set[str]] = {}
    for name, text in texts.items():
        for reference in references_in(text):
            on.setdefault(reference.name, set()).add(name)
    assert on.keys() == needs.keys()
    own = keys_by_router(workspace.network)
    for name, routers in on.items():
        assert routers == set(needs[name].ends) or needs[name].purpose is KeyPurpose.DOMAIN
        assert all(name in own[router] for router in routers)
    behind = [need for need in needs.values() if need.purpose is KeyPurpose.PLATFORM]
    assert len({need.name for need in behind}) == len(behind) >= 2
    facts = {name: read_config(text) for name, text in texts.items()}
    for name, device in workspace.devices.items():
        assert facts[name].session_keys == intended_facts(device).session_keys
    expectation = from_inventory(workspace.network, workspace.allocation)
    assert {name: {*one.session_keys} for name, one in facts.items() if one.session_keys} == {
        name: {*places} for name, places in expectation.session_keys.items()
    }
    assert not keys_found(texts, expectation)


def test_each_key_that_is_left_out_or_goes_elsewhere_is_found(workspace: Workspace) -> None:
    expectation = from_inventory(workspace.network, workspace.allocation)
    texts = {name: render(device) for name, device in workspace.devices.items()}
    keyed = [(n, line) for n, text in texts.items() for line in text.splitlines()
             if next(references_in(line), None)]  # fmt: skip
    # one of each kind: all of them would be proofs by the hundred
    kinds = {re.sub(r"<egovnet:([a-z-]+)/.*?>|\S+(?= password)", r"\1", line): (n, line)
             for n, line in keyed}  # fmt: skip
    assert len(kinds) >= 4
    for name, line in kinds.values():
        without = texts | {name: texts[name].replace(f"{line}\n", "", 1)}
        assert keys_found(without, expectation) == {"P4 session-without-key"}
        odd = re.sub(r"<egovnet:.*?>", "<egovnet:ldp/some+where.1>", line)
        other = texts | {name: texts[name].replace(line, odd, 1)}
        assert keys_found(other, expectation) == {"P4 key-of-another-session"}


def keys_found(texts: dict[str, str], expectation: Expectation) -> set[str]:
    """Classes of findings about keys."""
    facts = {name: read_config(text) for name, text in texts.items()}
    verdict = prove(facts, expectation)
    return {one.klass for one in verdict.findings if "key" in one.klass}
