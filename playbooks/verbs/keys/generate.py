"""`keys generate` and `keys rotate`: new values, sealed first, then known to the inventory.

A value that is in the store and not in `keys.yaml`, as after an end in between, is the one that is
used: nothing is made twice, and nothing that a router may have is lost. A value that `keys.yaml`
knows and the store lost, as where another store was begun, is followed by one of the next serial.
"""

from collections.abc import Collection, Iterable
from datetime import timedelta
from fnmatch import fnmatchcase

from egovnet.inventory.model.keys import KeyReference, ManagedKey
from egovnet.inventory.model.schema_problems import in_yaml
from egovnet.inventory.session_keys import KeyNeed, needed_keys
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.replace_file import replace_text
from egovnet.inventory.today import today
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.keys import MadeKeys
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.own_inventory import require_own
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import KeyStore
from egovnet.tasks.keys.key_value import new_value
from egovnet.tasks.keys.keyring import key_store

KEYS_FILE = "keys.yaml"
_HEADER = (
    "# What is known of each key of the backbone's sessions. Written by egovnet keys, kept under\n"
    "# version control; values are in the sealed store beside it, or the server that it names.\n"
)


def generate_keys(workspace: Workspace, *, keep: bool) -> Outcome[MadeKeys]:
    """Values for keys that the policy asks for and that have none; `keep`: make them.

    Raises:
        UsageError: the inventory is egovnet's own.
        KeyStoreError: there is no store, or it cannot be opened or written here.
        InventoryError: `keys.yaml` cannot be written.
    """
    require_own(workspace)
    network, store = workspace.network, require_store(workspace)
    values = store.read()
    highest = highest_serials(values)
    wanted = []
    for name, need in needed_keys(network).items():
        known, kept = network.keys.get(name), highest.get(name, 0)
        if known is None:
            wanted.append((KeyReference(name, kept or 1), need))
        elif KeyReference(name, known.serial) not in values:
            # routers may have the value that is gone: another one has another serial number
            wanted.append((KeyReference(name, max(known.serial, kept) + 1), need))
    if keep and not wanted:
        store.add({})  # whoever became a recipient can open it from now on
    return _made(workspace, store, wanted, "keys_generate", keep=keep)


def rotate_keys(
    workspace: Workspace, patterns: Collection[str], *, keep: bool, reason: str | None = None
) -> Outcome[MadeKeys]:
    """Another value for each key in use that one of `patterns` names; `keep`: make them.

    `reason`: why the values before are revoked.

    Raises:
        UsageError: the inventory is egovnet's own, or a pattern names no key in use.
        KeyStoreError: there is no store, or it cannot be opened or written here.
        InventoryError: `keys.yaml` cannot be written.
    """
    require_own(workspace)
    network, store = workspace.network, require_store(workspace)
    needs = {name: need for name, need in needed_keys(network).items() if name in network.keys}
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in needs):
            raise UsageError(f"no key in use is called {pattern!r}; see: egovnet keys list")
    wanted = [
        (KeyReference(name, network.keys[name].serial + 1), need)
        for name, need in needs.items()
        if any(fnmatchcase(name, pattern) for pattern in patterns)
    ]
    return _made(workspace, store, wanted, "keys_rotate", keep=keep, reason=reason)


def highest_serials(values: Iterable[KeyReference]) -> dict[str, int]:
    """Key -> serial number of the newest value that there is."""
    found: dict[str, int] = {}
    for reference in values:
        found[reference.name] = max(reference.serial, found.get(reference.name, 0))
    return found


def require_store(workspace: Workspace) -> KeyStore:
    """The store of the inventory's keys.

    Raises:
        KeyStoreError: there is none.
    """
    store = key_store(workspace.directory, workspace.network.backbone.name)
    if store is None:
        raise KeyStoreError(
            f"{workspace.directory}: has no store of keys; begin one with: egovnet keys init"
        )
    return store


def _made(
    workspace: Workspace,
    store: KeyStore,
    wanted: Iterable[tuple[KeyReference, KeyNeed]],
    verb: str,
    *,
    keep: bool,
    reason: str | None = None,
) -> Outcome[MadeKeys]:
    needs = dict(wanted)
    result = MadeKeys(tuple(map(str, sorted(needs))), made=keep and bool(needs))
    if not needs:
        return Outcome(verb, result)
    if not keep:
        again = {"keys_generate": ("keys", "generate"), "keys_rotate": ("keys", "rotate")}[verb]
        return Outcome(verb, result, next=(NextCommand((*again, "--yes"), "makes them"),))
    there = store.read()
    store.add({reference: new_value() for reference in needs if reference not in there})
    file = know_keys(workspace, needs, reason)
    steps = ("--steps",) if verb == "keys_rotate" else ()
    plan = NextCommand(("plan", *steps, "-o", "keys.plan"), "says what the routers are given")
    return Outcome(verb, result, acted=True, written=(store.name, file), next=(plan,))


def know_keys(
    workspace: Workspace, made: dict[KeyReference, KeyNeed], reason: str | None = None
) -> str:
    """Put what is known of new values into `keys.yaml`; its path.

    Raises:
        InventoryError: it cannot be written.
    """
    network, day = workspace.network, today()
    until = day + timedelta(days=network.backbone.authentication.days)
    entries = dict(network.keys)
    for reference, need in made.items():
        entries[reference.name] = ManagedKey.model_validate(
            {
                "ends": need.ends,
                "algorithm": need.purpose.algorithm,
                "serial": reference.serial,
                "created": day,
                "valid-until": until,
                **({} if reason is None else {"revoked": reason}),
            }
        )
    path = workspace.directory / KEYS_FILE
    before = read_regular(path).decode() if path.exists() else None
    replace_text(workspace.directory, KEYS_FILE, before, keys_text(entries))
    return str(path)


def keys_text(entries: dict[str, ManagedKey]) -> str:
    """The file's text: sorted, a key a line, so that a merge conflict is about one key."""
    lines = (f"{in_yaml(name)}: {in_yaml(_entry(entries[name]))}\n" for name in sorted(entries))
    return _HEADER + "".join(lines)


def _entry(key: ManagedKey) -> dict[str, object]:
    """Without what is not said of it."""
    said = key.model_dump(by_alias=True, mode="python")
    return {name: value for name, value in said.items() if value is not None}
