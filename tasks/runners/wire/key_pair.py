"""Key pairs of controllers and workers: who signed a message, and who alone can open it.

A key is two: Ed25519 (RFC 8032) signs, X25519 (RFC 7748) is sealed to. The private file holds both
as PEM (PKCS #8); the public ones go together as one line of text.
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from egovnet.inventory.errors import EgovnetError
from egovnet.inventory.source.regular_file import read_regular
from egovnet.tasks.credentials import CredentialsError, check_private

#: How a public key's text begins, with the number of what it is made of.
_PUBLIC = "egovnet-public-1:"
_HALF = 32
#: Octets of a private key's file; two PEM blocks are 240.
_MOST = 16 * 1024
_END = "-----END PRIVATE KEY-----"
_MAKE_ONE = "make one with: egovnet worker --new-key FILE"


class KeyFileError(EgovnetError):
    """A key's file cannot be used or made (exit code 2). The message holds nothing of it."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What others know of a key pair."""

    #: Raw Ed25519 and X25519 keys, 32 octets each.
    verifies: bytes
    seals: bytes

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """The key of a line that `str` gave.

        Raises:
            ValueError: it is none.
        """
        if not text.startswith(_PUBLIC):
            raise ValueError(f"a public key begins with {_PUBLIC}")
        encoded = text.removeprefix(_PUBLIC)
        try:
            octets = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            octets = b""
        if len(octets) != 2 * _HALF or base64.b64encode(octets).decode() != encoded:
            raise ValueError(f"what follows {_PUBLIC} is not {2 * _HALF} octets in base64")
        return cls(octets[:_HALF], octets[_HALF:])

    def __str__(self) -> str:
        return _PUBLIC + base64.b64encode(self.verifies + self.seals).decode()

    @property
    def name(self) -> str:
        """What tells keys apart in messages and in words: 16 hexadecimal digits."""
        return hashlib.sha256(self.verifies + self.seals).hexdigest()[:16]

    def signed(self, signature: bytes, text: bytes) -> bool:
        """Whether `signature` is this key's, of exactly this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.verifies).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A controller's or a worker's own."""

    signing: Ed25519PrivateKey = field(repr=False)
    opening: X25519PrivateKey = field(repr=False)

    @classmethod
    def new(cls) -> "KeyPair":
        """A new one, of the system's random numbers."""
        return cls(Ed25519PrivateKey.generate(), X25519PrivateKey.generate())

    @property
    def public(self) -> PublicKey:
        """What others are to know of it."""
        return PublicKey(
            self.signing.public_key().public_bytes_raw(),
            self.opening.public_key().public_bytes_raw(),
        )

    def opens(self, ephemeral: bytes) -> bytes:
        """What it shares with the sender's ephemeral X25519 key.

        Raises:
            ValueError: that is no key.
        """
        return self.opening.exchange(X25519PublicKey.from_public_bytes(ephemeral))


def write_new_key(path: Path) -> PublicKey:
    """Make a key pair and write it to a new file that its owner alone can read.

    Raises:
        KeyFileError: the file is there already, or cannot be written.
    """
    made = KeyPair.new()
    text = b"".join(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        for key in (made.signing, made.opening)
    )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise KeyFileError(f"{path}: is there already; a key is never written over") from None
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600)  # whatever the umask
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise KeyFileError(f"{path}: cannot be written: {error.strerror}") from error
    return made.public


def read_key_pair(path: Path) -> KeyPair:
    """The key pair of a file that `write_new_key` made.

    Raises:
        KeyFileError: it cannot be read, others can read it too, or it is no key.
    """
    try:
        text = read_regular(path, _MOST).decode("ascii")
        check_private(path)
    except OSError as error:
        raise KeyFileError(
            f"{path}: the private key cannot be read: {error.strerror}; {_MAKE_ONE}"
        ) from error
    except CredentialsError as error:
        raise KeyFileError(str(error)) from None
    except UnicodeDecodeError:
        text = ""
    blocks = [part + _END for part in text.split(_END)[:-1]]
    try:
        signing, opening = (load_pem_private_key(block.encode(), None) for block in blocks)
    except (ValueError, TypeError):
        # the library's own words may quote the file
        signing = opening = None  # type: ignore[assignment]  # neither of them
    if not isinstance(signing, Ed25519PrivateKey) or not isinstance(opening, X25519PrivateKey):
        raise KeyFileError(f"{path}: is not a private key of egovnet's; {_MAKE_ONE}")
    return KeyPair(signing, opening)
