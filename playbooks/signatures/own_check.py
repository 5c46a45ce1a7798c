"""Whether an SSH signature is over some data, found in this process: no ssh-keygen is started.

A check of the journal has a signature for each record, and a process for each takes a hundred times
as long. What is answered here is "yes" alone, for the kinds of keys and the form that ssh-keygen
writes; of all others ssh-keygen is asked, which has the last word on what does not hold.
"""

import base64
import binascii
import hashlib
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from egovnet.playbooks.signatures.key_text import PublicKey, string_at

#: As ssh-keygen writes it, and nothing beside it.
_ARMOUR = re.compile(
    r"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/]+\n)*[A-Za-z0-9+/]+={0,2}\n)"
    r"-----END SSH SIGNATURE-----\n?"
)
_BEGIN = b"SSHSIG\0\0\0\1"
#: Of the data (PROTOCOL.sshsig); of RSA and of curves, what is signed.
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_RSA: dict[bytes, hashes.HashAlgorithm] = {
    b"rsa-sha2-256": hashes.SHA256(),
    b"rsa-sha2-512": hashes.SHA512(),
}
_CURVES: dict[bytes, hashes.HashAlgorithm] = {
    b"ecdsa-sha2-nistp256": hashes.SHA256(),
    b"ecdsa-sha2-nistp384": hashes.SHA384(),
    b"ecdsa-sha2-nistp521": hashes.SHA512(),
}
#: Kinds of keys whose signatures are checked here.
_KINDS = {"ssh-ed25519", "ssh-rsa", *(kind.decode() for kind in _CURVES)}


def surely_over(data: bytes, signature: str, key: PublicKey, namespace: str) -> bool:
    """Whether an armoured signature is by `key`, for `namespace` and over `data`; False: it is not,
    or ssh-keygen has to be asked."""
    try:
        blob = _blob(signature)
        signer, made_for, reserved, name, made = _fields(blob, len(_BEGIN), 5)
        if (signer, made_for, reserved) != (key.blob, namespace.encode(), b""):
            return False
        digest = _HASHES[name](data).digest()
        signed = b"SSHSIG" + b"".join(map(_string, (made_for, b"", name, digest)))
        kind, value = _fields(made, 0, 2)
        _verify(key, kind, value, signed)
    except (ValueError, KeyError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _blob(signature: str) -> bytes:
    found = _ARMOUR.fullmatch(signature)
    if found is None:
        raise ValueError(signature)
    try:
        blob = base64.b64decode(found[1].replace("\n", ""), validate=True)
    except binascii.Error as error:
        raise ValueError(signature) from error
    if not blob.startswith(_BEGIN):
        raise ValueError(signature)
    return blob


def _fields(blob: bytes, at: int, count: int) -> list[bytes]:
    """So many strings, and nothing after them."""
    found = []
    for _ in range(count):
        field, at = string_at(blob, at)
        found.append(field)
    if at != len(blob):
        raise ValueError(blob)
    return found


def _string(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _verify(key: PublicKey, kind: bytes, value: bytes, signed: bytes) -> None:
    """Raises:
    InvalidSignature: it does not hold.
    ValueError, KeyError: it is of a kind, or in a form, that ssh-keygen is asked about.
    """
    if key.kind not in _KINDS:
        raise ValueError(key.kind)  # a token's with a count of touches, a certificate
    public = load_ssh_public_key(str(key).encode())
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(value, signed, padding.PKCS1v15(), _RSA[kind])
    elif kind.decode() != key.kind:
        raise ValueError(kind)
    elif isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(value, signed)
    elif isinstance(public, ec.EllipticCurvePublicKey):
        r, s = (_number(each) for each in _fields(value, 0, 2))
        public.verify(encode_dss_signature(r, s), signed, ec.ECDSA(_CURVES[kind]))
    else:
        raise ValueError(kind)


def _number(value: bytes) -> int:
    """A positive mpint in its shortest form (RFC 4251, section 5)."""
    number = int.from_bytes(value, "big")
    if number == 0 or number.to_bytes(number.bit_length() // 8 + 1, "big") != value:
        raise ValueError(value)
    return number
