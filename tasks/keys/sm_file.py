"""Values of keys in a file beside the inventory, sealed with SM2, SM3 and SM4.

For networks whose policy asks for the algorithms of GB/T 32918 (SM2), GB/T 32905 (SM3) and GB/T
32907 (SM4). They are OpenSSL's, which is no certified product (GM/T 0028).

The file is one JSON object. `keys`: for each recipient a master secret of 32 octets, by SM2's
encryption (OpenSSL's `pkeyutl`, the DER form of GM/T 0009). HKDF with SM3 (RFC 5869; salt:
`nonce`) makes of it a key of SM4 in counter mode (16 octets; first block: `nonce`) for `sealed`,
and one of HMAC-SM3 (32 octets) for `check`, which is over all the others: nothing is decrypted
that was altered. The master secret and the nonce are new with each writing.
"""

import base64
import hmac
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from egovnet.inventory.source.sections import SM_KEY_STORE_FILE
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.sealed_file import SealedFile, write_identity

PREFIX = "sm2:"
_FORMAT = "egovnet-sm-1"
_MASTER, _NONCE = 32, 16
_SECONDS = 30
#: DER of a public key of SM2 before its point: the algorithm and the curve (GB/T 35276).
_PUBLIC_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
_POINT = 65


@dataclass(frozen=True)
class SmFile(SealedFile):
    """A store that is sealed with SM2, SM3 and SM4."""

    file: ClassVar[str] = SM_KEY_STORE_FILE
    recipient_form: ClassVar[str] = "a public key of SM2 (sm2:...)"

    def new_identity(self) -> str:
        """As of any store."""
        made = _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2")
        write_identity(self.identity, made.decode("ascii"))
        return self.own_recipients()[0]

    def own_recipients(self) -> tuple[str, ...]:
        """As of any store: one."""
        content = self._identity_content()
        try:
            public = _openssl("pkey", "-pubout", "-outform", "DER", given=content)
        except _RefusedError:
            raise self._no_identity() from None
        line = PREFIX + base64.b64encode(public).decode("ascii")
        try:
            self.check_recipient(line)
        except KeyStoreError:
            raise self._no_identity() from None
        return (line,)

    def check_recipient(self, line: str) -> None:
        """As of any store."""
        _public(line)

    def _seal(self, content: bytes, recipients: Sequence[str]) -> bytes:
        master, nonce = os.urandom(_MASTER), os.urandom(_NONCE)
        cipher_key, check_key = _keys(master, nonce)
        said = {
            "format": _FORMAT,
            "keys": [_text(_wrapped(master, each)) for each in recipients],
            "nonce": _text(nonce),
            "sealed": _text(_sm4(cipher_key, nonce, content)),
        }
        said["check"] = _text(_checked(check_key, said))
        return (json.dumps(said, indent=1) + "\n").encode("ascii")

    def _opened(self, sealed: bytes) -> bytes:
        wrong = KeyStoreError(f"{self.path}: is not what egovnet writes; restore it")
        try:
            said = json.loads(sealed)
            check = _octets(said.pop("check"))
            wrapped = [_octets(each) for each in said["keys"]]
            nonce, body = _octets(said["nonce"]), _octets(said["sealed"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise wrong from None
        if said.get("format") != _FORMAT or len(nonce) != _NONCE:
            raise wrong
        for master in self._masters(wrapped):
            cipher_key, check_key = _keys(master, nonce)
            if not hmac.compare_digest(_checked(check_key, said), check):
                raise KeyStoreError(f"{self.path}: was altered; restore it")
            return _sm4(cipher_key, nonce, body)
        raise self._does_not_open("no recipient's")

    def _masters(self, wrapped: Sequence[bytes]) -> list[bytes]:
        """What the private key here opens; one at most is meant for it."""
        self.own_recipients()  # it is a private key of SM2, and nobody else's
        found = []
        for each in wrapped:
            words = ("pkeyutl", "-decrypt", "-inkey", str(self.identity))
            try:
                master = _openssl(*words, given=each)
            except _RefusedError:
                continue
            if len(master) == _MASTER:
                found.append(master)
        return found

    def _no_identity(self) -> KeyStoreError:
        return KeyStoreError(
            f"{self.identity}: is no private key of SM2; name another file, or make one with: "
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2"
        )


class _RefusedError(Exception):
    """OpenSSL could not do it."""


def _openssl(*words: str, given: bytes = b"") -> bytes:
    """What OpenSSL writes. Secrets go through its standard input and output alone.

    Raises:
        KeyStoreError: there is no OpenSSL.
        _RefusedError: it ended with an error.
    """
    try:
        done = subprocess.run(
            ["openssl", *words],
            input=given,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        why = getattr(error, "strerror", None) or "it does not end"
        raise KeyStoreError(f"openssl: cannot be run: {why}; SM2 is OpenSSL's, of 3.0") from None
    if done.returncode:
        raise _RefusedError
    return done.stdout


def _public(line: str) -> bytes:
    """DER of a recipient's key. Raises KeyStoreError."""
    refused = KeyStoreError(f"{line[:24]!r} is no recipient: write a public key of SM2, sm2:...")
    if not line.startswith(PREFIX):
        raise refused
    try:
        public = base64.b64decode(line.removeprefix(PREFIX), validate=True)
    except ValueError:
        raise refused from None
    if not public.startswith(_PUBLIC_HEAD) or len(public) != len(_PUBLIC_HEAD) + _POINT:
        raise refused
    return public


def _wrapped(master: bytes, recipient: str) -> bytes:
    """The master secret for one recipient."""
    # a public key, which openssl takes from a file alone: what it seals is in its input
    with tempfile.NamedTemporaryFile() as file:
        file.write(_public(recipient))
        file.flush()
        words = ("pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", file.name)
        try:
            return _openssl(*words, given=master)
        except _RefusedError:
            raise KeyStoreError(f"{recipient[:24]!r} is no recipient: no point of SM2") from None


def _keys(master: bytes, nonce: bytes) -> tuple[bytes, bytes]:
    """Of SM4, and of HMAC-SM3."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 -- for those who have keys
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 -- as above

    made = HKDF(hashes.SM3(), 48, nonce, _FORMAT.encode()).derive(master)
    return made[:16], made[16:]


def _sm4(key: bytes, nonce: bytes, content: bytes) -> bytes:
    """SM4 in counter mode, which is its own inverse."""
    from cryptography.hazmat.primitives.ciphers import (  # noqa: PLC0415 -- as above
        Cipher,
        algorithms,
        modes,
    )

    done = Cipher(algorithms.SM4(key), modes.CTR(nonce)).encryptor()
    return done.update(content) + done.finalize()


def _checked(key: bytes, said: Mapping[str, object]) -> bytes:
    """HMAC-SM3 of everything that the file says but this."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.hmac import HMAC  # noqa: PLC0415 -- as above

    check = HMAC(key, hashes.SM3())
    check.update(json.dumps(said, sort_keys=True, separators=(",", ":")).encode())
    return check.finalize()


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _octets(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
