"""`keys list`: every key that the policy asks for or the inventory knows, as it is today."""

from datetime import date

from egovnet.inventory.model import Network
from egovnet.inventory.model.keys import KeyReference
from egovnet.inventory.session_keys import KeyNeed, needed_keys
from egovnet.inventory.today import today
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.keys import KeyList, KeyState, ListedKey
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import Values
from egovnet.tasks.keys.keyring import key_store

_ORDER = tuple(KeyState)


def list_keys(workspace: Workspace) -> Outcome[KeyList]:
    """Keys of the network, what has to be done about first. Reads no device.

    Raises:
        InventoryError: the inventory is wrong.
    """
    network = workspace.network
    day = network.day or today()
    store = key_store(workspace.directory, network.backbone.name)
    values: Values | None = None
    warnings: tuple[str, ...] = ()
    if store is not None:
        try:
            values = store.read()
        except KeyStoreError as error:
            warnings = (str(error),)
    needs = needed_keys(network)
    names = dict.fromkeys((*needs, *network.keys))
    if store is None:
        values = {}
    listed = [_listed(network, name, needs.get(name), values, day) for name in names]
    listed.sort(key=lambda key: (_ORDER.index(key.state), key.valid_until or date.max, key.name))
    found = KeyList(
        network.backbone.name,
        day,
        None if store is None else store.name,
        opened=store is not None and values is not None,
        keys=tuple(listed),
    )
    following: tuple[NextCommand, ...] = ()
    if needs and store is None:
        following = (NextCommand(("keys", "init"), "begins the store of their values"),)
    elif found.counts[KeyState.MISSING]:
        following = (NextCommand(("keys", "generate", "--yes"), "makes those that are missing"),)
    return Outcome("keys_list", found, warnings=warnings, next=following)


def _listed(
    network: Network, name: str, need: KeyNeed | None, values: Values | None, day: date
) -> ListedKey:
    known = network.keys.get(name)
    if need is None:
        state = KeyState.UNUSED
    elif known is None or (values is not None and KeyReference(name, known.serial) not in values):
        state = KeyState.MISSING
    else:
        state = KeyState.EXPIRED if known.valid_until < day else KeyState.IN_USE
    ends = known.ends if need is None and known is not None else ()
    algorithm: str = known.algorithm if known is not None else ""
    if need is not None:
        ends, algorithm = need.ends, need.purpose.algorithm
    return ListedKey(
        name=name,
        ends=ends,
        algorithm=algorithm,
        serial=0 if known is None else known.serial,
        state=state,
        created=None if known is None else known.created,
        valid_until=None if known is None else known.valid_until,
        days_left=None if known is None else (known.valid_until - day).days,
    )
