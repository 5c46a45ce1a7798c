"""`keys hand-over`: what a customer's router needs to speak BGP with its PE, sealed to him."""

from pathlib import Path

from egovnet.inventory.model.keys import KeyPurpose, KeyReference
from egovnet.inventory.session_keys import needed_keys
from egovnet.playbooks.core.output_file import Holds, write_output
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.keys import HandedKey
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.keys.generate import require_store
from egovnet.tasks.keys.age_file import sealed_to
from egovnet.tasks.keys.errors import KeyStoreError


def hand_over_key(
    workspace: Workspace, name: str, recipient: str, output: Path
) -> Outcome[HandedKey]:
    """Write the value of key `name` to `output`, sealed to `recipient`.

    Raises:
        UsageError: it is not a key of a customer's session, or the file cannot be written.
        KeyStoreError: the store cannot be opened, has no value of it, or the recipient is none.
    """
    network = workspace.network
    need = needed_keys(network).get(name)
    if need is None or need.purpose is not KeyPurpose.SITE:
        raise UsageError(
            f"{name}: is not a key of a customer's or neighbour's session (site/SITE+ACCESS); "
            "others are the backbone's own, and are handed to nobody"
        )
    known = network.keys.get(name)
    reference = KeyReference(name, 1 if known is None else known.serial)
    value = require_store(workspace).read().get(reference)
    if value is None:
        raise KeyStoreError(f"{reference}: has no value yet; run: egovnet keys generate --yes")
    write_output(output, sealed_to(recipient, value), Holds.SEALED_KEY, what="the key ")
    result = HandedKey(str(reference), recipient, str(output))
    return Outcome("keys_hand_over", result, written=(str(output),))
