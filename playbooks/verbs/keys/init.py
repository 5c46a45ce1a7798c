"""`keys init`: a store for an inventory's keys, and what opens it here."""

import os
from collections.abc import Sequence

from egovnet.inventory.source.sections import KEY_RECIPIENTS_FILE
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.keys import NewKeyStore
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.own_inventory import require_own
from egovnet.tasks.keys.keyring import SEALED_FILES
from egovnet.tasks.keys.openbao_server import TOKEN_VARIABLE
from egovnet.tasks.keys.openbao_store import BaoPlace, OpenBaoStore
from egovnet.tasks.keys.sealed_file import check_absent, identity_file

_NEXT = NextCommand(("keys", "generate"), "lists the keys that the policy asks for")


def init_keys(
    workspace: Workspace, recipients: Sequence[str], sealed_with: str
) -> Outcome[NewKeyStore]:
    """Begin a store that `recipients` can open, and who is here; `sealed_with`: "age" or "sm".

    Raises:
        UsageError: the inventory is egovnet's own.
        KeyStoreError: there is a store, or a recipient or the private key here makes no sense.
    """
    require_own(workspace)
    identity = identity_file(workspace.network.backbone.name)
    store = SEALED_FILES[sealed_with](workspace.directory, identity)
    check_absent(workspace.directory)
    made = not os.path.lexists(identity)
    own = (store.new_identity(),) if made else store.own_recipients()
    # whoever is here with an SSH key names its public half among the recipients
    known = tuple(dict.fromkeys((*own, *recipients)))
    store.begin(known)
    result = NewKeyStore(store.name, known, str(identity), made)
    notes = (
        f"keep {identity} where nobody else reads it, and a copy of it where it cannot be lost: "
        "who has no private key of a recipient cannot push",
    )
    written = (str(workspace.directory / KEY_RECIPIENTS_FILE), store.name)
    return Outcome(
        "keys_init",
        result,
        notes=notes,
        written=(*((str(identity),) if made else ()), *written),
        next=(_NEXT,),
    )


def init_openbao(workspace: Workspace, place: BaoPlace) -> Outcome[NewKeyStore]:
    """Name a place of a server of OpenBao as the inventory's store; its values, if it has some,
    are the network's from then on.

    Raises:
        UsageError: the inventory is egovnet's own.
        KeyStoreError: there is a store, the server cannot be used, or the place is another's.
    """
    require_own(workspace)
    check_absent(workspace.directory)
    network = workspace.network.backbone.name
    store = OpenBaoStore(workspace.directory, network, identity_file(network))
    found = store.begin(place)
    opened_by = TOKEN_VARIABLE if TOKEN_VARIABLE in os.environ else str(store.token_file)
    notes = (f"it has {found} values already, which are taken as this network's",) if found else ()
    result = NewKeyStore(store.name, (), opened_by, identity_made=False)
    return Outcome("keys_init", result, notes=notes, written=(str(store.path),), next=(_NEXT,))
