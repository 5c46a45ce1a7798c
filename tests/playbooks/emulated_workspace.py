"""The reference network as emulated routers show it, and a workspace that finds them."""

import shutil
from pathlib import Path

import pytest
import yaml

from egovnet.lab.emulated.process import EmulatedRouters
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.inventory_snapshots import Intents
from egovnet.playbooks.journal.records import DONE
from tests.inventories import BACKBONE


def applied_before(workspace: Workspace) -> None:
    """Have the journal know that the inventory was applied, as change 1, to all routers."""
    journal, intent = workspace.journal, workspace.intent
    assert intent is not None
    change = journal.begin("apply", "plan", "as it was applied", {})
    intents = Intents(journal.engine)
    intents.attach(change, None, intents.keep(intent))
    journal.close(change, DONE)


def emulated_workspace(
    routers: EmulatedRouters,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    inventory: Path = BACKBONE,
) -> Workspace:
    """A copy of an inventory that names the routers' addresses, with state of its own;
    the environment holds their credentials until the test ends.
    """
    directory = root / "inventory"
    shutil.copytree(inventory, directory)
    hosts = yaml.safe_load((directory / "hosts.yaml").read_text(encoding="utf-8"))
    for name, host in hosts.items():
        host["hostname"], host["port"] = routers.addresses[name]
    (directory / "hosts.yaml").write_text(yaml.safe_dump(hosts, sort_keys=False), encoding="utf-8")
    monkeypatch.setenv("EGOVNET_STATE", str(root / "state"))
    monkeypatch.setenv("EGOVNET_CREDENTIALS", str(routers.directory / "credentials.yaml"))
    return Workspace(directory)
