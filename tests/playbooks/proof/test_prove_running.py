"""`prove --running` reads the devices and leaves no session behind."""

from pathlib import Path

import pytest

from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.proof.prove import prove
from tests.inventories import BACKBONE
from tests.playbooks.memory_routers import MemoryRouters
from tests.tasks.memory_driver import MemoryDriver


def test_sessions_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    workspace, routers = Workspace(BACKBONE), MemoryRouters()
    routers.take_part(monkeypatch)
    routers.boot(workspace)
    sessions: list[str] = []
    ever: list[str] = []
    opened, closed = MemoryDriver.open, MemoryDriver.close

    def counted_open(driver: MemoryDriver) -> None:
        sessions.append("open")
        ever.append(driver.hostname)
        opened(driver)

    def counted_close(driver: MemoryDriver) -> None:
        sessions.remove("open")
        closed(driver)

    monkeypatch.setattr(MemoryDriver, "open", counted_open)
    monkeypatch.setattr(MemoryDriver, "close", counted_close)
    proof = prove(workspace, Silent(), running=True)
    assert proof.result.checked.devices == len(workspace.network.routers)
    assert sorted(ever) == sorted(workspace.network.routers)
    assert sessions == [], "every session that was opened is closed"


def test_a_router_that_does_not_show_its_state_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path))
    workspace, routers = Workspace(BACKBONE), MemoryRouters()
    routers.take_part(monkeypatch)
    for name, text in workspace.intended().items():
        routers.running[name] = text
    result = prove(workspace, Silent(), running=True).result
    assert not result.proved
    assert {finding.klass for finding in result.findings} == {"state not read"}
    assert {finding.device for finding in result.findings} == set(workspace.network.routers)
