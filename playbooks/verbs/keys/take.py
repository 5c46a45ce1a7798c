"""`keys take`: what the neighbour at a border handed over becomes this network's value, too."""

from pathlib import Path

from egovnet.inventory.model.keys import KeyPurpose, KeyReference
from egovnet.inventory.session_keys import needed_keys
from egovnet.inventory.source.regular_file import read_regular
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.keys import TakenKey
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.keys.generate import highest_serials, know_keys, require_store
from egovnet.playbooks.verbs.own_inventory import require_own
from egovnet.tasks.keys.age_file import opened_by
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_value import is_value
from egovnet.tasks.keys.sealed_file import identity_file

_MOST = 64 * 1024


def take_key(
    workspace: Workspace, name: str, file: Path, identity: Path | None
) -> Outcome[TakenKey]:
    """Keep the value in `file`, which `keys hand-over` of another network made, as key `name`.

    `identity`: the private key that opens it; None: the one that opens the store here.

    Raises:
        UsageError: the inventory is egovnet's own; the key is of no session with somebody else, or
            the file cannot be read.
        KeyStoreError: the file or the store cannot be opened, or it holds no value.
    """
    require_own(workspace)
    network, store = workspace.network, require_store(workspace)
    need = needed_keys(network).get(name)
    if need is None or need.purpose is not KeyPurpose.SITE:
        raise UsageError(f"{name}: is not a key of a session with somebody else (site/SITE+ACCESS)")
    try:
        sealed = read_regular(file, _MOST)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    opener = identity_file(network.backbone.name) if identity is None else identity
    value = opened_by(opener, sealed, str(file)).strip()
    if not is_value(value):
        raise KeyStoreError(f"{file}: holds no key of egovnet's; have it handed over again")
    values, known = store.read(), network.keys.get(name)
    here = next((each for each, kept in values.items() if kept == value), None)
    if here is not None and here.name != name:
        raise KeyStoreError(f"{file}: is the value of {here.name} here; have another one made")
    used = 0 if known is None else known.serial
    reference = here or KeyReference(name, max(used, highest_serials(values).get(name, 0)) + 1)
    if reference.serial < used:
        raise KeyStoreError(f"{file}: is a former value, {reference}; have the new one handed over")
    store.add({reference: value})
    written: tuple[str, ...] = (store.name,)
    if known is None or reference.serial != used:
        written = (*written, know_keys(workspace, {reference: need}))
    plan = NextCommand(("plan", "--disruptive", "-o", "keys.plan"), "says what the router is given")
    result = TakenKey(str(reference), str(file))
    return Outcome("keys_take", result, acted=True, written=written, next=(plan,))
