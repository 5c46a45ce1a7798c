"""The certificate by which we log in, where there is one beside our key: what is wrong with it."""

from __future__ import annotations

import base64
import binascii
import time
from pathlib import Path

from napalm_frr.errors import CertificateError
from napalm_frr.ssh.certificate import SUFFIX, USER, Certificate, parse_certificate, shown
from napalm_frr.ssh.wire import Fields


def own_certificate(key_file: str | None) -> Certificate | None:
    """The certificate in `KEY-cert.pub`; None where there is none.

    Raises:
        CertificateError: what is there is none.
        OSError: it cannot be read.
    """
    path = Path(f"{key_file}-cert.pub")
    if key_file is None or not path.exists():
        return None
    return certificate_of(path.read_text(encoding="utf-8", errors="replace"))


def certificate_of(line: str) -> Certificate:
    """The certificate in the line of a `-cert.pub` file.

    Raises:
        CertificateError: it is none.
    """
    try:
        return parse_certificate(base64.b64decode(line.split()[1], validate=True))
    except (IndexError, binascii.Error):
        raise CertificateError("it is not the line of a certificate") from None


def unreadable(key_file: str | None) -> str:
    """What is to be said of a file beside our key that is no certificate of any kind; "" where it
    is one, or not there."""
    path = Path(f"{key_file}-cert.pub")
    if key_file is None or not path.exists():
        return ""
    try:
        kind, blob, *_ = path.read_text(encoding="utf-8", errors="replace").split()
        if kind.endswith(SUFFIX) and Fields(base64.b64decode(blob, validate=True)).text() == kind:
            return ""
    except (OSError, ValueError):
        pass  # said below
    return f"{path} is no certificate; ask for another one, or take it away"


def what_ails_it(key_file: str | None) -> str:
    """Why a router may refuse our certificate, to go after "refused"; "" where nobody can tell."""
    try:
        certificate = own_certificate(key_file)
    except (CertificateError, OSError):
        return f"; {key_file}-cert.pub is no certificate"
    if certificate is None:
        return ""
    now, name = time.time(), f"certificate {certificate.serial} ({certificate.key_id[:60]!r})"
    if certificate.kind != USER:
        return f"; {name} is a host's"
    if now >= certificate.valid_before:
        return f"; {name} ended at {certificate.until}"
    if now < certificate.valid_after:
        return f"; {name} is valid from {shown(certificate.valid_after)} on"
    held = ", ".join(ascii(one)[1:-1] for one in certificate.principals[:5]) or "nobody"
    return (
        f"; {name} is for {held} until {certificate.until}: it is revoked, or the router is not in "
        "that scope, does not trust the authority, or has another time"
    )
