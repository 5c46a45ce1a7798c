"""What failed before a change and has nothing to do with it, on emulated routers."""

from typing import Any

from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.selection import Selection
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.verifying import Verifying
from tests.playbooks.verify.conftest import SITE, Place


def findings(outcome: Any, *, known: bool) -> set[str]:  # noqa: ANN401 -- of either kind
    found = outcome.data["verification"]["findings"]
    return {finding["message"] for finding in found if finding["known"] is known}


def test_a_dark_site_of_the_same_vpn_is_known_and_the_new_one_is_done(place: Place) -> None:
    place.leaves(place.workspace, "party-guangdong", "main")
    workspace = place.new_site()
    place.comes(SITE)
    outcome = place.apply(workspace)
    assert (outcome.exit, outcome.data["result"]) == (0, "done"), outcome.data
    known = findings(outcome, known=True)
    assert "VRF i-party ipv4: no route to 10.1.11.0/24" in known
    assert any(message.startswith("the customer's router at party-guangdong") for message in known)
    assert any(f"{SITE}-host -> party-guangdong" in message for message in known)
    assert not findings(outcome, known=False)
    # only the VPN that it is about was asked for packets, but for what must be silent
    coverage = outcome.data["verification"]["matrix"]
    assert coverage["probed"] == coverage["pairs"] < coverage["whole"]
    sites = place.packets.workspace.network.sites
    for flow in place.packets.sent:
        vpns = {sites[s].vpn for s in (*flow.source_sites, flow.target) if s in sites}
        assert "party" in vpns, flow.name


def test_a_new_site_that_is_dark_beside_one_that_was_is_not_excused(place: Place) -> None:
    place.leaves(place.workspace, "party-guangdong", "main")
    outcome = place.apply(place.new_site(), converge=1)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone"), outcome.data
    blamed = findings(outcome, known=False)
    assert any(message.startswith(f"the customer's router at {SITE}") for message in blamed)
    assert not any("party-guangdong (" in message for message in blamed)


def test_a_change_of_a_dark_site_s_own_access_is_not_excused(place: Place) -> None:
    place.leaves(place.workspace, "party-guangdong", "main")
    path = place.workspace.directory / "sites/guangdong.yaml"
    text = path.read_text(encoding="utf-8")
    line = "main: {pe: gd-pe1, port: eth4, routing-protocol: bgp"
    assert line in text
    path.write_text(text.replace(line, f"{line}, maximum-prefix: 50"), encoding="utf-8")
    outcome = place.apply(Workspace(place.workspace.directory), converge=1)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone"), outcome.data


def test_a_circuit_that_was_down_is_known_when_its_other_end_is_left_out(place: Place) -> None:
    place.routers.by_hand("bj-p2", "ip link set eth1 down")
    workspace = place.new_site()
    place.comes(SITE)
    chosen = tuple(name for name in workspace.network.routers if name != "bj-p2")
    limited = Workspace(workspace.directory, Selection(chosen))
    outcome = apply(limited, Silent(), yes=True, verifying=Verifying(5))
    assert (outcome.exit, outcome.data["result"]) == (0, "done"), outcome.data
    known = findings(outcome, known=True)
    assert "no adjacency on eth1 (circuit bj-p1--bj-p2 to bj-p2 eth1)" in known, known
