"""What is certified for IKE: one name, the router's, and nothing else that a request asks for."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from egovnet.playbooks.core.identity.authority import Order
from egovnet.playbooks.core.identity.errors import AuthorityError, EnrolmentRefused
from egovnet.playbooks.core.identity.ike_authority import IkeAuthority
from egovnet.playbooks.core.identity.ike_request import key_of_request
from egovnet.playbooks.core.identity.register import Holder
from tests.playbooks.core.identity.requests_for_ike import KEY, REFUSED, ROUTER, request, text

NOW = datetime.now(UTC).replace(microsecond=0)
WHOLE = request()
_EXTENSIONS = {
    x509.BasicConstraints: x509.BasicConstraints(ca=False, path_length=None),
    x509.SubjectAlternativeName: x509.SubjectAlternativeName([x509.DNSName(ROUTER)]),
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> IkeAuthority:
    made = IkeAuthority(tmp_path_factory.mktemp("ike"))
    made.make("test", unprotected=True)
    return made


def order(key: str, valid: timedelta = timedelta(days=365)) -> Order:
    return Order(Holder.IKE, ROUTER, (ROUTER,), key, 7, NOW, NOW + valid)


def load_signature(asked: bytes) -> bytes:
    return x509.load_der_x509_csr(asked).signature


def certified(authority: IkeAuthority, asked: bytes) -> x509.Certificate:
    signed = authority.sign(order(key_of_request(text(asked), ROUTER)))
    return x509.load_pem_x509_certificate(signed.encode())


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_for_more_is_refused(case: str) -> None:
    make, said = REFUSED[case]
    with pytest.raises(EnrolmentRefused) as refused:
        key_of_request(text(make()), ROUTER)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("written", ["", "not base 64", "äöü"])
def test_a_text_that_is_no_request_is_refused(written: str) -> None:
    with pytest.raises(EnrolmentRefused, match="is no PKCS#10 request"):
        key_of_request(written, ROUTER)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_a_request_of_a_router_s_own_is_certified(
    authority: IkeAuthority, curve: ec.EllipticCurve
) -> None:
    key = ec.generate_private_key(curve)
    signed = certified(authority, request(key=key))
    signed.verify_directly_issued_by(authority.certificate)
    assert signed.public_key() == key.public_key()
    assert (signed.serial_number, signed.not_valid_after_utc) == (7, NOW + timedelta(days=365))


_NAMES = st.sampled_from([ROUTER, "sh-pe1", "*", "bj-pe1.", "BJ-PE1", "%any", "bj-pe1\0x"])
_GENERAL = _NAMES.map(x509.DNSName) | st.just(x509.RFC822Name("root@bj-pe1"))
_MORE = st.sampled_from(
    [
        x509.BasicConstraints(ca=True, path_length=0),
        x509.BasicConstraints(ca=False, path_length=None),
        x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]),
        x509.IssuerAlternativeName([x509.DNSName(ROUTER)]),
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
        x509.NameConstraints([x509.DNSName("sh-pe1")], None),
    ]
)
_KINDS = st.sampled_from([x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME])


@settings(max_examples=150, deadline=None)
@given(
    subject=st.lists(st.tuples(_KINDS, _NAMES), max_size=2),
    names=st.none() | st.lists(_GENERAL, min_size=1, max_size=3),
    more=st.lists(_MORE, max_size=2, unique_by=lambda extension: extension.oid),
)
def test_what_is_signed_has_one_name_and_is_no_authority(
    authority: IkeAuthority,
    subject: list[tuple[x509.ObjectIdentifier, str]],
    names: list[x509.GeneralName] | None,
    more: list[x509.ExtensionType],
) -> None:
    try:
        signed = certified(authority, request(subject, names, more))
    except EnrolmentRefused:
        return
    extensions = {type(extension.value): extension.value for extension in signed.extensions}
    assert {kind: extensions[kind] for kind in _EXTENSIONS} == _EXTENSIONS
    assert signed.subject.rfc4514_string() == f"CN={ROUTER}"
    usage = extensions[x509.KeyUsage]
    assert isinstance(usage, x509.KeyUsage)
    assert usage.digital_signature and not usage.key_cert_sign and not usage.crl_sign
    identifiers = {x509.KeyUsage, x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier}
    assert extensions.keys() == {*_EXTENSIONS, *identifiers}


def test_a_request_with_any_octet_altered_is_refused() -> None:
    """Of any other value, and never by another error than the one for people. Only how many bits
    of its signature are unused may be said otherwise: nothing is taken from there."""
    own = key_of_request(text(WHOLE), ROUTER)
    unused = len(WHOLE) - len(load_signature(WHOLE)) - 1
    for at, octet in enumerate(WHOLE):
        for other in {0, 1, 5, 0x0C, 0x30, 0x7F, 0x80, 0xA0, 0xFF, octet ^ 1, octet ^ 2} - {octet}:
            altered = WHOLE[:at] + bytes([other]) + WHOLE[at + 1 :]
            try:
                assert (key_of_request(text(altered), ROUTER), at) == (own, unused)
            except EnrolmentRefused:
                continue


def test_nothing_is_certified_beyond_the_authority_s_end(authority: IkeAuthority) -> None:
    key = key_of_request(text(request(key=KEY)), ROUTER)
    with pytest.raises(AuthorityError, match="the authority for IKE ends at"):
        authority.sign(order(key, timedelta(days=4000)))
