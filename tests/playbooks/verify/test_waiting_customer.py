"""A customer who is not there yet, on emulated routers: from the plan until he is in service."""

from typing import Any

import pytest

from egovnet.lab.customer import site_lans
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from tests.playbooks.verify.conftest import SITE, Place

WAITING = "waiting-for-customer"
ABSENT = (
    f"the customer's router at {SITE} ({SITE}/main: eth3.102 in VRF i-party) does not answer; "
    "if it is not there yet, set state: waiting-for-customer"
)


def waiting(found: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(w["site"], w["port"], w["answers"]) for w in found["waiting"]]


@pytest.mark.parametrize("protocol", ["bgp", "static"])
def test_an_awaited_customer_keeps_no_change_from_being_done(place: Place, protocol: str) -> None:
    outcome = place.apply(place.new_site(protocol, state=WAITING))
    assert (outcome.exit, outcome.data["result"]) == (0, "done"), outcome.data
    found = outcome.data["verification"]
    assert waiting(found) == [(SITE, "eth3.102", False)]
    assert found["checks"]["PE side of awaited access"] == {"passed": 1, "failed": 0, "known": 0}
    assert found["findings"] == []
    assert found["matrix"]["share"] == 1.0
    sent = [flow for flow in place.packets.sent if SITE in {flow.target, *flow.source_sites}]
    assert not any(flow.must_reach for flow in sent if flow.target == SITE)
    # that it reaches nobody it must not is asked all the same
    assert {flow.target for flow in sent if not flow.must_reach} > {"public-beijing", "backbone"}


def test_an_awaited_customer_that_comes_is_reported_until_he_is_in_service(place: Place) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    report = drift(Workspace(place.workspace.directory), Silent())
    assert (report.exit, waiting(report.to_dict())) == (0, [(SITE, "eth3.102", False)])
    place.comes(SITE)
    found = place.verify()
    assert (found.exit, waiting(found.to_dict())) == (0, [(SITE, "eth3.102", True)])
    for _ in range(2):  # also in a run that would find nothing new
        report = drift(Workspace(place.workspace.directory), Silent())
        assert (report.exit, waiting(report.to_dict())) == (0, [(SITE, "eth3.102", True)])
        assert report.differences == ()
    place.edit("shanghai.yaml", party_shanghai={"state": "in-service"})
    found = place.verify()
    assert (found.exit, found.waiting) == (0, ())
    place.leaves(place.packets.workspace, SITE, "main")
    assert place.verify().findings[0].message == ABSENT


def test_one_in_service_who_is_not_there_is_named_with_what_to_do(place: Place) -> None:
    outcome = place.apply(place.new_site(), converge=1)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone")
    assert ABSENT in outcome.notes
    first = outcome.data["verification"]["findings"][0]
    assert (first["class"], first["device"], first["message"]) == ("customer", "sh-pe1", ABSENT)


def test_a_waiting_access_beside_one_in_service(place: Place) -> None:
    """A multihomed site: what its other access gives must be there."""
    path = place.workspace.directory / "sites/guangdong.yaml"
    text = path.read_text(encoding="utf-8")
    second = "backup: {pe: gz-pe1, "
    assert second in text
    path.write_text(text.replace(second, f"{second}state: {WAITING}, "), encoding="utf-8")
    workspace = place.edit("guangdong.yaml")
    place.leaves(workspace, "gov-guangdong", "backup")
    found = place.verify()
    assert (found.exit, waiting(found.to_dict())) == (0, [("gov-guangdong", "eth3.101", False)])
    place.leaves(workspace, "gov-guangdong", "main")
    found = place.verify()
    assert found.exit == 4
    messages = [finding.message for finding in found.findings]
    assert any("gov-guangdong/main: eth4." in message for message in messages)
    assert not any("gov-guangdong/backup:" in message for message in messages)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("router bgp 65000 vrf i-party", "no neighbor 10.200.0.62"),
            "session with 10.200.0.62, or its filters",
        ),
        (
            ("no ip prefix-list party-shanghai_main",),
            "session with 10.200.0.62, or its filters",
        ),
        (
            ("router bgp 65000 vrf i-party", "neighbor 10.200.0.62 shutdown"),
            "session with 10.200.0.62, or its filters",
        ),
    ],
    ids=["no session", "no filter", "shut down"],
)
def test_what_the_router_lacks_for_him_is_a_fault(
    place: Place, lines: tuple[str, ...], said: str
) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    place.routers.configure("sh-pe1", *lines)
    found = place.verify()
    assert found.exit == 4
    assert f"{SITE}/main is not as intended: {said}" in {f.message for f in found.findings}


def test_a_port_in_no_vrf_is_a_fault_while_he_is_awaited(place: Place) -> None:
    assert place.apply(place.new_site(state=WAITING)).exit == 0
    place.routers.by_hand("sh-pe1", "ip link set eth3.102 nomaster")
    found = place.verify()
    assert found.exit == 4
    (message,) = [f.message for f in found.findings if f.klass == "PE side of awaited access"]
    assert message.startswith(f"{SITE}/main is not as intended: eth3.102")


def test_a_leak_through_an_awaited_access_undoes_the_change(place: Place) -> None:
    workspace = place.new_site(state=WAITING)
    victim = str(site_lans(workspace.network, "public-beijing")[0].host.ip)
    place.packets.leaks.add((SITE, victim))
    outcome = place.apply(workspace)
    assert (outcome.exit, outcome.data["result"]) == (4, "undone")
    messages = [finding["message"] for finding in outcome.data["verification"]["findings"]]
    assert messages == [f"{SITE}-host -> public-beijing ({victim}): ANSWERED"]
