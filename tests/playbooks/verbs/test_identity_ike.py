"""`identity` for encrypted VPNs: PEs' certificates for IKE, what is revoked, and what root runs."""

import base64
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from egovnet.playbooks.core.identity.authority_key import signing_key
from egovnet.playbooks.core.identity.expiry import ends_soon
from egovnet.playbooks.core.identity.register import Holder, Issued, read_register
from egovnet.playbooks.core.workspace import Workspace
from napalm_frr.enrolment import Request, request_text, script_of, secret_of
from tests.playbooks.console import edit
from tests.playbooks.core.identity.requests_for_ike import REFUSED, request, text
from tests.playbooks.test_json_shapes import check
from tests.playbooks.verbs.identity_verbs import IdentityVerbs
from tests.small_encryption import serial_number, small_encryption
from tests.ssh_authorities import new_key, public

PE, OTHER, P = "bj-pe1", "sh-pe1", "bj-p1"


@dataclass
class Place(IdentityVerbs):
    """An inventory with an encrypted VPN, and files that routers and people leave."""

    files: Path

    @property
    def directory(self) -> Path:
        return self.state / "reference" / "identity"

    def asks(self, name: str, ike: str, code: str, machine: str = "") -> Request:
        """What a machine asks for, left in `request`."""
        path = self.files / (machine or name)
        key = path if path.exists() else new_key(path)
        asked = Request(name, serial_number(name), " ".join(public(key).split()[:2]), ike)
        secret = secret_of(code, name, asked.serial_number)
        (self.files / "request").write_text(request_text(asked, secret), encoding="ascii")
        return asked

    def enrolled(self, name: str, ike: str, machine: str = "") -> tuple[Any, str]:
        """What `sign` says, and the script of its answer."""
        code = self.done("enrol", name)["code"]
        asked = self.asks(name, ike, code, machine)
        said = self.done("sign", self.files / "request", "-o", self.files / "answer")
        answer = (self.files / "answer").read_text()
        return said, script_of(answer, asked, secret_of(code, name, asked.serial_number))

    def current(self, name: str) -> Issued | None:
        return read_register(self.directory).current(Holder.IKE, name)

    def revoked(self) -> set[int]:
        made = x509.load_pem_x509_crl((self.directory / "ike_revoked.pem").read_bytes())
        authority = (self.directory / "ike_authority.pem").read_bytes()
        key = x509.load_pem_x509_certificate(authority).public_key()
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert made.is_signature_valid(key)
        return {one.serial_number for one in made}

    def script(self, name: str) -> str:
        self.done("script", "-l", name, "-o", self.files / "scripts")
        return (self.files / "scripts" / f"{name}.sh").read_text()


def asked_by(name: str) -> str:
    """A request for IKE with a key that was made for it."""
    subject = ((x509.NameOID.COMMON_NAME, name),)
    key = ec.generate_private_key(ec.SECP256R1())
    return text(request(subject, [x509.DNSName(name)], key=key))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    directory = tmp_path_factory.mktemp("identity")
    root = small_encryption(directory / "network")
    place = Place(root, directory / "state", directory / "files")
    place.files.mkdir()
    check("identity init", place.done("init", "--unprotected"))
    return place


@pytest.fixture
def place(made: Place) -> Iterator[Place]:
    """With an empty register, for each test."""
    (made.directory / "register.json").unlink(missing_ok=True)
    yield made


def test_the_authority_s_files_are_its_owner_s(made: Place) -> None:
    assert (made.directory / "ike_authority").stat().st_mode & 0o777 == 0o600
    certificate = x509.load_pem_x509_certificate(
        (made.directory / "ike_authority.pem").read_bytes()
    )
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert made.revoked() == set()
    assert "has an authority" in made.refused("init", "--unprotected")


def test_a_network_gets_its_third_authority_later(tmp_path: Path) -> None:
    place = Place(small_encryption(tmp_path / "network"), tmp_path / "state", tmp_path)
    edit(place.root / "vpns.yaml", ", level: 3, encryption: pe-to-pe", "")
    assert place.done("init", "--unprotected")["ike_authority"] == ""
    before = (place.directory / "host_authority").read_bytes()
    assert "has an authority" in place.refused("init", "--unprotected")
    edit(place.root / "vpns.yaml", "owner: party}", "owner: party, encryption: pe-to-pe}")
    assert place.done("init", "--unprotected")["ike_authority"].startswith("SHA256:")
    assert (place.directory / "host_authority").read_bytes() == before


def test_a_pe_is_enrolled_for_ike_too(place: Place) -> None:
    said, script = place.enrolled(PE, asked_by(PE))
    check("identity sign", {**said, "revoked": [said["certificate"]]})
    assert (said["ike"]["holder"], said["ike"]["principals"]) == ("ike", [PE])
    own = place.current(PE)
    assert own is not None
    assert own.serial_number == serial_number(PE)
    for part in (own.certificate, f"id = fqdn:{OTHER}", "revocation = strict"):
        assert part in script
    listed = place.done("list")
    assert [one["holder"] for one in listed["certificates"]] == ["router", "ike"]


def test_a_pe_that_asks_for_none_is_named(place: Place) -> None:
    code = place.done("enrol", PE)["code"]
    place.asks(PE, "", code)
    ran = place.do("sign", place.files / "request", "-o", place.files / "answer")
    assert ran.code == 0
    assert f"{PE} has an encrypted VPN and no certificate for IKE" in " ".join(ran.stderr.split())
    said, script = place.enrolled(PE, "")
    assert said["ike"] is None
    assert "swanctl" not in script


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_for_more_leaves_the_code_unused(place: Place, case: str) -> None:
    code = place.done("enrol", PE)["code"]
    make, said = REFUSED[case]
    place.asks(PE, text(make()), code)
    assert said in place.refused("sign", place.files / "request", "-o", place.files / "none")
    assert not (place.files / "none").exists()
    assert read_register(place.directory).issued == ()
    place.asks(PE, asked_by(PE), code)
    place.done("sign", place.files / "request", "-o", place.files / "answer")


def test_a_request_of_a_stranger_is_refused(place: Place) -> None:
    """Without a code, with another router's, or put into a request that was made with one."""
    sign = ("sign", place.files / "request", "-o", place.files / "none")
    place.asks(PE, asked_by(PE), "0" * 20)
    assert "no code holds for it" in place.refused(*sign)
    code = place.done("enrol", OTHER)["code"]
    place.done("enrol", PE)
    place.asks(PE, asked_by(PE), code)
    assert "was not made with the code that was shown for this router" in place.refused(*sign)
    code = place.done("enrol", PE)["code"]
    asked = place.asks(PE, asked_by(PE), code)
    written = (place.files / "request").read_text()
    for put in (asked_by(PE), ""):
        line = f"ike-request {put}\n" if put else ""
        other = written.replace(f"ike-request {asked.ike}\n", line)
        (place.files / "request").write_text(other)
        assert "or was altered" in place.refused(*sign)
    assert read_register(place.directory).issued == ()


def test_certificates_for_ike_are_renewed(place: Place) -> None:
    place.enrolled(PE, asked_by(PE))
    first = place.current(PE)
    signed = place.done("certify", "-l", PE, "--days", "400")
    second = place.current(PE)
    assert first is not None
    assert second is not None
    assert [one["holder"] for one in signed["certificates"]] == ["router", "ike"]
    assert (second.key, second.valid_until > first.valid_until) == (first.key, True)
    assert second.certificate in place.script(PE)


def test_what_is_revoked_is_on_the_list_of_ike(place: Place) -> None:
    place.enrolled(PE, asked_by(PE))
    ike = asked_by(OTHER)
    place.enrolled(OTHER, ike)
    gone = place.current(OTHER)
    assert gone is not None
    assert f"id = fqdn:{OTHER}" in place.script(PE)
    done = place.done("revoke", "--router", OTHER, "--reason", "stolen")
    assert {one["holder"] for one in done["certificates"]} == {"router", "ike"}
    assert place.revoked() == {gone.serial}
    script = place.script(PE)
    assert (place.directory / "ike_revoked.pem").read_text() in script
    assert f"id = fqdn:{OTHER}" not in script, "nobody's peer any more"
    code = place.done("enrol", OTHER)["code"]
    place.asks(OTHER, ike, code, machine="new")
    said = place.refused("sign", place.files / "request", "-o", place.files / "none")
    assert "was revoked; make another one; remove /etc/swanctl/private/router.pem" in said
    place.enrolled(OTHER, asked_by(OTHER), machine="new")
    script = place.script(PE)
    assert f"id = fqdn:{OTHER}" in script
    assert 'stay=" gre2 "' in script and '|| stay="  "' in script, "it may be the old one still"
    assert place.revoked() == {gone.serial}


def test_the_machine_before_is_nobody_for_ike(place: Place) -> None:
    place.enrolled(PE, asked_by(PE), machine="old")
    first = place.current(PE)
    place.enrolled(PE, "", machine="old")
    assert place.current(PE) == first, "the same machine, without another request"
    place.enrolled(PE, asked_by(PE), machine="old")
    second = place.current(PE)
    assert first is not None
    assert second is not None
    assert place.revoked() == {first.serial}, "the same machine, with another key"
    place.enrolled(PE, "", machine="new")
    assert place.current(PE) is None
    assert place.revoked() == {first.serial, second.serial}


def test_a_list_that_cannot_be_signed_revokes_nothing(place: Place) -> None:
    place.enrolled(PE, asked_by(PE))
    key, away = place.directory / "ike_authority", place.files / "away"
    key.rename(away)
    try:
        said = place.refused("revoke", "--router", PE, "--reason", "stolen")
        assert "cannot sign: it has a passphrase, or is not there" in said
        assert place.current(PE) is not None
        away.chmod(0o644)
        away.rename(key)
        said = place.refused("revoke", "--router", PE, "--reason", "stolen")
        assert "others may read it: chmod 600" in said
    finally:
        (away if away.exists() else key).rename(key)
        key.chmod(0o600)


def test_what_ends_for_ike_is_said_before(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(place.state))
    network = Workspace(place.root).network
    (found,) = ends_soon(network)
    assert f"PEs with an encrypted VPN and no certificate for IKE: {PE}, {OTHER}" in str(found)
    for name in (P, PE, OTHER):
        place.enrolled(name, asked_by(name))
    own = place.current(PE)
    assert own is not None
    assert ends_soon(network) == ()
    for days, said in ((29, "certificates for IKE end within 30 days: bj-pe1"), (0, "have ended")):
        found = [str(one) for one in ends_soon(network, own.valid_until - timedelta(days=days))]
        assert any(said in one for one in found), found
    late = ends_soon(network, own.valid_until + timedelta(days=9 * 365 - 30))
    assert any("the authority for IKE ends at" in str(one) for one in late)


def test_no_private_key_is_in_what_is_said_or_written(place: Place) -> None:
    said = [str(place.enrolled(name, asked_by(name))) for name in (PE, OTHER)]
    said += [place.script(PE), place.do("list", "--all").stdout]
    said += [place.do("revoke", "--router", OTHER, "--reason", "x").stdout]
    key = signing_key(place.directory / "ike_authority").private_numbers().private_value
    secret = key.to_bytes(32, "big")
    forms = (secret, secret.hex().encode(), base64.b64encode(secret).rstrip(b"=")[:-1])
    texts = [one.encode() for one in said]
    texts += [
        path.read_bytes()
        for path in (*place.state.rglob("*"), *place.files.rglob("*"))
        if path.is_file() and path.name != "ike_authority" and not _is_an_ssh_key(path)
    ]
    for one in texts:
        assert not any(form in one for form in forms)
        assert b"PRIVATE KEY" not in one


def _is_an_ssh_key(path: Path) -> bool:
    return path.with_name(f"{path.name}.pub").exists()


def test_an_authority_with_a_passphrase_signs_by_an_agent(tmp_path: Path) -> None:
    place = Place(small_encryption(tmp_path / "network"), tmp_path / "state", tmp_path)
    place.done("init", "--unprotected")
    for name in ("host_authority", "user_authority", "ike_authority"):
        change = ["ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f"]
        subprocess.run([*change, place.directory / name], check=True, capture_output=True)
    code = place.done("enrol", PE)["code"]
    place.asks(PE, asked_by(PE), code)
    sign = ("sign", place.files / "request", "-o", place.files / "answer")
    assert "it has a passphrase" in place.refused(*sign)
    socket, ask = tmp_path / "agent", tmp_path / "ask"
    ask.write_text("#!/bin/sh\necho open sesame\n")
    ask.chmod(stat.S_IRWXU)
    asks = {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force", "SSH_AUTH_SOCK": str(socket)}
    with subprocess.Popen(
        ["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as agent:
        try:
            for name in ("host_authority", "ike_authority"):
                for _ in range(100):
                    done = subprocess.run(
                        ["ssh-add", "-q", place.directory / name],
                        env={**os.environ, **asks},
                        stdin=subprocess.DEVNULL,
                        capture_output=True,
                        check=False,
                    )
                    if not done.returncode:
                        break
            signed = place.do(*sign, env={"SSH_AUTH_SOCK": str(socket)})
            assert signed.code == 0, signed.stderr
        finally:
            agent.terminate()
    own = place.current(PE)
    assert own is not None
    authority = (place.directory / "ike_authority.pem").read_bytes()
    x509.load_pem_x509_certificate(own.certificate.encode()).verify_directly_issued_by(
        x509.load_pem_x509_certificate(authority)
    )


def test_the_script_is_one_that_a_shell_reads(place: Place) -> None:
    _, script = place.enrolled(PE, asked_by(PE))
    done = subprocess.run(["sh", "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    modes = {path: mode for mode, path in re.findall(r"chmod (\d+) (/etc/s\S+)\n", script)}
    assert (
        modes["/etc/swanctl/private/router.pem"] == modes["/etc/swanctl/swanctl.conf.new"] == "600"
    )
    assert modes["/etc/swanctl/router.pem.candidate.new"] == "644"
