"""Keys and certificates that are not to be trusted any more: OpenSSH's RevokedHostKeys.

The file is a key revocation list (ssh-keygen -k; OpenSSH's PROTOCOL.krl), or has a public key a
line. Whoever is on it is refused, pinned or certified. A file that cannot be read whole trusts
nobody: an attacker's best list is an empty one.
"""

from __future__ import annotations

import base64
import binascii
import functools
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from napalm_frr.errors import CertificateError
from napalm_frr.ssh.certificate import Certificate
from napalm_frr.ssh.files import version
from napalm_frr.ssh.wire import Fields

_MAGIC = b"SSHKRL\n\0"
_CERTIFICATES, _KEYS, _SHA1, _SIGNATURE, _SHA256 = 1, 2, 3, 4, 5
_SERIALS, _RANGE, _BITMAP, _KEY_IDS = 0x20, 0x21, 0x22, 0x23


@dataclass(slots=True)
class _OfAuthority:
    """What is revoked of an authority's certificates."""

    serials: set[int] = field(default_factory=set)
    #: First and last serial.
    ranges: list[tuple[int, int]] = field(default_factory=list)
    #: A serial, and a number whose bit i stands for the serial that is i greater.
    bitmaps: list[tuple[int, int]] = field(default_factory=list)
    key_ids: set[str] = field(default_factory=set)

    def revokes(self, certificate: Certificate) -> bool:
        serial = certificate.serial
        if certificate.key_id in self.key_ids:
            return True
        if not serial:  # the serial of those that were given none (PROTOCOL.krl)
            return False
        return (
            serial in self.serials
            or any(first <= serial <= last for first, last in self.ranges)
            or any(
                first <= serial < first + bits.bit_length() and bits >> (serial - first) & 1
                for first, bits in self.bitmaps
            )
        )


class RevokedKeys:
    """What a list revokes; `data` is the file's.

    Raises:
        CertificateError: it is none, or has what is not known: that could revoke anything.
    """

    def __init__(self, data: bytes = b"") -> None:
        self._keys: set[bytes] = set()
        self._digests: set[bytes] = set()
        self._certificates: dict[bytes, _OfAuthority] = {}
        if data.startswith(_MAGIC):
            self._read_list(Fields(data))
        else:
            self._read_lines(data.decode("utf-8", "replace"))

    def revokes_key(self, key: bytes) -> bool:
        """Whether a public key, as the wire has it, is revoked."""
        if key in self._keys:
            return True
        # SHA-1 is what older lists name keys by; a collision would revoke too much, never too
        # little
        digests = (hashlib.sha256(key).digest(), hashlib.sha1(key, usedforsecurity=False).digest())
        return not self._digests.isdisjoint(digests)

    def revokes(self, certificate: Certificate) -> bool:
        """Whether a certificate is revoked, or its key, or its authority."""
        if any(map(self.revokes_key, (certificate.key, certificate.authority))):
            return True
        # an entry without an authority is for those of all
        entries = (self._certificates.get(key) for key in (certificate.authority, b""))
        return any(entry is not None and entry.revokes(certificate) for entry in entries)

    def _read_lines(self, text: str) -> None:
        for number, line in enumerate(text.splitlines(), 1):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            try:
                key = base64.b64decode(words[1], validate=True)
                if Fields(key).text() != words[0]:
                    raise CertificateError
            except (IndexError, binascii.Error, CertificateError):
                raise CertificateError(f"line {number} is not a public key") from None
            self._keys.add(key)

    def _read_list(self, fields: Fields) -> None:
        fields.take(len(_MAGIC))
        if (form := fields.number(4)) != 1:
            raise CertificateError(f"it is of form {form}, not 1")
        fields.take(3 * 8)  # its version, when it was made, flags of which none is defined
        fields.string()
        fields.string()
        while fields.rest:
            section, data = fields.number(1), Fields(fields.string())
            if section == _CERTIFICATES:
                self._read_certificates(data)
            elif section == _KEYS:
                self._keys.update(data.strings())
            elif section in (_SHA1, _SHA256):
                self._digests.update(data.strings())
            elif section == _SIGNATURE:
                return  # the file is ours; nothing but signatures comes after the first one
            else:
                raise CertificateError(f"it has a section that is not known, {section}")

    def _read_certificates(self, fields: Fields) -> None:
        of = self._certificates.setdefault(fields.string(), _OfAuthority())
        fields.string()
        while fields.rest:
            section, data = fields.number(1), Fields(fields.string())
            if section == _SERIALS:
                while data.rest:
                    of.serials.add(data.number(8))
            elif section == _RANGE:
                of.ranges.append((data.number(8), data.number(8)))
            elif section == _BITMAP:
                of.bitmaps.append((data.number(8), int.from_bytes(data.string(), "big")))
            elif section == _KEY_IDS:
                of.key_ids.update(one.decode("utf-8", "backslashreplace") for one in data.strings())
            else:
                raise CertificateError(f"it has a part that is not known, {section:#x}")


def revoked_keys(file: str) -> RevokedKeys:
    """The list in a file as it is now; nothing is revoked where `file` is "".

    Raises:
        CertificateError: it cannot be read whole.
    """
    if not file:
        return RevokedKeys()
    try:
        return _read(file, version(file))
    except OSError as error:
        raise CertificateError(f"{file}: cannot be read: {error.strerror}") from error
    except CertificateError as error:
        raise CertificateError(f"{file}: is not a list of revoked keys: {error}") from error


@functools.lru_cache(maxsize=8)
def _read(file: str, _version: tuple[int, int, int]) -> RevokedKeys:
    return RevokedKeys(Path(file).read_bytes())
