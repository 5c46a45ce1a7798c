"""Certificates of OpenSSH (its PROTOCOL.certkeys): what they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from napalm_frr.errors import CertificateError
from napalm_frr.ssh.wire import Fields, written

#: How the kinds of certificates end, as they are called on the wire.
SUFFIX = "-cert-v01@openssh.com"
#: Kind of key -> how many strings its public half has.
PARTS = {
    "ssh-ed25519": 1,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
}
#: Kinds of certificates that are agreed on, the preferred first. RSA's would need another look at
#: which of its signatures are meant.
KINDS = tuple(f"{kind}{SUFFIX}" for kind in PARTS)
USER, HOST = 1, 2
#: "Until" of a certificate that never ends.
_FOR_EVER = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says; nothing of it was checked yet."""

    #: The public key that it is for, as the wire has it.
    key: bytes
    serial: int
    #: USER or HOST.
    kind: int
    #: For people and logs.
    key_id: str
    principals: tuple[str, ...]
    #: Seconds since 1970, UTC: valid from the first on, and no more at the second.
    valid_after: int
    valid_before: int
    #: Names of options that whoever does not know them must refuse.
    critical: tuple[str, ...]
    #: The public key that signed it.
    authority: bytes
    #: What was signed, and the signature.
    body: bytes
    signature: bytes

    @property
    def until(self) -> str:
        """When it ends, for people."""
        return "for ever" if self.valid_before >= _FOR_EVER else shown(self.valid_before)


def shown(moment: int) -> str:
    """Seconds since 1970 as `2027-01-31 12:00:00 UTC`."""
    try:
        return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{moment} s after 1970"


def parse_certificate(blob: bytes) -> Certificate:
    """What a certificate says.

    Raises:
        CertificateError: it is none, or of a kind that is not taken.
    """
    fields = Fields(blob)
    name = fields.text()
    plain = name.removesuffix(SUFFIX)
    if plain == name or plain not in PARTS:
        raise CertificateError(f"{name[:60]!r} is not a kind of certificate that is taken")
    fields.string()  # the nonce
    key = written(plain.encode(), *(fields.string() for _ in range(PARTS[plain])))
    serial, kind, key_id = fields.number(8), fields.number(4), fields.text()
    principals = tuple(
        one.decode("utf-8", "backslashreplace") for one in Fields(fields.string()).strings()
    )
    after, before = fields.number(8), fields.number(8)
    options = list(Fields(fields.string()).strings())
    fields.string()  # extensions: what is not known of them is left alone
    fields.string()  # reserved
    authority = fields.string()
    body = blob[: fields.at]
    signature = fields.string()
    if fields.rest:
        raise CertificateError("something follows its signature")
    return Certificate(
        key,
        serial,
        kind,
        key_id,
        principals,
        after,
        before,
        tuple(one.decode("utf-8", "backslashreplace") for one in options[::2]),
        authority,
        body,
        signature,
    )
