"""The steps of a change by stage, as people look at them."""

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
        failed = sorted({step.device for step in its if step.phase == "failed"})
        yield Stage(name, its[0].at, its[-1].at, len(devices), tuple(failed))
