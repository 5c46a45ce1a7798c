"""Rotations of keys on the lab's real routers: two reflectors, two PEs, sites of two VPNs."""

import os
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from egovnet.inventory.model.keys import references_in
from egovnet.lab.backend import Backend
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.core.workspace import Workspace
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.key_store import Values
from egovnet.tasks.keys.keyring import Keyring
from tests.chaos.lab_field import AT_REST, SCRIPTS
from tests.lab.emulated.networks import CheckedNetwork
from tests.playbooks.console import BUILT_APPLIANCE, egovnet
from tests.playbooks.lab_place import provisioned_lab
from tests.playbooks.test_key_rotation_live import POLICY, ROUTERS, SITES, VPNS
from tests.small_extranet import small_network


class LabRotationField:
    """The lab's routers; see `tests.chaos.rotations.Field`."""

    patterns = (
        ("isis*",),
        ("bgp/*",),
        ("ldp/bj-p1+bj-pe1",),
        ("isis/bj-pe1--bj-p1", "bgp/bj-p1+sh-pe1"),
    )
    #: Not a restart: on User Mode Linux one left a circuit to the other guest without a carrier.
    faults = tuple(SCRIPTS)
    short, long = Options(25, 25, patience=15.0), Options(60, 60, patience=20.0)
    converge = 60
    _rest, _up = 90.0, 180.0

    def __init__(self, root: Path, inventory: Path, lab: Backend) -> None:
        self.root, self.inventory, self._lab = root, inventory, lab
        self._network = CheckedNetwork(Workspace(inventory))

    @property
    def routers(self) -> tuple[str, ...]:
        """As any field."""
        return tuple(sorted(ROUTERS))

    @property
    def values(self) -> Values:
        """As any field."""
        return AgeFile(self.inventory, self.root / "identity").read()

    def serials(self) -> dict[str, set[int]]:
        """As any field."""
        keys, found = Keyring(self.values), dict[str, set[int]]()
        for text in self._running().values():
            for reference in references_in(keys.conceal(text)):
                found.setdefault(reference.name, set()).add(reference.serial)
        return found

    def fault(self, router: str, name: str) -> None:
        """As any field."""
        line = f"setsid sh -c {shlex.quote(SCRIPTS[name])} >/dev/null 2>&1 </dev/null &"
        self._lab.exec(router, line)

    def calm(self) -> None:
        """As any field: what a router does by itself ends by itself."""

    def at_rest(self) -> None:
        """As any field."""
        deadline = time.monotonic() + self._rest
        while time.monotonic() < deadline:
            done = self._lab.exec_many(dict.fromkeys(self.routers, AT_REST))
            if all(answer.exit_code == 0 for answer in done.values()):
                return
            time.sleep(0.5)

    def wrong(self) -> set[tuple[str, str, str]]:
        """As any field."""
        return self._network.wrong_after(self._up, 2)

    def drained(self) -> bool:
        """As any field."""
        return any("isis metric 16777214" in text for text in self._running().values())

    def _running(self) -> dict[str, str]:
        shown = dict.fromkeys(self.routers, "vtysh -c 'show running-config'")
        return {name: done.stdout for name, done in self._lab.exec_many(shown).items()}


@contextmanager
def lab_rotations(root: Path) -> Iterator[LabRotationField]:
    """The lab, with keys on all sessions of its backbone."""
    inventory = small_network(root / "inventory", ROUTERS, VPNS, SITES)
    with provisioned_lab(inventory, root) as place:
        env = {"EGOVNET_INVENTORY": str(inventory), **BUILT_APPLIANCE}
        env["EGOVNET_KEY_IDENTITY"] = str(root / "identity")

        def run(*words: str) -> None:
            ran = egovnet(*words, state=place.state, env=env)
            assert ran.code == 0, f"{words}\n{ran.stdout[-5000:]}\n{ran.stderr[-2000:]}"

        run("adopt", "--yes")
        path = inventory / "network.yaml"
        data = yaml.safe_load(path.read_text()) | {"authentication": POLICY}
        path.write_text(yaml.safe_dump(data, sort_keys=False))
        run("keys", "init")
        run("keys", "generate", "--yes")
        run("apply", "--yes", "--disruptive")
        os.environ["EGOVNET_STATE"] = str(place.state)
        yield LabRotationField(root, inventory, place.lab)
