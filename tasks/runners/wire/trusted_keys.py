"""Whose messages count: the public keys of controllers, and of workers with their regions.

One file, the same on all sides, outside the inventory as credentials are:

    controllers:
      centre: egovnet-public-1:...
    workers:
      guangdong-1:
        key: egovnet-public-1:...
        regions: [guangdong]        # and all below them
"""

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from egovnet.inventory.errors import EgovnetError, Problem
from egovnet.inventory.model.primitives import Closed, refusal
from egovnet.inventory.source.closed_file import problem_at, read_closed
from egovnet.inventory.source.yaml_source import Document
from egovnet.tasks.runners.wire.key_pair import KeyPair, PublicKey

#: Region -> itself and all below it.
Regions = Mapping[str, Collection[str]]


class TrustedKeysError(EgovnetError):
    """The file of public keys cannot be used, or does not name our own key (exit code 2)."""


def _public_key(text: str) -> str:
    try:
        PublicKey.from_text(text)
    except ValueError as error:
        raise refusal(
            f"is not a public key: {error}", "paste what egovnet worker --new-key printed"
        ) from None
    return text


_Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
_Key = Annotated[str, AfterValidator(_public_key)]


class WorkerEntry(Closed):
    """A worker: its key, and the regions that it answers for, with all below them."""

    key: _Key
    regions: tuple[str, ...] = Field(min_length=1)


class KeysFile(Closed):
    """The file: parties by name."""

    controllers: dict[_Name, _Key]
    workers: dict[_Name, WorkerEntry]


@dataclass(frozen=True, slots=True)
class Party:
    """A controller or a worker, by the name that the file gives it."""

    name: str
    key: PublicKey
    #: All regions that a worker answers for.
    regions: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.name} (key {self.key.name})"


@dataclass(frozen=True, slots=True)
class TrustedKeys:
    """Parties by their keys' names."""

    path: Path
    controllers: Mapping[str, Party]
    workers: Mapping[str, Party]

    def workers_of(self, region: str) -> list[Party]:
        """Who may answer for a region."""
        return [worker for worker in self.workers.values() if region in worker.regions]

    def check_controller(self, own: KeyPair) -> None:
        """Raises TrustedKeysError where `own` is no controller's: no worker would obey."""
        if own.public.name not in self.controllers:
            raise TrustedKeysError(
                f"{self.path}: controllers: has not this controller's key; "
                f"add on all sides: NAME: {own.public}"
            )

    def check_worker(self, own: KeyPair, regions: Collection[str]) -> None:
        """Raises TrustedKeysError where `own` may not answer for all of `regions`."""
        party = self.workers.get(own.public.name)
        if party is None:
            raise TrustedKeysError(
                f"{self.path}: workers: has not this worker's key; "
                f"add on all sides: NAME: {{key: {own.public}, regions: [...]}}"
            )
        if missing := sorted(set(regions) - party.regions):
            raise TrustedKeysError(
                f"{self.path}: workers: {party.name}: regions: has not {', '.join(missing)}; "
                "add it on all sides, or name another --region"
            )


def read_trusted_keys(path: Path, regions: Regions) -> TrustedKeys:
    """The public keys of a file, for a network that has these regions.

    Raises:
        InventoryError: each problem of the file, with its line.
        TrustedKeysError: somebody else could change it.
    """
    if path.is_file():
        _refuse_writable(path)
    read = read_closed(path, KeysFile, lambda file, at: _cross_check(file, at, regions))
    controllers = (
        Party(name, PublicKey.from_text(text)) for name, text in read.controllers.items()
    )
    workers = (
        Party(
            name,
            PublicKey.from_text(entry.key),
            frozenset(below for region in entry.regions for below in regions[region]),
        )
        for name, entry in read.workers.items()
    )
    return TrustedKeys(
        path,
        {party.key.name: party for party in controllers},
        {party.key.name: party for party in workers},
    )


def _refuse_writable(path: Path) -> None:
    """As ssh does with authorized_keys: who can write there decides who is obeyed."""
    found = path.stat()
    if found.st_mode & 0o022 or found.st_uid not in (0, os.getuid()):
        mode = stat.S_IMODE(found.st_mode)
        raise TrustedKeysError(
            f"{path}: others can write it (mode {mode:04o}, owner {found.st_uid}); "
            f"run: chmod go-w {path}, as its owner"
        )


def _cross_check(file: KeysFile, document: Document, regions: Regions) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    places = [
        *((("controllers", name), name, key) for name, key in file.controllers.items()),
        *((("workers", name, "key"), name, entry.key) for name, entry in file.workers.items()),
    ]
    for place, name, key in places:
        if key in seen:
            yield problem_at(
                document,
                place,
                f"is the key of {seen[key]} as well",
                "give each its own; one party cannot be the other",
            )
        seen.setdefault(key, name)
    for name, entry in file.workers.items():
        for number, region in enumerate(entry.regions):
            if region not in regions:
                yield problem_at(
                    document,
                    ("workers", name, "regions", number),
                    f"no region {region!r}",
                    f"there are {', '.join(sorted(regions))}",
                )


@dataclass(slots=True)
class FreshKeys:
    """Trusted keys that are read again when their file changes: who was taken out is out.

    A file that cannot be used any more trusts nobody.
    """

    path: Path
    regions: Regions
    _read: tuple[tuple[int, ...], TrustedKeys] | None = field(default=None, repr=False)

    def now(self) -> TrustedKeys:
        """The keys as the file has them now.

        Raises:
            InventoryError, TrustedKeysError: see `read_trusted_keys`.
        """
        stamp: tuple[int, ...] = ()
        with suppress(OSError):  # reading it says what is wrong
            found = self.path.stat()
            stamp = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_mode)
        read = self._read
        if read is None or read[0] != stamp:
            read = self._read = (stamp, read_trusted_keys(self.path, self.regions))
        return read[1]
