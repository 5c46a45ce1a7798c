"""A PE's request for a certificate (PKCS#10, RFC 2986): only its key is taken from it.

What it asks for besides is refused, and not left out in silence: whoever asks for more than a PE's
name is not a PE as it is to be, or made a mistake.
"""

from __future__ import annotations

import base64

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from egovnet.playbooks.core.identity.errors import EnrolmentRefused

#: By the curve's size: ECP-256 and ECP-384 (RFC 5903), which the other PEs can check.
_CURVES = (ec.SECP256R1.name, ec.SECP384R1.name)
#: What cryptography raises of texts that are no request, as every octet of one being any other had
#: it raise (tests).
_BROKEN = (
    *(ValueError, TypeError, UnsupportedAlgorithm),
    *(x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType),
)


def key_of_request(text: str, router: str) -> str:
    """`KEYTYPE KEY` of a request in base 64, where it asks for this router's name and nothing else.

    Raises:
        EnrolmentRefused: it is none, asks for something else, or its key is not its own or is weak.
    """
    try:
        request = x509.load_der_x509_csr(base64.b64decode(text, validate=True))
        key, extensions, signed = _read(request)
    except _BROKEN:
        raise _no(router, "is no PKCS#10 request") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in _CURVES:
        raise _no(router, "has a key that is not ECDSA with 256 or 384 bits; make it by pki")
    if not signed:
        raise _no(router, "is not signed by the key that it is for")
    names = [attribute.value for attribute in request.subject]
    common = request.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if names and (len(names) != 1 or len(common) != 1 or names != [router]):
        raise _no(router, f"asks for the subject {request.subject.rfc4514_string()[:100]!r}")
    for extension in extensions:
        _check(extension, router)
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def _read(request: x509.CertificateSigningRequest) -> tuple[object, x509.Extensions, bool]:
    """What is read only when it is asked for, so that a fault in any of it is found here."""
    list(request.subject)
    return request.public_key(), request.extensions, request.is_signature_valid


def _check(extension: x509.Extension[x509.ExtensionType], router: str) -> None:
    value = extension.value
    if isinstance(value, x509.SubjectAlternativeName):
        if list(value) != [x509.DNSName(router)]:
            asked = ", ".join(str(name.value) for name in value)[:100]
            raise _no(router, f"asks for the names {asked!r}")
    elif isinstance(value, x509.BasicConstraints):
        if value.ca:
            raise _no(router, "asks to be an authority itself (CA:TRUE)")
    else:
        raise _no(router, f"asks for the extension {extension.oid.dotted_string}")


def _no(router: str, why: str) -> EnrolmentRefused:
    return EnrolmentRefused(
        f"{router}: its request for IKE {why}; only its own key, and {router} as its name, are "
        "certified"
    )
