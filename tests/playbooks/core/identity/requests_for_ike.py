"""Requests for IKE as a machine may make them: whole, with more than it may have, or broken."""

import base64
from collections.abc import Callable, Sequence

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

ROUTER = "bj-pe1"
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
KEY = ec.generate_private_key(ec.SECP256R1())
_COMMON = x509.NameOID.COMMON_NAME
_SERVER = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])


def request(
    subject: Sequence[tuple[x509.ObjectIdentifier, str]] = ((_COMMON, ROUTER),),
    names: Sequence[x509.GeneralName] | None = (x509.DNSName(ROUTER),),
    more: Sequence[x509.ExtensionType] = (),
    key: Key = KEY,
) -> bytes:
    """In DER."""
    name = x509.Name([x509.NameAttribute(*attribute) for attribute in subject])
    built = x509.CertificateSigningRequestBuilder().subject_name(name)
    if names is not None:
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    for extension in more:
        built = built.add_extension(extension, critical=False)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return built.sign(key, algorithm).public_bytes(Encoding.DER)


def text(der: bytes) -> str:
    """As it stands in a request of enrolment."""
    return base64.b64encode(der).decode("ascii")


def _forged() -> bytes:
    """The key of another request, under the signature of this one."""
    other = ec.generate_private_key(ec.SECP256R1())
    mine, its = (one.public_key().public_numbers() for one in (KEY, other))
    der = request()
    return der.replace(mine.x.to_bytes(32, "big"), its.x.to_bytes(32, "big")).replace(
        mine.y.to_bytes(32, "big"), its.y.to_bytes(32, "big")
    )


_NO_KEY = "a key that is not ECDSA with 256 or 384 bits"
#: Case -> what makes the request, and what is said of it.
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "another-subject": (lambda: request([(_COMMON, "sh-pe1")]), "asks for the subject 'CN=sh-pe1'"),
    "two-subjects": (
        lambda: request([(_COMMON, ROUTER), (_COMMON, "sh-pe1")]),
        "asks for the subject",
    ),
    "an-organisation": (
        lambda: request([(x509.NameOID.ORGANIZATION_NAME, ROUTER)]),
        "asks for the subject",
    ),
    "another-name": (
        lambda: request(names=[x509.DNSName("sh-pe1")]),
        "asks for the names 'sh-pe1'",
    ),
    "two-names": (
        lambda: request(names=[x509.DNSName(ROUTER), x509.DNSName("sh-pe1")]),
        "asks for the names 'bj-pe1, sh-pe1'",
    ),
    "any-name": (lambda: request(names=[x509.DNSName("*")]), "asks for the names '*'"),
    "a-name-of-another-kind": (
        lambda: request(names=[x509.RFC822Name("root@bj-pe1")]),
        "asks for the names 'root@bj-pe1'",
    ),
    "an-authority": (
        lambda: request(more=[x509.BasicConstraints(ca=True, path_length=None)]),
        "asks to be an authority itself (CA:TRUE)",
    ),
    "a-usage": (lambda: request(more=[_SERVER]), "asks for the extension 2.5.29.37"),
    "rsa": (lambda: request(key=rsa.generate_private_key(65537, 2048)), _NO_KEY),
    "a-short-curve": (lambda: request(key=ec.generate_private_key(ec.SECP224R1())), _NO_KEY),
    "another-curve": (lambda: request(key=ec.generate_private_key(ec.SECP256K1())), _NO_KEY),
    "ed25519": (lambda: request(key=ed25519.Ed25519PrivateKey.generate()), _NO_KEY),
    "another-key": (_forged, "is not signed by the key that it is for"),
    "cut-off": (lambda: request()[:-9], "is no PKCS#10 request"),
    "no-request": (lambda: b"hello", "is no PKCS#10 request"),
}
