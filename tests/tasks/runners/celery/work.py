"""What a controller does in these tests, and by what words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.read_running import read_running
from tests.playbooks.console import Ran, egovnet
from tests.tasks.runners.celery.provinces import (
    Provinces,
)

#: The region above all others.
ALL = "beijing"
EVERYBODY = {"bj-p1", "bj-p2", "bj-pe1", "gd-pe1", "sh-pe1", "sc-pe1", "gz-pe1"}


def read(workspace: Workspace, progress: Any = None) -> DeviceResults:  # noqa: ANN401 -- a Progress
    """Read every router."""
    nornir = open_nornir(workspace)
    try:
        arguments: dict[str, dict[str, Any]] = {
            name: {"device": workspace.devices[name]} for name in workspace.chosen
        }
        read = run(nornir, "read", read_running, arguments, progress or Silent())
        return replace(read, results={name: one.text for name, one in read.results.items()})
    finally:
        nornir.close_connections(on_good=True, on_failed=True)


@dataclass
class Change:
    """A place with a change to push: what `tests.chaos.runs.push` wants of a field."""

    plan: Plan
    #: No router's timer is to fire, however busy the machine.
    confirm_timeout: int = 600
    hold: int = 600


def command(place: Provinces, *words: Any, env: Mapping[str, str] | None = None) -> Ran:  # noqa: ANN401 -- words and paths
    """`egovnet` in the environment of a controller."""
    return egovnet(*words, state=place.root / "state", env={**place.controller, **(env or {})})
