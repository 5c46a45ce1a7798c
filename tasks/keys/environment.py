"""Values of keys in a variable of the environment, for CI: read, and never written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from egovnet.inventory.model.keys import KeyReference
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import Values, from_json

VARIABLE = "EGOVNET_KEY_VALUES"


@dataclass(frozen=True)
class EnvironmentStore:
    """Values as the JSON that stores keep, in EGOVNET_KEY_VALUES."""

    environment: Mapping[str, str] = field(repr=False)
    name: str = VARIABLE

    def read(self) -> Mapping[KeyReference, str]:
        """Every value of the variable.

        Raises:
            KeyStoreError: it is not what egovnet writes.
        """
        return from_json(self.environment[VARIABLE], self.name)

    def add(self, values: Values) -> None:
        """Refused: a process cannot change the environment of those that come after it.

        Raises:
            KeyStoreError: always.
        """
        raise KeyStoreError(
            f"{VARIABLE}: values of the environment are only read; unset it, and run this where "
            f"the sealed store is ({len(values)} keys are to be made)"
        )
