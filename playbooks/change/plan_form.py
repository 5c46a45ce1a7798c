"""The form of a plan file: what each part of it must be, and that no part is another since.

A plan's hash is over what decides; the file's checksum is over all that a person reads in it too,
such as who made it and when. Neither is a signature: who knows the form can make both anew.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class AlteredError(ValueError):
    """A part of a plan file is another than was written."""


class _Part(BaseModel):
    """No key more or less, and no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Device(_Part):
    running_hash: str
    before: str
    intended: str
    diff: str


class _Affected(_Part):
    vpns: list[str]
    sites: list[str]


class _Interruption(_Affected):
    klass: str = Field(alias="class")
    what: str
    disruptive: bool
    devices: list[str]
    seconds: float | None


class _ZoneChange(_Part):
    vpn: str
    kind: str
    subject: str
    what: str
    former: str
    zone: str


class _Words(_Part):
    zone_change: list[str]
    disruptive: bool
    gone: list[str]


class _Leaving(_Part):
    router: str
    how: str
    sites: list[str]


class _Move(_Part):
    site: str
    access: str
    before: str
    after: str


class _Signed(_Part):
    statement: str
    signature: str


class _Plan(_Part):
    network: str
    created: str
    author: str
    devices: dict[str, _Device]
    unchanged: dict[str, str]
    unreachable: dict[str, str]
    affected: _Affected
    interrupted: list[_Interruption]
    kind: str
    undoes: int | None
    waves: dict[str, list[str]]
    keys_kept: dict[str, list[str]]
    keys_removed: dict[str, list[str]]
    zone_changes: list[_ZoneChange]
    words: _Words
    leaving: list[_Leaving]
    intent: dict[str, str] | None
    lacking: list[str]
    moves: list[_Move]
    then: list["_Plan"]
    authored: _Signed | None = None
    author_key: str | None = None
    hash: str


class _File(_Plan):
    format: int
    checksum: str


def with_checksum(body: Mapping[str, Any]) -> dict[str, Any]:
    """A plan file's body with the checksum of all else that it says."""
    rest = {key: value for key, value in body.items() if key != "checksum"}
    return {**rest, "checksum": _checksum(rest)}


def check_form(body: object) -> None:
    """Refuse what `with_checksum` did not make of a plan.

    Raises:
        ValueError: it is no plan at all, such as a mapping with other keys.
        AlteredError: it is one, and something in it is another since.
    """
    file = _File.model_validate(body)
    assert isinstance(body, dict)  # noqa: S101 -- or it was no such model
    if with_checksum(body)["checksum"] != file.checksum:
        raise AlteredError
    for step in (file, *file.then):
        pushed = [name for names in step.waves.values() for name in names]
        if step.waves and sorted(pushed) != sorted(step.devices):
            raise AlteredError


def _checksum(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
