"""Secrets of a server of OpenBao: its KV engine, version 2, by HTTPS.

The token that opens it is read when it is used, and goes into one header of each request: no
message, log or list of processes has it. No proxy is asked, no redirect followed: neither is given
the token. API: openbao.org/api-docs/secret/kv/kv-v2.
"""

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from egovnet.inventory.source.regular_file import read_regular
from egovnet.tasks.credentials import CredentialsError, check_private
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.sealed_file import IDENTITY_VARIABLE

ADDRESS_VARIABLE, AUTHORITY_VARIABLE, TOKEN_VARIABLE = "BAO_ADDR", "BAO_CACERT", "BAO_TOKEN"
_SECONDS_TO_CONNECT, _SECONDS_TO_ANSWER = 5, 30
_MOST_TOKEN = 64 * 1024
_REDIRECTS = range(300, 400)


class ConflictError(Exception):
    """Somebody else wrote the secret since it was read."""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a secret holds, and which version of it that is."""

    version: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class BaoServer:
    """The engine at `mount` of the server at `address`, an origin such as https://bao.example:8200.

    `authority`: certificates (PEM) of those who may certify it; empty: those of the machine.
    `token_file` has the token where BAO_TOKEN does not.
    """

    address: str
    mount: str
    authority: str
    token_file: Path

    def read(self, path: str) -> Secret | None:
        """The newest version of the secret at `path`; None: there never was one.

        Raises:
            KeyStoreError: the server cannot be asked, refuses, or the secret was deleted.
        """
        status, answer = self._ask("GET", path)
        data = answer.get("data")
        if status == HTTPStatus.NOT_FOUND:
            if isinstance(data, dict):
                raise KeyStoreError(
                    f"{self._shown(path)}: was deleted; bring it back with: bao kv undelete"
                )
            if errors := _errors(answer):
                raise KeyStoreError(
                    f"{self.address}: has no KV engine of version 2 at {self.mount}/ ({errors})"
                )
            return None
        match data:
            case {"data": dict(content), "metadata": {"version": int(version)}}:
                return Secret(version, content)
        raise self._no_kv()

    def write(self, path: str, data: Mapping[str, str], after: int) -> None:
        """Write version `after` + 1 of the secret at `path`.

        Raises:
            ConflictError: version `after` is not the newest.
            KeyStoreError: the server cannot be asked, or refuses.
        """
        status, answer = self._ask("POST", path, {"options": {"cas": after}, "data": dict(data)})
        errors = _errors(answer)
        if status == HTTPStatus.BAD_REQUEST and "check-and-set" in errors:
            raise ConflictError
        if status == HTTPStatus.NOT_FOUND:
            raise KeyStoreError(
                f"{self.address}: has no KV engine of version 2 at {self.mount}/ ({errors})"
            )
        match answer.get("data"):
            case {"version": int(_)}:
                return
        raise self._no_kv()

    def _no_kv(self) -> KeyStoreError:
        return KeyStoreError(
            f"{self.address}: {self.mount}/ does not answer as a KV engine of version 2"
        )

    def _shown(self, path: str) -> str:
        return f"{self.address}/{self.mount}/{path}"

    def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, Mapping[str, Any]]:
        """Status and JSON of an answer that is none of the server's own troubles."""
        import urllib3  # noqa: PLC0415 -- for those who have such a store

        headers = {"X-Vault-Token": self._token(), "X-Vault-Request": "true"}
        timeout = urllib3.Timeout(connect=_SECONDS_TO_CONNECT, read=_SECONDS_TO_ANSWER)
        try:
            with urllib3.PoolManager(ssl_context=self._trust()) as pool:
                answer = pool.request(
                    method,
                    f"{self.address}/v1/{self.mount}/data/{path}",
                    body=None if body is None else json.dumps(body).encode(),
                    headers=headers,
                    timeout=timeout,
                    retries=False,
                    redirect=False,
                )
        except urllib3.exceptions.SSLError as error:
            raise KeyStoreError(
                f"{self.address}: does not prove who it is ({error.args[0]}); name its authority "
                f"under ca, or with {AUTHORITY_VARIABLE}"
            ) from None
        except urllib3.exceptions.HTTPError as error:
            raise KeyStoreError(
                f"{self.address}: cannot be reached: {_why(error)}; see whether it runs"
            ) from None
        return answer.status, self._of_use(answer.status, answer.data, path)

    def _of_use(self, status: int, content: bytes, path: str) -> Mapping[str, Any]:
        try:
            answer = json.loads(content) if content else {}
        except (ValueError, RecursionError):
            answer = None
        if status in _REDIRECTS:
            raise KeyStoreError(f"{self.address}: sends elsewhere; name the server that serves it")
        if not isinstance(answer, dict):
            raise KeyStoreError(f"{self.address}: does not answer as OpenBao does ({status})")
        errors = _errors(answer)
        if status == HTTPStatus.FORBIDDEN:
            raise KeyStoreError(
                f"{self._shown(path)}: is refused ({errors}); log in again, or have a policy "
                "allow your token to read and write there"
            )
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            raise KeyStoreError(
                f"{self.address}: does not serve ({errors}); unseal it: bao operator unseal"
            )
        known = (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
        if status not in known or (
            status == HTTPStatus.BAD_REQUEST and "check-and-set" not in errors
        ):
            raise KeyStoreError(f"{self._shown(path)}: is refused ({status} {errors})")
        return answer

    def _trust(self) -> ssl.SSLContext:
        try:
            trust = ssl.create_default_context(cadata=self.authority or None)
        except (ssl.SSLError, ValueError):
            raise KeyStoreError(
                f"{self.address}: its authority is no certificate; write it as PEM"
            ) from None
        trust.minimum_version = ssl.TLSVersion.TLSv1_2
        return trust

    def _token(self) -> str:
        named = os.environ.get(TOKEN_VARIABLE)
        where = TOKEN_VARIABLE if named is not None else str(self.token_file)
        token = (self._token_of_file() if named is None else named).strip()
        if not token or not token.isascii() or not token.isprintable() or " " in token:
            raise KeyStoreError(f"{where}: is no token of OpenBao; log in: bao login")
        return token

    def _token_of_file(self) -> str:
        path = self.token_file
        try:
            check_private(path)
            return read_regular(path, _MOST_TOKEN).decode("utf-8", "replace")
        except CredentialsError as error:
            raise KeyStoreError(str(error)) from error
        except OSError as error:
            raise KeyStoreError(
                f"{path}: cannot be read: {error.strerror}; it has the token for {self.address}: "
                f"set {TOKEN_VARIABLE}, or name a file with {IDENTITY_VARIABLE}"
            ) from error


def _errors(answer: Mapping[str, Any]) -> str:
    """What the server says is wrong; it quotes paths, and no secret."""
    errors = answer.get("errors")
    listed = errors if isinstance(errors, list) else []
    return "; ".join(" ".join(str(error).split()) for error in listed)


def _why(error: Exception) -> str:
    """The system's words where there are some, else what kind of error it is."""
    cause = error.__cause__ or error.__context__
    said = getattr(cause, "strerror", None)
    if said is None and (cause is None or isinstance(cause, TimeoutError)):
        said = "it does not answer in time" if "Timeout" in type(error).__name__ else None
    return str(said or type(error).__name__)
