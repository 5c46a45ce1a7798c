"""The steps of a change by stage, as people look at them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from egovnet.playbooks.results.history import ShownStep


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a change, in its first and its last step."""

    name: str
    #: ISO 8601.
    begun: str
    ended: str
    devices: int
    failed: tuple[str, ...]


def stages_of(steps: Iterable[ShownStep]) -> Iterator[Stage]:
    """In the order in which they began."""
    stages: dict[str, list[ShownStep]] = {}
    for step in steps:
        stages.setdefault(step.stage, []).append(step)
    for name, its in stages.items():
        devices = {step.device for step in its} - {"*"}
        failed = sorted({device for device, _ in _failures(its)})
        yield Stage(name, its[0].at, its[-1].at, len(devices), tuple(failed))


def failures_of(steps: Iterable[ShownStep]) -> Iterator[tuple[str, str, str]]:
    """(stage, device, why) of every failed step, each once: a step on all devices repeats why."""
    stages: dict[str, list[ShownStep]] = {}
    for step in steps:
        stages.setdefault(step.stage, []).append(step)
    for name, its in stages.items():
        for device, why in _failures(its):
            yield name, device, why


def _failures(its: Iterable[ShownStep]) -> dict[tuple[str, str], None]:
    """(device, why) of one stage's failed steps, in order; "*" where it was on all devices."""
    found: dict[tuple[str, str], None] = {}
    for step in its:
        if step.phase != "failed":
            continue
        said = _read(step.detail) if step.device == "*" else step.detail
        if not isinstance(said, dict):
            found[step.device, step.detail] = None
        elif isinstance(findings := said.get("findings"), list):
            for each in findings:
                found[each["device"], f"{each['class']}: {each['message']}"] = None
        else:
            found |= {(device, str(why)): None for device, why in said.items()}
    return found


def _read(detail: str) -> object:
    try:
        return json.loads(detail)
    except ValueError:  # a sentence
        return detail
