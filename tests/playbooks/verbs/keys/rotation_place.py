"""Two reflectors and two PEs whose sessions have keys: a network on which keys are rotated."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.model.keys import KeyReference, references_in
from egovnet.lab.emulated.spec import Durations
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.keyring import Keyring
from tests.generated import nation, write
from tests.lab.emulated.networks import EmulatedNetwork, emulated, move
from tests.loopback import loopback_network
from tests.playbooks.console import Ran, egovnet

POLICY = {"isis": "hmac-md5", "ldp": "tcp-md5", "bgp": "tcp-md5"}
CONVERGE = ("--converge", "20")


@dataclass
class RotationPlace:
    """Emulated routers, their inventory, and the command on it."""

    root: Path
    inventory: Path
    network: EmulatedNetwork

    def run(self, *words: str, code: int = 0) -> Ran:
        env = {
            "EGOVNET_KEY_IDENTITY": str(self.root / "identity"),
            "EGOVNET_CREDENTIALS": os.environ["EGOVNET_CREDENTIALS"],
        }
        ran = egovnet(
            *words, "--inventory", str(self.inventory), state=self.root / "state", env=env
        )
        assert ran.code == code, f"{words}: {ran.code}\n{ran.stdout[-4000:]}\n{ran.stderr[-2000:]}"
        return ran

    @property
    def values(self) -> Mapping[KeyReference, str]:
        return AgeFile(self.inventory, self.root / "identity").read()

    def on_routers(self) -> dict[str, set[KeyReference]]:
        """Router -> what stands for the values that it runs."""
        keys = Keyring(self.values)
        return {
            name: set(references_in(keys.conceal(text)))
            for name, text in self.network.lab.running().items()
        }

    def serials(self) -> dict[str, set[int]]:
        """Key -> the serial numbers of its values on routers: one, where its ends agree."""
        found: dict[str, set[int]] = {}
        for references in self.on_routers().values():
            for reference in references:
                found.setdefault(reference.name, set()).add(reference.serial)
        return found

    def edit(self, file: str, changes: dict[str, Any]) -> None:
        path = self.inventory / file
        data = yaml.safe_load(path.read_text()) | changes
        path.write_text(json.dumps(data))


@contextmanager
def rotation_place(root: Path, durations: Durations | None = None) -> Iterator[RotationPlace]:
    """The routers, with keys on all of their sessions."""
    sections = nation(2, 1)
    move(sections["hosts"], network := loopback_network())
    for site in sections["sites"].values():
        # nobody answers behind an emulated router
        site["site-network-accesses"]["main"]["state"] = "waiting-for-customer"
    inventory = write(sections, root / "network")
    with emulated(root, inventory, network, durations) as routers:
        # as it was when the routers end
        os.environ["EGOVNET_KEY_IDENTITY"] = str(root / "identity")
        place = RotationPlace(root, inventory, routers)
        place.run("adopt", "--yes")
        place.edit("network.yaml", {"authentication": POLICY})
        place.run("keys", "init")
        place.run("keys", "generate", "--yes")
        place.run("apply", "--yes", "--disruptive", *CONVERGE)
        yield place
