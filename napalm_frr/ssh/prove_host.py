"""Whether a host is who it is to be: by a pinned key, or by a certificate of a trusted authority.

A certificate says whose key it is, so that a router may have a new one and nobody edits a list; it
is asked for first wherever an authority is named for the host. A pinned key is enough as well.
What is revoked is refused either way.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

import paramiko

from napalm_frr.errors import CertificateError
from napalm_frr.ssh.certificate import KINDS, parse_certificate
from napalm_frr.ssh.host_certificate import check_host
from napalm_frr.ssh.known_hosts import KnownHosts
from napalm_frr.ssh.revoked_keys import RevokedKeys

#: Pinned kind of key -> what it is agreed on by (RFC 8332).
_AGREED = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}


class HostKeyRefused(paramiko.SSHException):  # it names what was found
    """The host is not who it is to be; says why."""


class ProveHost(paramiko.MissingHostKeyPolicy):
    """What is known of one host, asked by paramiko before anybody logs in.

    `alias` is its name in certificates, `name` in lists of pinned keys.
    """

    def __init__(
        self,
        alias: str,
        name: str,
        known: Iterable[KnownHosts],
        revoked: RevokedKeys,
        *,
        strict: bool,
    ) -> None:
        self.alias = alias
        self.pinned: list[paramiko.PKey] = []
        self.authorities: frozenset[bytes] = frozenset()
        self._by_hand: set[bytes] = set()
        for file in known:
            self.pinned += file.keys_of(name)
            self.authorities |= file.authorities_of(alias)
            self._by_hand |= file.revoked
        self._revoked = revoked
        self._strict = strict

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        """Whether the host is the one that is known.

        Raises:
            HostKeyRefused: it is not.
        """
        plain = key.asbytes()
        if plain in self._by_hand or self._revoked.revokes_key(plain):
            raise HostKeyRefused("its host key was revoked")
        certified = getattr(key, "public_blob", None)
        pinned = any(plain == one.asbytes() for one in self.pinned)
        if certified is not None:
            self._certificate(certified.key_blob, plain, pinned=pinned)
        elif pinned:
            return
        elif self.authorities:
            raise HostKeyRefused(
                f"it has no host certificate, and its key is not pinned; enrol {self.alias}, or it "
                "is another machine"
            )
        elif self.pinned:
            raise HostKeyRefused(
                "its host key is not the pinned one; it is another machine or was rebuilt"
            )
        elif self._strict:
            raise HostKeyRefused("its host key is not among the known hosts")

    def _certificate(self, blob: bytes, proved: bytes, *, pinned: bool) -> None:
        try:
            certificate = parse_certificate(blob)
            if certificate.key != proved:  # the key whose private half the host has shown to have
                raise CertificateError("it is for another key")
        except CertificateError as error:
            raise HostKeyRefused(f"its host certificate is none: {error}") from error
        if self._revoked.revokes(certificate):
            raise HostKeyRefused(
                f"its host certificate was revoked (serial {certificate.serial}, for {self.alias})"
            )
        if pinned:  # whoever wrote that line knows the key, whatever a certificate says of it
            return
        try:
            check_host(certificate, self.alias, self.authorities, self._revoked, time.time())
        except CertificateError as error:
            raise HostKeyRefused(f"its host certificate {error}") from error


def key_types(possible: Sequence[str], host: ProveHost) -> list[str]:
    """How host keys are agreed on: certificates where somebody signs them, then kinds of pinned
    keys, then all others."""
    pinned = (
        agreed
        for key in host.pinned
        for agreed in _AGREED.get(key.get_name(), (key.get_name(),))
        if agreed in possible
    )
    wanted = [*(KINDS if host.authorities else ()), *pinned, *possible]
    return list(dict.fromkeys(wanted))
