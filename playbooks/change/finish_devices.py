"""Bring every device of a change to the same end; used by the transaction and by `recover`.

A decision stands in the journal before this begins. Each device is looked at and only what is left
to do is done (`tasks.confirm_or_rollback`), so that this may be killed anywhere and done again.
"""

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from nornir.core import Nornir

from egovnet.playbooks.change.transaction_options import PATIENCE
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import JournalError
from egovnet.tasks.confirm_or_rollback import DeviceChange, Direction, confirm_or_rollback

_PAUSE = 2.0
#: The journal's and the progress's name of it.
STAGE = {Direction.FORWARD: "confirm", Direction.BACK: "undo"}


@dataclass(frozen=True)
class Resolution:
    """Which way the change went, and the devices that were not seen there."""

    direction: Direction
    left: dict[str, str] = field(default_factory=dict)
    #: Why a change that was to go forward went back.
    turned: dict[str, str] = field(default_factory=dict)


@dataclass
class Resolver:
    """One change's devices, and how to speak to them and to the journal."""

    workspace: Workspace
    nornir: Nornir
    change: int
    devices: Mapping[str, DeviceChange]
    progress: Progress
    patience: float = PATIENCE

    def resolve(self, direction: Direction) -> Resolution:
        """All devices to one end.

        Forward turns back when a device answers and cannot be brought forward: then all go back,
        and the journal says so first. One that does not answer turns nothing; it is left, locked,
        for `recover`.

        Raises:
            LockLostError: another controller took the change over.
        """
        answers = self._bring(direction)
        refusing = {n: why for n, why in answers.failures.items() if n not in answers.unanswered}
        if direction is Direction.FORWARD and refusing:
            words = "; ".join(f"{name}: {why}" for name, why in sorted(refusing.items()))
            why = f"cannot go forward: {words}"
            with suppress(JournalError):
                self.workspace.journal.decide(self.change, Direction.BACK, why, self.devices)
            back = self._bring(Direction.BACK)
            return Resolution(Direction.BACK, back.failures, refusing)
        return Resolution(direction, answers.failures)

    def _bring(self, direction: Direction) -> DeviceResults[str]:
        stage = STAGE[direction]
        waiting = dict(self.devices)
        deadline = time.monotonic() + self.patience
        while True:
            # The decision is written; a journal that fails now keeps no device from its end.
            with suppress(JournalError):
                self.workspace.journal.steps_begin(self.change, stage, waiting)
            answers = run(
                self.nornir,
                stage,
                confirm_or_rollback,
                {
                    name: {"change": change, "direction": direction, "retry_for": self.patience}
                    for name, change in waiting.items()
                },
                self.progress,
                listener=lambda name, state, detail: self._note(stage, name, state, detail),
            )
            if not answers.failures or time.monotonic() >= deadline:
                return answers
            waiting = {name: self.devices[name] for name in answers.failures}
            time.sleep(_PAUSE)

    def _note(self, stage: str, name: str, state: str, detail: str) -> None:
        # An outcome that is not written is found again on the device.
        with suppress(JournalError):
            self.workspace.journal.step(self.change, stage, name, state, detail)


def device_changes(workspace: Workspace, change: int) -> dict[str, DeviceChange]:
    """What each device of a change in the journal is to be told."""
    commit = commit_id(workspace, change)
    return {
        name: DeviceChange(commit, texts.before, texts.intended)
        for name, texts in workspace.journal.configurations(change).items()
    }


def commit_id(workspace: Workspace, change: int) -> str:
    """The id of a change's commit on its devices: known before it is made."""
    return f"egovnet-{workspace.journal.name}-{change}"
