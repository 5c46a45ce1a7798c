"""The network with every part, `egovnet init --like complete`, for a lab of this test process."""

import shutil
from pathlib import Path

from egovnet.playbooks.verbs.init import EXAMPLES
from tests.loopback import loopback_network
from tests.playbooks.console import slower_bfd


def complete_network(directory: Path) -> Path:
    """The inventory, written to `directory`."""
    shutil.copytree(EXAMPLES["complete"], directory, ignore=shutil.ignore_patterns("__*"))
    hosts = directory / "hosts.yaml"
    addresses = loopback_network().removesuffix("0.0/16") + "0."
    text = hosts.read_text(encoding="utf-8")
    hosts.write_text(text.replace("127.20.21.", addresses), encoding="utf-8")
    slower_bfd(directory)
    return directory
