"""What keeps values of keys, and the form in which they go into it."""

import json
from collections.abc import Mapping
from typing import Protocol

from egovnet.inventory.model.keys import KeyReference, references_in
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_value import is_value

Values = Mapping[KeyReference, str]
_VERSION = 1


class KeyStore(Protocol):
    """A place where values of keys are kept, sealed by whatever means it has."""

    @property
    def name(self) -> str:
        """For people: where it is. Holds no secret."""

    def read(self) -> Values:
        """Every value that it has.

        Raises:
            KeyStoreError: it cannot be opened here, or is not what egovnet writes.
        """

    def add(self, values: Values) -> None:
        """Keep more values, all of them or none; one that is there already must be the same.

        Raises:
            KeyStoreError: it cannot be written here, or another value has that serial number.
        """


def to_json(values: Values) -> str:
    """Values in the form that stores keep, by reference; equal ones give equal texts."""
    ordered = {str(reference): values[reference] for reference in sorted(values)}
    return json.dumps({"version": _VERSION, "values": ordered}, indent=1)


def from_json(text: str, where: str) -> dict[KeyReference, str]:
    """What `to_json` wrote.

    Raises:
        KeyStoreError: it did not. The message quotes nothing of it.
    """
    wrong = KeyStoreError(f"{where}: is not what egovnet writes; restore it")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise wrong from None  # its message would quote the text
    match data:
        case {"version": int(version), "values": dict(written)} if version == _VERSION:
            pass
        case _:
            raise wrong
    found: dict[KeyReference, str] = {}
    for name, value in written.items():
        reference = next(references_in(name), None)
        if str(reference) != name or reference is None or not _fits(value):
            raise wrong
        found[reference] = value
    if len(set(found.values())) < len(found):
        raise KeyStoreError(f"{where}: two keys have one value; make one of them anew")
    return found


def with_more(there: Values, more: Values, where: str) -> dict[KeyReference, str]:
    """Both together.

    Raises:
        KeyStoreError: a key has another value under the same serial number.
    """
    for reference, value in more.items():
        if there.get(reference, value) != value:
            raise KeyStoreError(f"{where}: has another value of {reference} already")
    return {**there, **more}


def _fits(value: object) -> bool:
    return isinstance(value, str) and is_value(value)
