"""The reference network as applied, whose inventory is edited, over routers in memory."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.inventory.allocation.allocate import LOCK_FILE
from egovnet.playbooks.change import apply_steps
from egovnet.playbooks.change.apply import apply
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.plan_steps import Step
from egovnet.playbooks.core.intended import DirectoryInventory
from egovnet.playbooks.core.progress import Progress, Silent
from egovnet.playbooks.core.workspace import Workspace
from tests.playbooks.console import Ran, copy_of_backbone, egovnet
from tests.playbooks.memory_routers import MemoryRouters

Data = dict[str, Any]


def edit(root: Path, file: str, change: Callable[[Data], object]) -> None:
    path = root / file
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def site_file(root: Path, site: str) -> str:
    return next(
        f"sites/{path.name}"
        for path in sorted((root / "sites").glob("*.yaml"))
        if site in yaml.safe_load(path.read_text(encoding="utf-8"))
    )


def place_of(root: Path, site: str, access: str = "main") -> Data:
    data = yaml.safe_load((root / site_file(root, site)).read_text(encoding="utf-8"))
    return dict(data[site]["site-network-accesses"][access])


def put(root: Path, site: str, access: str = "main", **values: object) -> None:
    """Write values of an access of a site."""
    file = site_file(root, site)
    edit(root, file, lambda sites: sites[site]["site-network-accesses"][access].update(values))


def lock(root: Path, pool: str, **values: int | str) -> None:
    edit(root, LOCK_FILE, lambda data: data["pools"].setdefault(pool, {}).update(values))


def numbers(root: Path, pool: str) -> dict[str, int]:
    data = yaml.safe_load((root / LOCK_FILE).read_text(encoding="utf-8"))
    return dict(data["pools"][pool])


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_of_backbone(tmp_path_factory.mktemp("base") / "network")
    DirectoryInventory(root).keep_allocation()
    return root


@dataclass
class Place:
    """An inventory that is edited, its routers, and the command line over both."""

    root: Path
    routers: MemoryRouters

    def workspace(self) -> Workspace:
        return Workspace(self.root)

    def run(self, *words: str) -> Ran:
        state = self.root.parent / "state"
        return egovnet(
            *words, "--inventory", self.root, state=state, env={"EGOVNET_USERNAME": "li"}
        )

    def between_the_steps(self, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
        """Have something happen when the first step is done."""
        as_it_was = apply_steps.as_it_is_now

        def meanwhile(step: Step, progress: Progress) -> Plan | dict[str, str]:
            act()
            return as_it_was(step, progress)

        monkeypatch.setattr(apply_steps, "as_it_is_now", meanwhile)


@pytest.fixture
def place(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The reference network, applied as change 1."""
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("EGOVNET_USERNAME", "li")
    monkeypatch.delenv("EGOVNET_JOURNAL", raising=False)
    root = Path(shutil.copytree(base, tmp_path / "network"))
    found = Place(root, MemoryRouters())
    found.routers.take_part(monkeypatch)
    found.routers.boot(found.workspace())
    assert apply(found.workspace(), Silent(), yes=True).data["result"] == "done"
    return found
