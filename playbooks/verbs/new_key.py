"""`worker --new-key`: a key pair for a controller or a worker."""

from pathlib import Path

from egovnet.playbooks.results.new_key import NewKeyResult
from egovnet.playbooks.results.outcome import Outcome
from egovnet.tasks.runners.wire.identity import PRIVATE_VARIABLE, PUBLIC_VARIABLE
from egovnet.tasks.runners.wire.key_pair import write_new_key


def new_key(path: Path) -> Outcome[NewKeyResult]:
    """Write a new private key to `path`, which must not be there.

    Raises:
        KeyFileError: it is, or it cannot be written.
    """
    made = write_new_key(path)
    notes = (
        f"{PRIVATE_VARIABLE}={path} is for the machine that this key is of, and no other",
        f"add the public key to the file of {PUBLIC_VARIABLE} on all sides (docs/workers.md)",
    )
    return Outcome("new_key", NewKeyResult(str(path), made.name, str(made)), notes=notes)
