"""S15: regions write implementation plans, and a site goes from planned to in service.

From `rollout.yaml` and a planned site to packets that its people send, on emulated routers; what
`egovnet rollout` reports after each step is read as people read it: JSON, table and page.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.today import today
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import write_plan
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.report.html.rollout_page import rollout_page
from egovnet.playbooks.verbs.rollout.next_wave import rollout_next, write_states
from egovnet.playbooks.verbs.rollout.status import rollout_status
from egovnet.playbooks.verify.verifying import Verifying
from tests.playbooks.emulated_workspace import applied_before
from tests.playbooks.verify.conftest import SITE, Place, place, routers
from tests.policies import Office, bases, office, people

__all__ = ["bases", "office", "people", "place", "routers"]

YESTERDAY, LATER = today() - timedelta(days=1), today() + timedelta(days=400)
PLANS = f"""\
plans:
  shanghai:
    region: shanghai
    document: Shanghai e-government office [2026] 31
    approved-by: Zhang Wei
    approved-on: 2026-01-05
    target: {LATER}
    sites: {{{SITE}: {YESTERDAY}}}
"""


def status(place: Place) -> Any:  # noqa: ANN401 -- JSON
    return rollout_status(Workspace(place.workspace.directory)).data


def mine(found: dict[str, Any]) -> tuple[str, bool, bool]:
    (row,) = [row for row in found["sites"] if row["site"] == SITE]
    return row["state"], row["verified"], row["overdue"]


def today_of(found: dict[str, Any]) -> tuple[int, int]:
    (point,) = [point for point in found["burn_up"] if point["day"] == found["day"]]
    return point["provisioned"], point["in_service"]


def region(found: dict[str, Any], name: str) -> tuple[int, int, int, int]:
    (row,) = [row for row in found["regions"] if row["region"] == name]
    return row["in_service"], row["provisioned"], row["planned"], row["overdue"]


@pytest.fixture
def planned(place: Place) -> Place:
    """The reference network as it runs, and a site that its region promised for yesterday."""
    applied_before(place.workspace)
    place.new_site(state="planned", leave=False)
    (place.workspace.directory / "rollout.yaml").write_text(PLANS, encoding="utf-8")
    return place


def test_a_site_from_its_plan_into_service(planned: Place, tmp_path: Path) -> None:
    place, directory = planned, planned.workspace.directory
    first = status(place)
    assert mine(first) == ("planned", False, True)
    assert region(first, "shanghai") == (0, 3, 1, 1)
    assert first["counts"]["without_day"] == 11
    assert today_of(first) == (14, 0)

    proposal = rollout_next(Workspace(directory), Silent(), 1)
    assert [(s["site"], s["overdue"]) for s in proposal.outcome.data["sites"]] == [(SITE, True)]
    assert proposal.outcome.exit == 3
    assert proposal.outcome.data["plan"]["proof"]["proved"]
    assert SITE not in place.routers.running(["sh-pe1"])["sh-pe1"]
    write_states(Workspace(directory), proposal)
    place.leaves(Workspace(directory), SITE, "main")
    plan = tmp_path / "wave.plan"
    assert proposal.plan is not None
    write_plan(proposal.plan, plan)
    done = apply(
        Workspace(directory), Silent(), plan, verifying=Verifying(20, (place.packets.hosts,))
    )
    assert (done.exit, done.data["result"]) == (0, "done"), done.data
    assert f"site {SITE}/main" in place.routers.running(["sh-pe1"])["sh-pe1"]
    second = status(place)
    assert mine(second) == ("waiting-for-customer", True, True)
    assert today_of(second)[0] == 15

    place.comes(SITE)
    ended = place.apply(place.edit("shanghai.yaml", party_shanghai={"state": "in-service"}))
    assert (ended.exit, ended.data["result"]) == (0, "done"), ended.data
    third = status(place)
    assert mine(third) == ("in-service", True, False)
    assert region(third, "shanghai")[3] == 0
    assert today_of(third)[1] >= 1
    again = rollout_next(Workspace(directory), Silent(), 1)
    assert again.outcome.data["sites"] == []

    page = rollout_page(rollout_status(Workspace(directory)).result)
    assert "Nothing is overdue" in page
    assert "Shanghai: " in page


def test_the_wave_is_in_the_inventorys_own_words(planned: Place) -> None:
    directory = planned.workspace.directory
    path = directory / "sites/shanghai.yaml"
    path.write_text("# of the municipality\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    write_states(Workspace(directory), rollout_next(Workspace(directory), Silent(), 5))
    assert path.read_text(encoding="utf-8") == before.replace(
        "state: planned", "state: waiting-for-customer"
    )
    assert yaml.safe_load(before)[SITE]["state"] == "planned"


def test_a_step_of_a_service_has_an_owner_as_a_line_has(office: Office) -> None:
    """No router has another line, and the policy is asked all the same."""
    sites = yaml.safe_load((office.root / "sites/sichuan.yaml").read_text(encoding="utf-8"))
    site = {**sites["party-sichuan"], "state": "waiting-for-customer"}
    office.edit("sites/sichuan.yaml", party_sichuan=site)
    plan = office.plan("li")
    refused = office.by("noc", "apply", plan, "--json")
    assert refused.code == 2
    (lack,) = refused.json["approvals"]["uncovered"]
    assert (lack["rule"], lack["scope"]) == ("approve", "party")
    assert "service party-sichuan/main: in-service -> waiting" in str(lack["lines"])
    office.approved("wang", plan)
    assert office.by("noc", "apply", plan).code == 0
