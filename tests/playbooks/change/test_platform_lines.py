"""What the lines of an exchange are about, on its firewalls and on their PEs."""

import difflib
import re
from pathlib import Path

import pytest

from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.device_parts import PartSites
from egovnet.playbooks.change.plan import DevicePlan
from egovnet.playbooks.change.touched_lines import touched_lines
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.touched import Touched
from egovnet.templates.registry import render
from tests.platform_network import platform_network


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(platform_network(tmp_path_factory.mktemp("whole") / "inventory"))


def without(exchange: str, directory: Path) -> Workspace:
    """The network when an exchange was withdrawn."""
    inventory = platform_network(directory / "inventory")
    register = inventory / "exchanges.yaml"
    text = register.read_text(encoding="utf-8")
    kept = re.sub(rf"^{exchange}:\n(?:  .*\n)+", "", text, flags=re.MULTILINE)
    assert kept != text
    register.write_text(kept, encoding="utf-8")
    return Workspace(inventory)


def touched(before: Workspace, after: Workspace) -> Touched:
    plans = {}
    for name, device in after.devices.items():
        old, new = render(before.devices[name]), render(device)
        if old != new:
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
            plans[name] = DevicePlan("0" * 64, old, new, "\n".join(list(lines)[2:]))
    where = PartSites(*(Dependents(w.network, w.allocation) for w in (after, before)))
    return touched_lines(where, plans)


def test_a_rule_is_about_the_two_vpns_that_it_is_between(whole: Workspace, tmp_path: Path) -> None:
    found = touched(whole, without("party-portal", tmp_path))
    assert found.devices == {"bj-fw1", "sh-fw1"}
    assert {site for _, site in found.accesses} == {"exchange-party", "exchange-government"}
    assert {pe for pe, _ in found.accesses} == {"bj-pe1", "sh-pe1"}
    assert not found.ways, "packets of nobody else take another way"


def test_a_vpn_that_leaves_the_platform_touches_no_other_agency(
    whole: Workspace, tmp_path: Path
) -> None:
    fewer = without("court-files", tmp_path)
    for found in (touched(whole, fewer), touched(fewer, whole)):
        sites = {site for _, site in found.accesses}
        assert {"exchange-court", "exchange-government"} <= sites
        assert not found.ways
