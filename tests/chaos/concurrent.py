"""Two controllers at once over devices that both want: a serial outcome, no lost update."""

import os
import pickle
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.verification import HealthReport
from tests.chaos.emulated_field import EmulatedField
from tests.chaos.runs import Health


def rivals(plan: Plan) -> tuple[Plan, Plan]:
    """Two changes from the same state, of overlapping devices."""
    names = list(plan.devices)
    one = {name: plan.devices[name] for name in names[:-1]}
    two = {
        name: replace(
            plan.devices[name], intended=plan.devices[name].intended.replace(" 77", " 66")
        )
        for name in names[1:]
    }
    return replace(plan, devices=one), replace(plan, devices=two)


def _apply(workspace: Workspace, plan: Plan, wait: float) -> dict[str, Any]:
    waves = (Wave("all", tuple(plan.devices)),)
    options = Options(10, 10, wait, patience=4.0)
    outcome = Transaction(
        workspace, plan, lambda _: HealthReport(), Silent(), waves, Health(), options
    ).run()
    return {"result": outcome.data["result"], "stage": outcome.data["failed_stage"]}


def both_at_once(place: EmulatedField, journal: str, wait: float) -> list[dict[str, Any]]:
    """Run both changes in processes that start together; what each came to."""
    pipes = []
    for plan in rivals(place.plan):
        receive, send = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                with os.fdopen(send, "wb") as pipe:
                    pickle.dump(_apply(place.workspace(journal), plan, wait), pipe)
            finally:
                os._exit(0)
        os.close(send)
        pipes.append((child, receive))
    results = []
    for child, receive in pipes:
        with os.fdopen(receive, "rb") as pipe:
            results.append(pickle.loads(pipe.read()))  # noqa: S301 -- our own child's
        os.waitpid(child, 0)
    return results


def contest(place: EmulatedField, many: int, tell: Callable[[str], None]) -> bool:
    """`many` contests; True when every outcome is one that a serial order gives."""
    source = random.Random(many)  # noqa: S311 -- chance, not secrecy
    counts: dict[str, int] = {}
    well = True
    for number in range(many):
        place.reset()
        journal = f"contest-{many}-{number}"
        results = both_at_once(place, journal, wait=source.choice((0.0, 20.0)))
        place.at_rest(30.0)
        told = " and ".join(sorted(f"{r['result']} ({r['stage']})" for r in results))
        counts[told] = counts.get(told, 0) + 1
        trouble = judge(place, journal, results)
        for words in trouble:
            tell(f"TROUBLE in contest {number}: {words}")
        well &= not trouble
    for told, count in sorted(counts.items()):
        tell(f"two at once: {count} times {told}")
    return well


def judge(place: EmulatedField, journal: str, results: list[dict[str, Any]]) -> list[str]:
    """What is not as a serial order would have left it."""
    trouble = []
    one, two = rivals(place.plan)
    won = [
        plan for plan, result in zip((one, two), results, strict=True) if result["result"] == "done"
    ]
    if len(won) > 1:
        # Both saw the same old texts; whoever comes second finds its devices moved.
        trouble.append("both were done")
    expected = {name: entry.before for name, entry in place.plan.devices.items()}
    for plan in won:
        expected |= {name: entry.intended for name, entry in plan.devices.items()}
    trouble += [f"{name} runs what nobody left it" for name in place.differing(expected)]
    log = place.workspace(journal).journal
    trouble += log.faults()
    trouble += [f"{lock.device} is still locked" for lock in log.locks()]
    return trouble
