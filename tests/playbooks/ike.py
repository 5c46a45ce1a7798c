"""IKE on the PEs of a lab, by the files of the how-to page, and certificates of an authority."""

import base64
import datetime
import re
import shlex

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from egovnet.lab.backend import Backend
from tests.docs.blocks import ROOT

PAGE = ROOT / "docs" / "how-to" / "encrypt-a-vpn.md"
_OWN_KEY = "/etc/swanctl/private/router.pem"
#: As the page says it, without what pki says of plugins that are not there.
_MAKE_KEY = f"umask 077; pki --gen --type ecdsa --size 256 --outform pem 2>&- > {_OWN_KEY}"
_REQUEST = "pki --req --type ecdsa --in {key} --dn CN={name} --san {name} --outform pem 2>&-"
_START = (
    "(setsid /usr/lib/ipsec/charon >/var/log/charon.log 2>&1 </dev/null &); "
    "for n in $(seq 100); do swanctl --stats >/dev/null 2>&1 && break; sleep 0.2; done; "
    "swanctl --load-all 2>&-"
)
_STOP = (
    "kill $(cat /run/charon.pid); "
    "for n in $(seq 100); do [ -e /run/charon.pid ] || exit 0; sleep 0.2; done; exit 1"
)


class Authority:
    """Signs what PEs ask for; its key is in memory alone."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "backbone")])
        own = self._build(self._name, self._key.public_key(), ca=True)
        self.certificate = own.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def sign(self, request: str) -> str:
        """A certificate in PEM for a request in PEM."""
        read = x509.load_pem_x509_csr(request.encode())
        assert read.is_signature_valid
        key = read.public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        built = self._build(read.subject, key, ca=False)
        for extension in read.extensions:
            built = built.add_extension(extension.value, critical=False)
        return built.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()

    def _build(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        year = datetime.timedelta(days=365)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - year)
            .not_valid_after(now + year)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )


def install_ike(lab: Backend, loopbacks: dict[str, str]) -> None:
    """Give each PE a key of its own, a certificate and the page's two files; nothing is started."""
    authority = Authority()
    connection, daemon = re.findall(r"(?ms)^```text\n(.*?)^```$", PAGE.read_text())
    for name, loopback in loopbacks.items():
        _run(
            lab,
            name,
            f"mkdir -p /etc/swanctl/private /etc/swanctl/x509 /etc/swanctl/x509ca; {_MAKE_KEY}",
        )
        asked = _run(lab, name, _REQUEST.format(key=_OWN_KEY, name=name))
        own = connection.replace("10.255.0.2", loopback).replace("bj-pe1", name)
        for path, text in (
            ("/etc/swanctl/x509/router.pem", authority.sign(asked)),
            ("/etc/swanctl/x509ca/backbone.pem", authority.certificate),
            ("/etc/swanctl/swanctl.conf", own),
            ("/etc/strongswan.conf", daemon),
        ):
            encoded = base64.b64encode(text.encode()).decode()
            _run(lab, name, f"echo {encoded} | base64 -d > {shlex.quote(path)}")


def start_ike(lab: Backend, name: str) -> None:
    """Start charon on a PE, and let it have its connections."""
    assert "loaded connection 'pe'" in _run(lab, name, _START)


def stop_ike(lab: Backend, name: str) -> None:
    """End charon on a PE, as its service does: it takes its keys and policies with it."""
    _run(lab, name, _STOP)


def _run(lab: Backend, node: str, command: str) -> str:
    done = lab.exec(node, command, 60)
    assert done.exit_code == 0, f"{node}: {command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
