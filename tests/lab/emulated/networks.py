"""Whole emulated networks, and what verification says of their control plane."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from egovnet.lab.emulated.process import PORT, EmulatedRouters
from egovnet.lab.emulated.spec import Durations
from egovnet.playbooks.core.devices import open_nornir
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.control_plane import (
    Check,
    check_ldp,
    check_state,
    expected_routes,
    ldp_neighbors,
)
from egovnet.tasks.collect_state import collect_state
from egovnet.templates.model.device import Device
from egovnet.templates.model.state import DeviceState

#: (kind, device, subject) of a check
Key = tuple[str, str, str]


def move(hosts: dict[str, dict[str, Any]], network: str) -> None:
    """Give the routers of an inventory the addresses that `EmulatedRouters` listens on."""
    for number, host in enumerate(hosts.values()):
        host |= {"hostname": str(ip_network(network)[11 + number]), "port": PORT}


def ports(text: str) -> list[str]:
    """The ports that a device text names; a generated network has some of its own kind."""
    return re.findall(r"^iface (eth\w+)$", text, re.MULTILINE)


class CheckedNetwork:
    """The routers of an inventory, and what verification says of them."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def states(self, names: Iterable[str]) -> dict[str, DeviceState]:
        """What these routers say of themselves, over SSH."""
        found = self._asked(names)
        assert not found.failures, found.failures
        return found.results

    def _asked(self, names: Iterable[str]) -> DeviceResults[DeviceState]:
        devices = self.workspace.devices
        arguments: dict[str, dict[str, Device]] = {n: {"device": devices[n]} for n in names}
        nornir = open_nornir(self.workspace, arguments)
        try:
            found = run(nornir, "state", collect_state, arguments, Silent())
        finally:
            nornir.close_connections(on_good=True, on_failed=True)
        return found

    def checks(self) -> list[Check]:
        """Every check of every router's control plane; that it says nothing is one that fails."""
        workspace = self.workspace
        asked = self._asked(workspace.devices)
        states = asked.results
        routes = expected_routes(workspace.network, workspace.allocation)
        neighbors = ldp_neighbors(workspace.network, workspace.allocation)
        found = [Check("asked", name, why, passed=False) for name, why in asked.failures.items()]
        for name, state in states.items():
            device = workspace.devices[name]
            found += check_state(device, state, frozenset(workspace.devices), routes)
            found += check_ldp(device, state, neighbors.get(name, ()))
        return found

    def wrong(self) -> set[Key]:
        """The checks that fail."""
        return {check.key for check in self.checks() if not check.passed}

    def wrong_after(self, seconds: float, pause: float) -> set[Key]:
        """The checks that fail still at the end of this time: a router that boots has it."""
        deadline = time.monotonic() + seconds
        while (found := self.wrong()) and time.monotonic() < deadline:
            time.sleep(pause)
        return found


class EmulatedNetwork(CheckedNetwork):
    """The emulated routers of an inventory."""

    def __init__(self, workspace: Workspace, lab: EmulatedRouters, texts: dict[str, str]) -> None:
        super().__init__(workspace)
        self.lab = lab
        self._texts = texts

    def reset(self) -> None:
        """As the inventory says, and nothing broken."""
        self.lab.reset(self._texts)


@contextmanager
def emulated(
    root: Path, inventory: Path, network: str, durations: Durations | None = None
) -> Iterator[EmulatedNetwork]:
    """Start the routers of an inventory whose hosts were moved to `network`."""
    workspace = Workspace(inventory)
    texts = workspace.intended()
    before = dict(os.environ)
    os.environ["EGOVNET_STATE"] = str(root / "state")
    os.environ["EGOVNET_CREDENTIALS"] = str(root / "lab" / "credentials.yaml")
    try:
        cabled = {name: ports(text) for name, text in texts.items()}
        more = {} if durations is None else {"durations": durations}
        with EmulatedRouters(texts, root / "lab", network=network, ports=cabled, **more) as lab:
            yield EmulatedNetwork(workspace, lab, texts)
    finally:
        os.environ.clear()
        os.environ.update(before)
