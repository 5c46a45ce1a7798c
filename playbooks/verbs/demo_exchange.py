"""The demo's exchange: what its register says on each day of the story, and what packets do."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model.drift_class import DriftClass
from egovnet.inventory.today import today
from egovnet.lab.backend import Backend
from egovnet.lab.connections import ConnectionAttempt
from egovnet.lab.customer import site_lans
from egovnet.lab.generate import host_name
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.core.devices import sessions_kept
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.job import drift
from egovnet.playbooks.results.connection_cell import ConnectionCell
from egovnet.playbooks.results.outcome import Exit
from egovnet.playbooks.verbs.demo_story import StepFailedError, Story, apply_it, new_plan
from egovnet.playbooks.verbs.lab_backends import backend
from egovnet.playbooks.verbs.lab_connections import try_connections

NAME = "case-register"
_PORT = 9443
_SOURCE, _TARGET, _THIRD = "party-beijing", "court-beijing", "gov-beijing"
_DAY = timedelta(days=1)


def declare(inventory: Path, *, approved: bool = True, ended: bool = False) -> None:
    """Add the exchange to an inventory's register: in force today, or until yesterday."""
    day = today()
    entry: dict[str, Any] = {
        "description": "Register of cases",
        "from": {
            "agency": "party",
            "vpn": "party",
            "prefixes": ["10.1.10.0/24", "fde9:1:10::/64"],
        },
        "to": {"agency": "court", "vpn": "court", "prefixes": ["10.1.30.0/28", "fde9:1:30::/124"]},
        "protocol": "tcp",
        "ports": [_PORT],
        "level": 2,
        "owner": "court",
        **({"approved-by": "Zhou Min", "approved-on": day - 60 * _DAY} if approved else {}),
        "reason": "cases that the party committee has to know of",
        "valid-from": day - 50 * _DAY,
        "valid-until": _until(day, ended=ended),
    }
    with (inventory / "exchanges.yaml").open("a", encoding="utf-8") as file:
        file.write(yaml.safe_dump({NAME: entry}, sort_keys=False))


def _until(day: date, *, ended: bool) -> date:
    return day - _DAY if ended else day + 300 * _DAY


def _in_words(cells: Iterable[ConnectionCell]) -> str:
    """What was tried for it, when all of it came to what it should."""
    cells = tuple(cells)
    answered = [cell for cell in cells if cell.expected]
    others = [cell for cell in cells if not cell.expected]
    cases = dict.fromkeys(cell.case for cell in others)
    return (
        f"{len(answered)} connections {answered[0].source_vpn} -> {answered[0].target_vpn} "
        f"({answered[0].service}) answered; {len(others)} others silent ({', '.join(cases)})"
    )


def _who_gets_through(workspace: Workspace, lab: Backend) -> list[str]:
    """Who of its source and a third agency gets through to its target, in either family."""
    attempts = [
        ConnectionAttempt(
            host_name(site),
            str(source.host.ip),
            host_name(_TARGET),
            str(target.host.ip),
            "tcp",
            _PORT,
            expected=False,
        )
        for site in (_SOURCE, _THIRD)
        for source, target in zip(
            site_lans(workspace.network, site), site_lans(workspace.network, _TARGET), strict=True
        )
    ]
    seen = lab.try_connections(attempts)
    return [
        f"{one.source} -> {one.target_address}"
        for one, came in zip(attempts, seen, strict=True)
        if came.passed
    ]


# -- the steps ------------------------------------------------------------------------------------


def not_approved(story: Story) -> str:
    """It is asked for, and nobody has approved it."""
    try:
        _ = story.workspace("asked").network
    except InventoryError as error:
        return str(replace(error.problems[0], file=Path(error.problems[0].file).name))
    raise StepFailedError("an exchange that nobody approved was accepted")


def exchanged(story: Story) -> str:
    """It is in force, and packets do what the register says."""
    workspace = story.workspace("exchange")
    with sessions_kept(workspace):
        plan = new_plan(workspace, story)
        story.tell("\n".join("   " + line for line in _filter_rules(plan)))
        apply_it(workspace, story, plan)
    tried = try_connections(workspace, (NAME,))
    if tried.exit is not Exit.DONE or not tried.cells:
        raise StepFailedError(f"not as the register says: {tried.to_dict()}")
    return f"change {story.change}: {', '.join(plan.devices)}; {_in_words(tried.cells)}"


def _filter_rules(plan: Plan) -> list[str]:
    """The first firewall's new rules."""
    diffs = (entry.diff for name, entry in plan.devices.items() if name.endswith("fw1"))
    return [line for line in next(diffs, "").splitlines() if f":{NAME}" in line]


def ended(story: Story) -> str:
    """Its last day is over: what it let pass is a leak, and the next plan takes it away."""
    workspace = story.workspace("ended")
    lab = backend(workspace)
    if not _who_gets_through(workspace, lab):
        raise StepFailedError("it was gone before anybody took it away")
    platform = workspace.only(_platform(workspace))
    report = drift(platform, story.progress)
    leaks = [one for one in report.differences if one.klass is DriftClass.LEAK]
    if not leaks or report.exit is not Exit.LEAK_OR_FAILED_VERIFICATION:
        raise StepFailedError("nobody saw that it ended")
    story.tell(f"   drift: leak on {leaks[0].device}: {leaks[0].message}")
    with sessions_kept(workspace):
        apply_it(workspace, story, new_plan(workspace, story))
    through = _who_gets_through(workspace, lab)
    if through or drift(platform, story.progress).exit is not Exit.DONE:
        raise StepFailedError(f"something of it is left: {through}")
    return (
        f"change {story.change} took it away; nobody gets through, and drift finds nothing on the "
        "firewalls and their PEs"
    )


def _platform(workspace: Workspace) -> list[str]:
    """The firewalls, and the PEs that they are behind."""
    behind = {
        name: router.attachment.pe
        for name, router in workspace.network.routers.items()
        if router.attachment is not None
    }
    return [*behind, *dict.fromkeys(behind.values())]
