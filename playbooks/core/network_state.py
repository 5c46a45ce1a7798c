"""What is kept of a network on this machine: its state directory, and its journal."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from egovnet.playbooks.core.intended import DirectoryInventory
from egovnet.playbooks.journal.private_files import close
from egovnet.playbooks.signatures.controller_key import ControllerKey
from egovnet.tasks.credentials import state_directory

if TYPE_CHECKING:
    from egovnet.playbooks.journal.journal import Journal


class NetworkState:
    """The state of the network of an inventory; opened when first asked for.

    The network's name is all that it needs: what was done is read, and finished, beside a file
    that has a mistake.
    """

    def __init__(self, inventory: DirectoryInventory) -> None:
        self._inventory = inventory

    @cached_property
    def directory(self) -> Path:
        """Where this network's journal and lab are kept."""
        directory = state_directory(self._inventory.name)
        for path in (directory, directory / "archive", directory / "lab"):
            close(path)
        return directory

    @cached_property
    def journal(self) -> "Journal":
        """The network's journal."""
        # a database's client takes a third of a second, and who only validates has no use for it
        from egovnet.playbooks.journal.journal import Journal  # noqa: PLC0415

        key = ControllerKey(self.directory)
        return Journal(self.directory, self._inventory.name, key)
