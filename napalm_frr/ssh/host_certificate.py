"""Whether a host's certificate holds.

paramiko agrees with a server on a certificate and proves that the server has its private key. It
does not ask who signed it, for whom and until when: that is done here.
"""

from __future__ import annotations

from collections.abc import Collection

import paramiko

from napalm_frr.errors import CertificateError
from napalm_frr.ssh.certificate import HOST, PARTS, Certificate, shown
from napalm_frr.ssh.revoked_keys import RevokedKeys
from napalm_frr.ssh.wire import Fields

_MOST_SAID = 5


def check_host(
    certificate: Certificate,
    name: str,
    authorities: Collection[bytes],
    revoked: RevokedKeys,
    now: float,
) -> None:
    """Whether a certificate is that of the host `name`, by one of `authorities` (public keys).

    `now` is in seconds since 1970.

    Raises:
        CertificateError: why it is not; the words go after "its host certificate".
    """
    if certificate.authority not in authorities:
        raise CertificateError("is signed by an authority that is not trusted for it")
    if not _is_signed(certificate):
        raise CertificateError("was altered: its authority's signature does not hold")
    if certificate.kind != HOST:
        raise CertificateError("is a user's, not a host's")
    if revoked.revokes(certificate):
        raise CertificateError(f"was revoked (serial {certificate.serial})")
    if name not in certificate.principals:
        others = ", ".join(map(_quoted, certificate.principals[:_MOST_SAID])) or "nobody"
        raise CertificateError(f"is for {others}, not for {name}: it is another machine")
    if certificate.critical:
        raise CertificateError(f"has an option that is not known, {certificate.critical[0][:60]!r}")
    if now < certificate.valid_after:
        raise CertificateError(
            f"is valid from {shown(certificate.valid_after)} on; here it is {shown(int(now))}"
        )
    if now >= certificate.valid_before:
        raise CertificateError(
            f"ended at {certificate.until}; here it is {shown(int(now))}: renew it"
        )


def _quoted(principal: str) -> str:
    plain = principal.isascii() and principal.isprintable() and len(principal) <= 64
    return principal if plain else ascii(principal[:64])


def _is_signed(certificate: Certificate) -> bool:
    kind = Fields(certificate.authority).text()
    if kind not in PARTS:
        return False
    try:
        authority = paramiko.PKey.from_type_string(kind, certificate.authority)
        return bool(
            authority.verify_ssh_sig(certificate.body, paramiko.Message(certificate.signature))
        )
    except (paramiko.SSHException, ValueError, IndexError, TypeError):
        return False
