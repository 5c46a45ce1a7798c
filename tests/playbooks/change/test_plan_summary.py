"""What a push gains, changes and loses, by the texts that run and those that are meant."""

from dataclasses import dataclass

import pytest

from egovnet.playbooks.change.dependents import Dependents
from egovnet.playbooks.change.impact import Impact
from egovnet.playbooks.change.plan_summary import summary_of
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.plan_summary import Gains, PlanSummary
from egovnet.templates.registry import render, render_day0
from tests.inventories import BACKBONE

WORKSPACE = Workspace(BACKBONE)
NOW = Dependents(WORKSPACE.network, WORKSPACE.allocation)
TEXTS = {name: render(device) for name, device in WORKSPACE.devices.items()}
DAY0 = {name: render_day0(device) for name, device in WORKSPACE.devices.items()}
#: A site with one access, and its VLAN's interface.
SITE, ROUTER, PORT = "party-guangdong", "gd-pe1", "eth4.101"


@dataclass(frozen=True)
class Pushed:
    before: str
    intended: str
    diff: str = ""


def summary(old: dict[str, str], new: dict[str, str], *, known: bool = True) -> PlanSummary:
    devices = {name: Pushed(old[name], new[name]) for name in old if old[name] != new[name]}
    impact = Impact(NOW, NOW if known else None)
    parts = impact.parts(devices)
    former = NOW if known else None
    return summary_of(parts, NOW, former, impact.of(devices, parts), impact.vpns_of)


def without_site(text: str) -> str:
    """The router's text without the site's port."""
    head, rest = text.split(f"auto {PORT}\n", 1)
    body = rest.split("\nauto ", 1)[1]
    return f"{head}auto {body}"


def test_a_first_rollout_gains_all() -> None:
    found = summary(DAY0, TEXTS, known=False)
    assert found.routers == Gains(tuple(sorted(TEXTS)))
    assert found.sites == Gains(tuple(sorted(WORKSPACE.network.sites)))
    assert set(found.vpns.gained) == {site.vpn for site in WORKSPACE.network.sites.values()}
    assert not any(kind.removed for kind in found.kinds)


def test_taking_all_away_loses_all() -> None:
    found = summary(TEXTS, DAY0, known=False)
    assert found.routers == Gains((), (), tuple(sorted(TEXTS)))
    assert found.sites.lost == tuple(sorted(WORKSPACE.network.sites))
    assert set(found.vpns.lost) == {site.vpn for site in WORKSPACE.network.sites.values()}
    assert not any(kind.added for kind in found.kinds)


@pytest.mark.parametrize("back", [False, True])
def test_a_site_whose_port_goes_is_lost_and_comes_again(back: bool) -> None:
    less = {**TEXTS, ROUTER: without_site(TEXTS[ROUTER])}
    assert PORT in TEXTS[ROUTER]
    found = summary(less, TEXTS) if back else summary(TEXTS, less)
    assert found.routers == Gains((), (ROUTER,))
    assert (found.sites.gained if back else found.sites.lost) == (SITE,)
    assert not (found.sites.lost if back else found.sites.gained)
    assert found.joined[SITE] == (ROUTER,)


def test_a_site_with_another_access_is_not_lost() -> None:
    """gov-guangdong is on two routers: one of them loses all that it has."""
    less = {**TEXTS, "gz-pe1": DAY0["gz-pe1"]}
    found = summary(TEXTS, less)
    assert "gov-guangdong" not in found.sites.lost
    assert set(found.sites.lost) == {
        site
        for site, entry in WORKSPACE.network.sites.items()
        if {access.pe for access in entry.site_network_accesses.values()} == {"gz-pe1"}
    }
    assert found.routers.lost == ("gz-pe1",)


def test_another_timer_changes_the_router_alone() -> None:
    more = TEXTS[ROUTER].replace("refresh-interval 900", "refresh-interval 800")
    found = summary(TEXTS, {**TEXTS, ROUTER: more})
    assert found.routers == Gains((), (ROUTER,))
    assert (found.sites, found.vpns) == (Gains(), Gains())
    assert [kind.kind for kind in found.kinds] == ["timing"]
