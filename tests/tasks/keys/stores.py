"""Stores of keys for tests."""

from pathlib import Path

from egovnet.inventory.model.keys import KeyReference
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.key_value import new_value

ONE = KeyReference("isis/a--b", 1)
TWO = KeyReference("ldp/a+b", 1)
VALUES = {ONE: new_value(), TWO: new_value()}


def begun(directory: Path) -> AgeFile:
    """An empty store in `directory`, with its private key beside it."""
    directory.mkdir(exist_ok=True)
    identity = directory / "identity"
    store = AgeFile(directory, identity)
    store.begin([store.new_identity()])
    return store
