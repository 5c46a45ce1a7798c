"""What `keys init`, `keys list` and `keys generate` came to; never a value of a key."""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class KeyState(StrEnum):
    """How a key is on a day; what has to be done about first stands first."""

    #: A session needs it, and the store has no value.
    MISSING = "missing"
    #: Its last day is past.
    EXPIRED = "expired"
    IN_USE = "in use"
    #: No session needs it any more.
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key as the inventory has it."""

    name: str
    #: Routers that have it; none: all of the backbone.
    ends: tuple[str, ...]
    algorithm: str
    #: 0: none was made yet.
    serial: int
    state: KeyState
    created: date | None
    valid_until: date | None
    #: Days that are left, its last one not counted; negative where that is past.
    days_left: int | None

    def to_dict(self) -> dict[str, Any]:
        """One of `keys` in JSON."""
        data = asdict(self)
        for day in ("created", "valid_until"):
            data[day] = None if data[day] is None else data[day].isoformat()
        return data | {"ends": list(self.ends)}


@dataclass(frozen=True, slots=True)
class KeyList:
    """The keys of a network on a day, what has to be done about first."""

    network: str
    day: date
    #: Where values are kept; None: nowhere yet.
    store: str | None
    #: Whether it was opened here: else it is not known what values it has.
    opened: bool
    keys: tuple[ListedKey, ...]

    @property
    def counts(self) -> dict[str, int]:
        """State -> how many are in it, every state named."""
        counted = Counter(key.state for key in self.keys)
        return {state.value: counted[state] for state in KeyState}

    def to_dict(self) -> dict[str, Any]:
        """What `keys list --json` prints."""
        return {
            "network": self.network,
            "day": self.day.isoformat(),
            "store": self.store,
            "opened": self.opened,
            "counts": self.counts,
            "keys": [key.to_dict() for key in self.keys],
        }


@dataclass(frozen=True, slots=True)
class MadeKeys:
    """Keys that were made, or would be."""

    #: Names with their serial numbers, as texts have them in place of values.
    keys: tuple[str, ...]
    #: Whether they are in the store and the inventory now.
    made: bool

    def to_dict(self) -> dict[str, Any]:
        """What `keys generate --json` prints."""
        return {"keys": list(self.keys), "made": self.made}


@dataclass(frozen=True, slots=True)
class NewKeyStore:
    """A store that was begun."""

    store: str
    #: Who can open it: public keys of age, SSH or SM2; none: a server knows.
    recipients: tuple[str, ...]
    #: What opens it here: file of the private key or token, or the variable with the token.
    identity: str
    #: Whether that private key was made now.
    identity_made: bool

    def to_dict(self) -> dict[str, Any]:
        """What `keys init --json` prints."""
        return asdict(self) | {"recipients": list(self.recipients)}


@dataclass(frozen=True, slots=True)
class HandedKey:
    """A key of a customer's session, sealed to the customer."""

    #: Its placeholder in texts.
    key: str
    recipient: str
    file: str

    def to_dict(self) -> dict[str, Any]:
        """What `keys hand-over --json` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TakenKey:
    """A key of a session with a neighbour, whose value the neighbour made."""

    #: Its placeholder in texts.
    key: str
    file: str

    def to_dict(self) -> dict[str, Any]:
        """What `keys take --json` prints."""
        return asdict(self)
