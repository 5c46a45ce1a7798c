"""Public keys and signatures in SSH's text: what ssh-keygen writes, read without running it."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from egovnet.playbooks.signatures.errors import NoSignatureError

_ARMOUR = re.compile(
    r"\s*-----BEGIN SSH SIGNATURE-----\n([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*"
)
_MAGIC = b"SSHSIG"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a key, as the wire has it."""

    blob: bytes

    @property
    def kind(self) -> str:
        """Such as `ssh-ed25519`."""
        return string_at(self.blob, 0)[0].decode("ascii", "replace")

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` shows it: `SHA256:` and 43 characters."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest()).decode("ascii")
        return f"SHA256:{digest.rstrip('=')}"

    def __str__(self) -> str:
        return f"{self.kind} {base64.b64encode(self.blob).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class SignatureHeader:
    """What a signature says of itself: by which key it was made, and for what."""

    key: PublicKey
    namespace: str


def public_key(text: str) -> PublicKey:
    """The key in the line of a .pub file.

    Raises:
        ValueError: there is none.
    """
    fields = text.split()
    if len(fields) < 2:
        raise ValueError("not a public key")
    key = PublicKey(base64.b64decode(fields[1], validate=True))
    if key.kind != fields[0]:
        raise ValueError("not a public key of the kind it names")
    return key


def signature_header(signature: str) -> SignatureHeader:
    """What an armoured signature says of itself (OpenSSH's PROTOCOL.sshsig).

    Raises:
        NoSignatureError: it is not an SSH signature.
    """
    found = _ARMOUR.fullmatch(signature)
    try:
        if found is None:
            raise ValueError
        blob = base64.b64decode("".join(found[1].split()), validate=True)
        if not blob.startswith(_MAGIC) or int.from_bytes(blob[6:10], "big") != 1:
            raise ValueError
        key, at = string_at(blob, len(_MAGIC) + 4)
        namespace, _ = string_at(blob, at)
        string_at(key, 0)
        return SignatureHeader(PublicKey(key), namespace.decode("utf-8"))
    except (ValueError, binascii.Error):
        raise NoSignatureError(
            "not an SSH signature; give the whole text that ssh-keygen -Y sign wrote"
        ) from None


def string_at(blob: bytes, at: int) -> tuple[bytes, int]:
    """A length of four bytes and so many bytes; and where the next one begins (RFC 4251, 5)."""
    end = at + 4 + int.from_bytes(blob[at : at + 4], "big")
    if len(blob) < at + 4 or len(blob) < end:
        raise ValueError("cut off")
    return blob[at + 4 : end], end
