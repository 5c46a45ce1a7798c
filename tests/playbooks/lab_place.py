"""A lab of a test's own and the `egovnet` command on its inventory."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from egovnet.lab.backend import Backend
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verbs.lab_backends import backend
from tests.playbooks.console import BUILT_APPLIANCE, Ran, egovnet


@dataclass(frozen=True)
class LabPlace:
    """The lab, and the command on its inventory."""

    inventory: Path
    state: Path

    def run(self, *words: str | Path, code: int = 0) -> Ran:
        """The command within this process; it has to end with `code`."""
        env = {"EGOVNET_INVENTORY": str(self.inventory), **BUILT_APPLIANCE}
        ran = egovnet(*words, state=self.state, env=env)
        assert ran.code == code, f"{words}\n{ran.stdout[-5000:]}\n{ran.stderr[-2000:]}"
        return ran

    @property
    def workspace(self) -> Workspace:
        """The inventory as it is now."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("EGOVNET_STATE", str(self.state))
            workspace = Workspace(self.inventory)
            assert workspace.state.is_dir()
            return workspace

    @property
    def lab(self) -> Backend:
        """Its nodes."""
        return backend(self.workspace)


@contextlib.contextmanager
def provisioned_lab(inventory: Path, root: Path, backend: str = "auto") -> Iterator[LabPlace]:
    """A lab that is booted into what is intended; its state is kept below `root`."""
    made = LabPlace(inventory, root / "state")
    try:
        made.run("lab", "up", "--provisioned", "--timeout", "400", "--backend", backend)
        yield made
    finally:
        made.run("lab", "down")
