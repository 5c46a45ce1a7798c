"""Values of keys in a server of OpenBao, for teams: each person and controller has a token of his
own, which the server's policies and its log of requests know.

`keys.openbao` beside the inventory says where, and holds no secret. Of the secrets below its path
one, `head`, names the others, each of which has some values and is never written again. So values
come all at once, by one write of `head` that holds only if nobody else wrote it meanwhile.
"""

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.allocation.lock_file import replace_file
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model.keys import KeyReference
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.sections import BAO_STORE_FILE
from egovnet.inventory.source.yaml_source import unquoted_data
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import Values, from_json, to_json, with_more
from egovnet.tasks.keys.openbao_server import (
    ADDRESS_VARIABLE,
    AUTHORITY_VARIABLE,
    BaoServer,
    ConflictError,
    Secret,
)

_HEAD = "head"
#: Values of one secret: 350 kB; OpenBao's storage takes a megabyte (raft's max_entry_size).
_MOST_VALUES = 2000
_MOST_SAID = 1024 * 1024
_TRIES = 5
_FIELDS = {"address", "mount", "path", "ca"}
_ORIGIN = re.compile(r"https://[A-Za-z0-9.:\[\]-]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?")
_PATH = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


@dataclass(frozen=True)
class BaoPlace:
    """What `keys.openbao` says."""

    path: str
    mount: str = "secret"
    #: Empty: BAO_ADDR says it.
    address: str = ""
    #: Certificates; empty: of the file that BAO_CACERT names, else the machine's.
    authority: str = ""


@dataclass(frozen=True)
class OpenBaoStore:
    """The store of `network` that the inventory in `directory` names; `token_file` opens it."""

    directory: Path
    network: str
    token_file: Path

    @property
    def path(self) -> Path:
        """The file that says where."""
        return self.directory / BAO_STORE_FILE

    @property
    def name(self) -> str:
        """Where the values are, as far as it can be known."""
        try:
            place = self._place()
        except KeyStoreError:
            return str(self.path)
        return f"{place.address or ADDRESS_VARIABLE}/{place.mount}/{place.path}"

    def read(self) -> Values:
        """Every value.

        Raises:
            KeyStoreError: there is no store, the server cannot be asked, or refuses, or what is
                there is not what egovnet writes.
        """
        server, path = self._server()
        return self._values(server, path, self._head(server, path))

    def add(self, values: Values) -> None:
        """Keep more values.

        Raises:
            KeyStoreError: as reading; or another value has that serial number.
        """
        server, path = self._server()
        for _ in range(_TRIES):
            head = self._head(server, path)
            there = self._values(server, path, head)
            more = with_more(there, values, self.name).keys() - there.keys()
            if not more:
                return
            fresh = [
                self._batch(server, path, {one: values[one] for one in some})
                for some in _parted(sorted(more))
            ]
            try:
                server.write(
                    f"{path}/{_HEAD}",
                    self._said([*_batches(head), *fresh]),
                    after=head.version,
                )
            except ConflictError:
                continue
            return
        raise KeyStoreError(f"{self.name}: others write it all the time; try again")

    def begin(self, place: BaoPlace) -> int:
        """Name `place` as the inventory's store, and begin it where it is empty; how many values
        it has.

        Raises:
            KeyStoreError: it is another network's, or cannot be used.
        """
        server, path = self._at(place)
        head = server.read(f"{path}/{_HEAD}")
        if head is None:
            try:
                server.write(f"{path}/{_HEAD}", self._said([]), after=0)
            except ConflictError:
                raise KeyStoreError(f"{self.name}: was begun by somebody just now") from None
            head = self._head(server, path)
        found = len(self._values(server, path, self._own(head)))
        said = {"address": place.address, "mount": place.mount, "path": place.path}
        if place.authority:
            said["ca"] = place.authority
        header = "# Where the values of this network's keys are; holds no secret.\n"
        try:
            replace_file(self.path, (header + yaml.safe_dump(said, sort_keys=False)).encode())
        except OSError as error:
            raise KeyStoreError(f"{self.path}: cannot be written: {error.strerror}") from error
        return found

    # ----------------------------------------------------------------------------------------

    def _said(self, batches: list[str]) -> dict[str, str]:
        return {"network": self.network, "batches": " ".join(batches)}

    def _batch(self, server: BaoServer, path: str, values: Values) -> str:
        """Write a secret that is named by nothing yet; its name."""
        name = secrets.token_hex(16)
        server.write(f"{path}/{name}", {"values": to_json(values)}, after=0)
        return name

    def _head(self, server: BaoServer, path: str) -> Secret:
        head = server.read(f"{path}/{_HEAD}")
        if head is None:
            raise KeyStoreError(
                f"{self.name}: has nothing of egovnet's; restore it, or begin a store elsewhere "
                f"with: egovnet keys init, after {BAO_STORE_FILE} was removed"
            )
        return self._own(head)

    def _own(self, head: Secret) -> Secret:
        if head.data.get("network") != self.network:
            raise KeyStoreError(
                f"{self.name}: is not of network {self.network}; name another path in "
                f"{BAO_STORE_FILE}"
            )
        return head

    def _values(self, server: BaoServer, path: str, head: Secret) -> Values:
        values: dict[KeyReference, str] = {}
        for name in _batches(head):
            where = f"{self.name}/{name}"
            secret = server.read(f"{path}/{name}")
            text = None if secret is None else secret.data.get("values")
            if not isinstance(text, str):
                raise KeyStoreError(f"{where}: is not what egovnet writes; restore it")
            values = with_more(values, from_json(text, where), where)
        if len(set(values.values())) < len(values):
            raise KeyStoreError(f"{self.name}: two keys have one value; make one of them anew")
        return values

    def _server(self) -> tuple[BaoServer, str]:
        return self._at(self._place())

    def _at(self, place: BaoPlace) -> tuple[BaoServer, str]:
        """The server, and the path in its engine."""
        address = (place.address or os.environ.get(ADDRESS_VARIABLE, "")).rstrip("/")
        where = str(self.path) if place.address else ADDRESS_VARIABLE
        if not _ORIGIN.fullmatch(address):
            raise KeyStoreError(
                f"{where}: address: write https://, the server's name and its port; without TLS "
                "an address of this machine only"
            )
        for field, value in (("mount", place.mount), ("path", place.path)):
            if not _PATH.fullmatch(value):
                raise KeyStoreError(
                    f"{self.path}: {field}: write words of letters, digits, - and _ with a slash "
                    "between, such as egovnet/national"
                )
        authority = place.authority or _authority()
        return BaoServer(address, place.mount, authority, self.token_file), place.path

    def _place(self) -> BaoPlace:
        try:
            data = unquoted_data(read_regular(self.path, _MOST_SAID).decode("utf-8"))
        except OSError as error:
            raise KeyStoreError(f"{self.path}: cannot be read: {error.strerror}") from error
        except (UnicodeDecodeError, InventoryError, yaml.YAMLError):
            raise KeyStoreError(f"{self.path}: is not YAML; correct it") from None
        if not isinstance(data, dict):
            raise KeyStoreError(f"{self.path}: write {', '.join(sorted(_FIELDS))}, one a line")
        problems = [f"{key}: is not known" for key in sorted(map(str, data.keys() - _FIELDS))]
        problems += [
            f"{field}: is missing or no text"
            for field, default in (("path", None), ("mount", ""), ("address", ""), ("ca", ""))
            if not isinstance(data.get(field, default), str)
        ]
        if problems:
            raise KeyStoreError(
                f"{self.path}: {'; '.join(problems)}; write {', '.join(sorted(_FIELDS))}"
            )
        return _place_of(data)


def _place_of(data: dict[str, Any]) -> BaoPlace:
    return BaoPlace(
        path=data["path"],
        mount=data.get("mount") or BaoPlace.mount,
        address=data.get("address", ""),
        authority=data.get("ca", ""),
    )


def _authority() -> str:
    """Certificates of the file that BAO_CACERT names."""
    named = os.environ.get(AUTHORITY_VARIABLE)
    if not named:
        return ""
    try:
        return read_regular(Path(named), _MOST_SAID).decode("ascii", "replace")
    except OSError as error:
        raise KeyStoreError(
            f"{AUTHORITY_VARIABLE}: {named}: cannot be read: {error.strerror}"
        ) from error


def _batches(head: Secret) -> list[str]:
    """Names of the secrets that have values."""
    said = head.data.get("batches")
    return said.split() if isinstance(said, str) else []


def _parted(references: list[KeyReference]) -> list[list[KeyReference]]:
    return [
        references[begin : begin + _MOST_VALUES]
        for begin in range(0, len(references), _MOST_VALUES)
    ]
