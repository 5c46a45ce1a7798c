"""What crosses the broker, sealed: pickled, compressed, encrypted and authenticated under a key.

A pickle is a program. So nothing is unpickled that a holder of the key did not seal (Fernet:
AES-128-CBC with HMAC-SHA256, checked first): who can write to the broker cannot run code on a
worker, and who can read it sees no configuration. Celery itself carries only JSON: a run's number,
a host's name and this text.

Credentials are not even in the sealed text: what holds a Nornir host, whose password it has, is
refused when it is pickled.
"""

import base64
import hashlib
import hmac
import io
import os
import pickle
import zlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from nornir.core import Nornir
from nornir.core.inventory import Host
from nornir.core.task import Task

from egovnet.inventory.errors import EgovnetError
from egovnet.tasks.code_version import own_code
from egovnet.tasks.credentials import Credentials

KEY_VARIABLE = "EGOVNET_BROKER_KEY"
_MAKE_ONE = (
    f"set {KEY_VARIABLE} to the same on the controller and on every worker; make one with: "
    "openssl rand -base64 32 | tr +/ -_"
)
_STAY_HERE = (Host, Nornir, Task, Credentials)


class SealingKeyError(EgovnetError):
    """The key is missing or is none (exit code 2). The message never holds it."""


class SealBrokenError(EgovnetError):
    """A text that was not sealed under this key, or was altered."""


class OtherCodeError(SealBrokenError):
    """It was sealed by another egovnet, whose objects may mean something else here."""


class Seal:
    """Seals objects and opens what was sealed under the same key."""

    def __init__(self, key: str) -> None:
        try:
            self._fernet = Fernet(key.encode())
        except ValueError:
            # The library's own words may quote the key.
            raise SealingKeyError(
                f"{KEY_VARIABLE}: is not 32 octets in URL-safe base64; {_MAKE_ONE}"
            ) from None
        secret = base64.urlsafe_b64decode(key.encode())
        digest = hmac.new(secret, b"egovnet: which key this is", hashlib.sha256)
        #: Tells keys apart without telling them: 12 hexadecimal digits.
        self.name = digest.hexdigest()[:12]

    @classmethod
    def from_environment(cls) -> "Seal":
        """The seal of EGOVNET_BROKER_KEY.

        Raises:
            SealingKeyError: it is not set, or no key.
        """
        key = os.environ.get(KEY_VARIABLE, "").strip()
        if not key:
            raise SealingKeyError(f"{KEY_VARIABLE}: is not set; {_MAKE_ONE}")
        return cls(key)

    def close(self, value: Any) -> str:
        """`value`, sealed: ASCII text.

        Raises:
            pickle.PicklingError, TypeError, AttributeError: it cannot be sent.
        """
        buffer = io.BytesIO()
        _Pickler(buffer, protocol=5).dump(value)
        packed = own_code().encode() + zlib.compress(buffer.getvalue(), 1)
        return self._fernet.encrypt(packed).decode()

    def open(self, sealed: str | bytes) -> Any:
        """What was sealed.

        Raises:
            OtherCodeError: by another egovnet.
            SealBrokenError: not under this key, or it was altered.
        """
        try:
            packed = self._fernet.decrypt(sealed)
        except InvalidToken:
            raise SealBrokenError(
                f"was not sealed under this {KEY_VARIABLE}, or was altered on its way"
            ) from None
        here = own_code().encode()
        if packed[: len(here)] != here:
            there = packed[: len(here)].decode(errors="replace")
            raise OtherCodeError(
                f"comes from an egovnet whose code is {there[:16]}, and here it is "
                f"{own_code()[:16]}: bring both to the same revision"
            )
        return pickle.loads(zlib.decompress(packed[len(here) :]))  # noqa: S301 -- authenticated just above


class _Pickler(pickle.Pickler):
    """Refuses what holds credentials or is bound to this process."""

    def reducer_override(self, value: Any) -> Any:
        """Refuse, or leave it to pickle."""
        if isinstance(value, _STAY_HERE):
            raise pickle.PicklingError(f"a {type(value).__name__} does not leave its process")
        return NotImplemented
