"""Signed and sealed texts: who can read and write what carries them learns and changes nothing.

A signed text is `KEY.PAYLOAD.SIGNATURE`: the name of the signer's key, and two parts in URL-safe
base64. The signature (Ed25519) is over the kind of message and the payload, and is checked before
the payload is looked at. A payload with content of its own is sealed to one receiver first:
compressed, and encrypted with ChaCha20-Poly1305 (RFC 8439) under a key that X25519 and HKDF-SHA256
(RFC 5869) give for this one message. Kind, signer and receiver are bound into both.
"""

import base64
import re
import zlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from egovnet.tasks.runners.wire import strict_json
from egovnet.tasks.runners.wire.key_pair import KeyPair, PublicKey
from egovnet.tasks.runners.wire.trusted_keys import Party

#: Begins what is signed and what keys are derived from; the number is of this whole scheme.
_SCHEME = b"egovnet message 1"
_TOKEN = re.compile(rb"([0-9a-f]{16})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})")
#: Octets of a whole text: the most that one may hold, not compressed, in base64.
_MOST = strict_json.MOST * 3 // 2
_EPHEMERAL = 32
#: The key of a message is used once, so its nonce may be any.
_NONCE = bytes(12)


class RefusedError(ValueError):
    """A message that is not acted upon: what is wrong with it, as in "it ..."."""


def signed(kind: str, payload: bytes, own: KeyPair) -> str:
    """`payload` as a signed text of this kind."""
    signature = own.signing.sign(_statement(kind, payload))
    return f"{own.public.name}.{_base64(payload)}.{_base64(signature)}"


def opened(kind: str, text: str | bytes, trusted: Mapping[str, Party]) -> tuple[Party, bytes]:
    """Who signed a text, and its payload.

    Raises:
        RefusedError: nobody of `trusted` signed exactly this as a message of this kind.
    """
    # whoever calls has it from somebody who may have sent anything
    if not isinstance(text, str | bytes):
        raise RefusedError("is no signed message")
    octets = text if isinstance(text, bytes) else text.encode(errors="replace")
    if len(octets) > _MOST:
        raise RefusedError(f"is longer than {_MOST >> 20} MB")
    found = _TOKEN.fullmatch(octets)
    if found is None:
        raise RefusedError("is no signed message")
    name = found[1].decode()
    party = trusted.get(name)
    if party is None:
        raise RefusedError(f"is signed with key {name}, which may not say that")
    payload = base64.urlsafe_b64decode(found[2] + b"=" * (-len(found[2]) % 4))
    signature = base64.urlsafe_b64decode(found[3] + b"==")
    if not party.key.signed(signature, _statement(kind, payload)):
        raise RefusedError(f"was altered, or is not of {party}")
    return party, payload


def sealed(kind: str, content: bytes, own: KeyPair, receiver: PublicKey) -> bytes:
    """`content`, which only `receiver` can open; to be signed by `own`."""
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(receiver.seals))
    about = _about(kind, own.public, receiver, public)
    box = ChaCha20Poly1305(_derived(shared, about))
    return public + box.encrypt(_NONCE, zlib.compress(content, 1), about)


def unsealed(kind: str, payload: bytes, own: KeyPair, sender: PublicKey) -> bytes:
    """What `sender` sealed to us.

    Raises:
        RefusedError: it was sealed by or to somebody else, or is larger than anybody sends.
    """
    public, box = payload[:_EPHEMERAL], payload[_EPHEMERAL:]
    about = _about(kind, sender, own.public, public)
    try:
        key = _derived(own.opens(public), about)
        packed = ChaCha20Poly1305(key).decrypt(_NONCE, box, about)
    except (InvalidTag, ValueError):
        raise RefusedError(f"is not sealed to key {own.public.name}") from None
    unpack = zlib.decompressobj()
    try:
        content = unpack.decompress(packed, strict_json.MOST)
    except zlib.error:
        raise RefusedError("is sealed, and not compressed as it should be") from None
    if unpack.unconsumed_tail or not unpack.eof:
        raise RefusedError(f"holds more than {strict_json.MOST >> 20} MB, or is cut off")
    return content


def _statement(kind: str, payload: bytes) -> bytes:
    return b"\0".join((_SCHEME, kind.encode(), payload))


def _about(kind: str, sender: PublicKey, receiver: PublicKey, ephemeral: bytes) -> bytes:
    """What a seal is bound to; every part but the kind has one length."""
    ends = sender.verifies + sender.seals + receiver.verifies + receiver.seals
    return b"\0".join((_SCHEME, kind.encode(), ends + ephemeral))


def _derived(shared: bytes, about: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=about).derive(shared)


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
