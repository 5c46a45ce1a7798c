"""An exchange that ends: what it allowed is a leak until the next plan, which takes it away."""

from dataclasses import replace

import pytest

from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.source.sections import DAY_FILE
from egovnet.isolation.model.expectation import from_inventory
from egovnet.isolation.model.finding import Severity
from egovnet.isolation.prove import prove
from egovnet.playbooks.change.between import proves
from egovnet.playbooks.core.intended import DirectoryInventory, SnapshotInventory, applied_once
from egovnet.templates.intend.device_facts import intended_facts
from tests.platform_network import platform_network
from tests.playbooks.console import edit


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> tuple[SnapshotInventory, SnapshotInventory]:
    """The same files while an exchange holds, and on the day after its last."""
    root = platform_network(tmp_path_factory.mktemp("expired") / "network")
    edit(root / "exchanges.yaml", "valid-until: 2099-03-31", "valid-until: 2098-12-31")
    intent = DirectoryInventory(root).intent
    later = Intent({**intent.files, DAY_FILE: "2099-01-01\n"})
    return applied_once(intent), applied_once(later)


def test_what_still_runs_is_a_leak_by_the_exchange_that_ended(
    days: tuple[SnapshotInventory, SnapshotInventory],
) -> None:
    then, now = days
    running = {name: intended_facts(device) for name, device in then.devices.items()}
    verdict = prove(running, from_inventory(now.network, now.allocation))
    assert not verdict.proved
    devices = {
        place.device
        for finding in verdict.findings
        if finding.severity is Severity.LEAK
        for place in finding.path
    }
    assert {"bj-fw1", "sh-fw1"} <= devices


def test_the_next_plan_takes_away_that_exchange_and_no_other(
    days: tuple[SnapshotInventory, SnapshotInventory],
) -> None:
    then, now = days
    changed = {name for name, device in now.devices.items() if device != then.devices[name]}
    assert changed == {"bj-fw1", "sh-fw1"}
    for name in changed:
        before, after = then.devices[name].packet_filter, now.devices[name].packet_filter
        assert before is not None
        assert after is not None
        gone = {
            rule.name
            for chain in before.chains
            for rule in chain.rules
            if rule not in {other for each in after.chains for other in each.rules}
        }
        assert gone == {"exchange:party-portal"}
        assert now.devices[name].firewall == then.devices[name].firewall
        assert replace(now.devices[name], packet_filter=before) == then.devices[name]


def test_taking_it_away_and_giving_it_again_are_both_proved(
    days: tuple[SnapshotInventory, SnapshotInventory],
) -> None:
    then, now = days
    assert proves(then, now)
    assert proves(now, then)
