"""The authority of PEs' key exchange (IKE): X.509 certificates (RFC 5280), and what is revoked.

A certificate has one name, the PE's, and may authenticate; nothing that a request asks for besides
gets into it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_ssh_public_key

from egovnet.inventory.source.regular_file import read_regular
from egovnet.playbooks.core.identity.authority import Authority, Order
from egovnet.playbooks.core.identity.authority_key import signing_key
from egovnet.playbooks.core.identity.errors import AuthorityError, NoAuthorityError
from egovnet.playbooks.core.identity.register import Holder, Register
from egovnet.playbooks.core.identity.ssh_keygen import begin_directory, make_key
from egovnet.playbooks.core.output_file import PUBLIC, Holds, write_output

_KEY, CERTIFICATE, REVOKED = "ike_authority", "ike_authority.pem", "ike_revoked.pem"
_VALID = timedelta(days=3650)
_SKEW = timedelta(minutes=10)
#: Bytes: a list of a nation's routers, each revoked many times.
_MOST = 64 * 1024 * 1024
#: What a key may do: authenticate, or as the authority's sign certificates and the list.
_NOTHING = dict.fromkeys(
    (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    ),
    False,
)


class IkeAuthority:
    """The one whose files are in `directory`, beside those of the SSH authorities."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def of(cls, network: str) -> IkeAuthority:
        """That of a network."""
        return cls(Authority.of(network).directory)

    @property
    def exists(self) -> bool:
        """Whether there is one."""
        return (self.directory / CERTIFICATE).exists()

    @cached_property
    def certificate(self) -> x509.Certificate:
        """Its own certificate, which PEs trust.

        Raises:
            NoAuthorityError: there is none, or it cannot be read.
        """
        path = self.directory / CERTIFICATE
        try:
            return x509.load_pem_x509_certificate(read_regular(path, _MOST))
        except FileNotFoundError:
            raise NoAuthorityError(
                f"{self.directory}: this network has no authority for IKE yet; make one: egovnet "
                "identity init"
            ) from None
        except (OSError, ValueError):
            raise NoAuthorityError(f"{path}: cannot be read") from None

    @property
    def certificate_text(self) -> str:
        """The same in PEM. Raises as `certificate`."""
        return _pem(self.certificate)

    @property
    def key(self) -> str:
        """`KEYTYPE KEY COMMENT` of its key.

        Raises:
            NoAuthorityError: there is none.
        """
        try:
            path = self.directory / f"{_KEY}.pub"
            return read_regular(path, _MOST).decode("ascii", "replace").strip()
        except OSError:
            raise NoAuthorityError(f"{path}: cannot be read") from None

    @cached_property
    def signer(self) -> ec.EllipticCurvePrivateKey:
        """Its private key. Raises AuthorityError where nobody can sign with it."""
        return signing_key(self.directory / _KEY)

    def make(self, network: str, *, unprotected: bool) -> None:
        """Make its key and its certificate; a passphrase is asked for unless it is to have none.

        Raises:
            AuthorityError: there is one, or it cannot be made.
        """
        if any((self.directory / name).exists() for name in (_KEY, f"{_KEY}.pub", CERTIFICATE)):
            raise AuthorityError(
                f"{self.directory}: has an authority for IKE, or a part of one; another one would "
                "make every certificate of it worthless: move its files away first if that is meant"
            )
        begin_directory(self.directory, unprotected=unprotected)
        path, words = self.directory / _KEY, f"egovnet {network} IKE authority"
        make_key(path, "ecdsa", words, unprotected=unprotected)
        now = datetime.now(UTC).replace(microsecond=0)
        name = x509.Name(
            [
                x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, f"egovnet {network}"[:64]),
                x509.NameAttribute(x509.NameOID.COMMON_NAME, "IKE"),
            ]
        )
        may = _NOTHING | {"key_cert_sign": True, "crl_sign": True}
        built = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.signer.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _SKEW)
            .not_valid_after(now + _VALID)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(**may), critical=True)
            .add_extension(self._own_id(), critical=False)
            .sign(self.signer, hashes.SHA256())
        )
        write_output(self.directory / CERTIFICATE, _pem(built), Holds.OWN, mode=PUBLIC & 0o644)

    def sign(self, order: Order) -> str:
        """A PE's certificate in PEM, with its name as the only one.

        Raises:
            AuthorityError: the key cannot sign, or the authority ends before.
            NoAuthorityError: there is none.
        """
        authority = self.certificate
        if order.valid_until > authority.not_valid_after_utc:
            raise AuthorityError(
                f"the authority for IKE ends at {authority.not_valid_after_utc:%Y-%m-%d}, before "
                "what is asked for; say fewer --days, or make another one"
            )
        key = load_ssh_public_key(order.key.encode())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise AuthorityError(f"{order.name}: only ECDSA keys are certified for IKE")
        (name,) = order.principals
        built = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
            .issuer_name(authority.subject)
            .public_key(key)
            .serial_number(order.serial)
            .not_valid_before(order.valid_from)
            .not_valid_after(order.valid_until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**_NOTHING | {"digital_signature": True}), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(self._id_of_authority(), critical=False)
            .sign(self.signer, hashes.SHA256())
        )
        try:
            built.verify_directly_issued_by(authority)
        except (InvalidSignature, ValueError):
            raise AuthorityError(f"{self.directory / _KEY}: is not the certificate's key") from None
        return _pem(built)

    def revoked(self, register: Register) -> str:
        """The list of what is revoked, in PEM; the one that was made before where it says so.

        It holds until the authority ends: no PE could fetch another one, and one that had ended
        would stop them all.

        Raises:
            AuthorityError, NoAuthorityError: it cannot be made.
        """
        gone = {one.serial: one.revoked for one in register.revoked_of(Holder.IKE)}
        if text := self._made_before(set(gone)):
            return text
        authority = self.certificate
        now = datetime.now(UTC).replace(microsecond=0)
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(authority.subject)
            .last_update(now - _SKEW)
            .next_update(authority.not_valid_after_utc)
            .add_extension(x509.CRLNumber(1 + len(gone)), critical=False)
            .add_extension(self._id_of_authority(), critical=False)
        )
        for serial, when in gone.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial)
            built = built.add_revoked_certificate(entry.revocation_date(when or now).build())
        return built.sign(self.signer, hashes.SHA256()).public_bytes(Encoding.PEM).decode("ascii")

    def publish(self, text: str) -> Path:
        """Write the list where it is kept; returns its file.

        Raises:
            UsageError: it cannot be written.
        """
        path = self.directory / REVOKED
        write_output(path, text, Holds.OWN, mode=PUBLIC & 0o644)
        return path

    def _made_before(self, serials: set[int]) -> str:
        try:
            text = read_regular(self.directory / REVOKED, _MOST)
            made = x509.load_pem_x509_crl(text)
        except (OSError, ValueError):
            return ""
        key = self.certificate.public_key()
        ours = isinstance(key, ec.EllipticCurvePublicKey) and made.is_signature_valid(key)
        same = {one.serial_number for one in made} == serials
        return text.decode("ascii") if ours and same else ""

    def _own_id(self) -> x509.SubjectKeyIdentifier:
        return x509.SubjectKeyIdentifier.from_public_key(self.signer.public_key())

    def _id_of_authority(self) -> x509.AuthorityKeyIdentifier:
        """By which strongSwan finds the list of an authority."""
        own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own.value)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")
