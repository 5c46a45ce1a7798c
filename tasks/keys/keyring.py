"""Values of keys in memory: put into what goes to a device, taken out of what comes from one."""

import copy
import os
from collections.abc import Collection, Mapping
from pathlib import Path

from egovnet.inventory.model.keys import KeyReference, references_in
from egovnet.tasks.keys.age_file import AgeFile
from egovnet.tasks.keys.environment import VARIABLE, EnvironmentStore
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import KeyStore, Values
from egovnet.tasks.keys.key_value import WORD
from egovnet.tasks.keys.openbao_store import OpenBaoStore
from egovnet.tasks.keys.sealed_file import SealedFile, identity_file
from egovnet.tasks.keys.sm_file import SmFile

#: By what an inventory's store is sealed with.
SEALED_FILES: Mapping[str, type[SealedFile]] = {"age": AgeFile, "sm": SmFile}


class Keyring:
    """The values that a store has. Neither repr() nor pickling gives one away."""

    def __init__(self, values: Values, where: str = "") -> None:
        self._values: Mapping[KeyReference, str] = dict(values)
        self._names = {value: str(reference) for reference, value in self._values.items()}
        self._where = where
        #: Names of the keys that are revealed; None: all.
        self._only: Collection[str] | None = None

    def only(self, names: Collection[str]) -> "Keyring":
        """The same for a device that has the keys of these names, and is given no other: what it
        prints may ask for any, and be sent back to it."""
        other = copy.copy(self)
        other._only = names
        return other

    def __copy__(self) -> "Keyring":
        other = Keyring.__new__(Keyring)
        other.__dict__.update(self.__dict__)
        return other

    def __repr__(self) -> str:
        return f"Keyring({len(self._values)} values)"

    def __reduce__(self) -> str:
        raise TypeError("a keyring never leaves its process")

    def __bool__(self) -> bool:
        return bool(self._values)

    def reveal(self, text: str) -> str:
        """`text` with values in place of references.

        Raises:
            KeyStoreError: a key of it is not in the store, or not of this device.
        """
        references = set(references_in(text))
        others = sorted(
            r for r in references if self._only is not None and r.name not in self._only
        )
        if others:
            raise KeyStoreError(
                f"{others[0]}: is not a key of this router's, and is not sent to it; see: egovnet "
                "keys list"
            )
        missing = sorted(references - self._values.keys())
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            raise KeyStoreError(
                f"{self._where or 'no key store'}: has no value of {missing[0]}{more}; run: "
                "egovnet keys generate --yes"
            )
        for reference in references:
            text = text.replace(str(reference), self._values[reference])
        return text

    def conceal(self, text: str) -> str:
        """`text` with references in place of values; linear in the text."""
        if not self._names:
            return text
        return WORD.sub(lambda found: self._names.get(found[0], found[0]), text)


NO_KEYS = Keyring({})


def key_store(directory: Path, network: str) -> KeyStore | None:
    """The store of the inventory in `directory`: the environment's, the sealed file, or the
    server that it names; None: there is none.

    Raises:
        KeyStoreError: there are two.
    """
    if VARIABLE in os.environ:
        return EnvironmentStore(os.environ)
    identity = identity_file(network)
    stores: list[SealedFile | OpenBaoStore] = [
        kind(directory, identity) for kind in SEALED_FILES.values()
    ]
    stores.append(OpenBaoStore(directory, network, identity))
    there = [store for store in stores if os.path.lexists(store.path)]
    if len(there) > 1:
        both = " and ".join(store.path.name for store in there)
        raise KeyStoreError(f"{directory}: has {both}; keep the one that has the values")
    return there[0] if there else None


def open_keyring(directory: Path, network: str) -> Keyring:
    """The values of the inventory's store; none where there is no store.

    Raises:
        KeyStoreError: there is one, and it cannot be opened here; or there are two.
    """
    store = key_store(directory, network)
    return NO_KEYS if store is None else Keyring(store.read(), store.name)
