"""Who a router shows to be, by certificates of an authority, and what is refused before a login."""

import base64
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from napalm.base.exceptions import ConnectAuthError

from egovnet.lab.emulated.process import EmulatedRouters
from napalm_frr import FRRDriver
from napalm_frr.errors import CertificateError, HostKeyError
from napalm_frr.ssh.certificate import parse_certificate
from napalm_frr.ssh.host_certificate import check_host
from napalm_frr.ssh.own_certificate import certificate_of, what_ails_it
from napalm_frr.ssh.revoked_keys import RevokedKeys
from tests.loopback import loopback_network
from tests.ssh_authorities import Authority, keygen, new_key, public

TEXT = (
    "pe1\n# This file describes the network interfaces\n# ports.conf --\nfrr version 8.4.4\n"
    "frr defaults traditional\nhostname pe1\nservice integrated-vtysh-config\n!\n"
)


@dataclass
class Place:
    """A router that shows what a test has it show, and what is known of it."""

    routers: EmulatedRouters
    directory: Path
    authority: Authority
    #: The host key, private and public.
    key: Path

    def shows(self, certificate: str, key: Path | None = None) -> None:
        host_key = (key or self.key).read_text(encoding="ascii")
        self.routers.control.do("identity", name="pe1", host_key=host_key, certificate=certificate)

    def driver(self, known: str = "", **more: Any) -> FRRDriver:  # noqa: ANN401 -- optional_args
        file = self.directory / "known"
        file.write_text(known or self.authority.known, encoding="ascii")
        arguments = {
            **self.routers.optional_args("pe1"),
            "known_hosts": str(file),
            "host_key_alias": "pe1",
            **more,
        }
        return FRRDriver(self.routers.addresses["pe1"][0], "root", "", 10, arguments)

    def pinned(self, key: Path) -> str:
        host, port = self.routers.addresses["pe1"]
        return f"[{host}]:{port} {public(key)}\n"

    def logins(self) -> int:
        """How often anybody has come so far as to ask the router's agent for anything."""
        return sum(self.routers.control.do("counts")["pe1"].values())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    directory = tmp_path_factory.mktemp("certified")
    with EmulatedRouters({"pe1": TEXT}, directory / "lab", network=loopback_network()) as routers:
        authority = Authority.made(directory / "authority")
        yield Place(routers, directory, authority, new_key(directory / "host"))


@pytest.fixture
def other(place: Place) -> Authority:
    path = place.directory / "other"
    return Authority(path) if path.exists() else Authority.made(path)


def test_a_certificate_for_the_router_is_enough(place: Place) -> None:
    place.shows(place.authority.sign(public(place.key), "pe1"))
    with place.driver() as router:
        assert router.running_text() == TEXT


def test_an_authority_of_another_kind_of_key(place: Place) -> None:
    path = place.directory / "ecdsa"
    authority = Authority(path) if path.exists() else Authority.made(path, "ecdsa")
    key = new_key(place.directory / "ecdsa-host", "ecdsa")
    place.shows(authority.sign(public(key), "pe1"), key)
    with place.driver(authority.known) as router:
        assert router.is_alive() == {"is_alive": True}


#: What a router shows -> what is said of it; `a` the authority that is trusted, `b` another one.
REFUSED: dict[str, tuple[Callable[[Authority, Authority, str], str], str]] = {
    "nothing": (lambda a, b, key: "", "it has no host certificate, and its key is not pinned"),
    "another authority's": (
        lambda a, b, key: b.sign(key, "pe1"),
        "is signed by an authority that is not trusted for it",
    ),
    "another router's": (lambda a, b, key: a.sign(key, "pe2"), "is for pe2, not for pe1"),
    "nobody's": (lambda a, b, key: a.sign(key), "is for nobody, not for pe1"),
    "one that ended": (
        lambda a, b, key: a.sign(key, "pe1", begins=-900, ends=-300),
        r"ended at 20\d\d-\S+ \S+ UTC; here it is 20\d\d-\S+ \S+ UTC: renew it",
    ),
    "one of tomorrow": (
        lambda a, b, key: a.sign(key, "pe1", begins=300, ends=900),
        r"is valid from 20\d\d-\S+ \S+ UTC on; here it is",
    ),
}


@pytest.mark.parametrize("shown", REFUSED)
def test_what_else_a_router_shows_is_refused(place: Place, other: Authority, shown: str) -> None:
    sign, said = REFUSED[shown]
    place.shows(sign(place.authority, other, public(place.key)))
    before = place.logins()
    with pytest.raises(HostKeyError, match=said):
        place.driver().open()
    assert place.logins() == before, "nobody logged in"


def test_users_certificates_and_unknown_options_are_refused(place: Place) -> None:
    own = base64.b64decode(public(place.authority.key).split()[1])
    for line, said in (
        (place.authority.sign(public(place.key), "pe1", host=False), "is a user's, not a host's"),
        (
            place.authority.sign(
                public(place.key), "pe1", more=("-O", "critical:only-at@example=night")
            ),
            "has an option that is not known, 'only-at@example'",
        ),
    ):
        certificate = certificate_of(line)
        with pytest.raises(CertificateError, match=said):
            check_host(certificate, "pe1", [own], RevokedKeys(), certificate.valid_after)


@pytest.mark.parametrize("by", ["serial: 7", "id: of a test", "key: KEY", "line", "by hand"])
@pytest.mark.parametrize("pinned", [False, True])
def test_what_is_revoked_is_refused_pinned_or_not(place: Place, by: str, pinned: bool) -> None:
    place.shows(place.authority.sign(public(place.key), "pe1"))
    known = place.authority.known + (place.pinned(place.key) if pinned else "")
    revoked = place.directory / "revoked"
    if by == "line":
        revoked.write_text(f"# lost\n{public(place.key)}\n", encoding="ascii")
    else:
        lines = "" if by == "by hand" else by.replace("KEY", public(place.key)) + "\n"
        place.authority.revoking(revoked, lines)
    if by == "by hand":
        known += f"@revoked * {public(place.key)}\n"
    with pytest.raises(HostKeyError, match="was revoked"):
        place.driver(known, revoked_host_keys=str(revoked)).open()


def test_a_revoked_authority_signs_nothing(place: Place) -> None:
    place.shows(place.authority.sign(public(place.key), "pe1"))
    by_hand = f"{place.authority.known}@revoked * {public(place.authority.key)}\n"
    with pytest.raises(HostKeyError, match="not among the known hosts"):
        place.driver(by_hand).open()
    revoked = place.authority.revoking(
        place.directory / "revoked", f"key: {public(place.authority.key)}\n"
    )
    with pytest.raises(HostKeyError, match="was revoked"):
        place.driver(revoked_host_keys=str(revoked)).open()


@pytest.mark.parametrize("spoilt", ["gone", "empty", "cut off", "unknown section", "no key"])
def test_a_list_that_cannot_be_read_trusts_nobody(place: Place, spoilt: str) -> None:
    place.shows(place.authority.sign(public(place.key), "pe1"))
    revoked = place.authority.revoking(place.directory / "revoked", "serial: 9\n")
    whole = revoked.read_bytes()
    known = place.authority.known
    if spoilt == "gone":
        revoked.unlink()
    elif spoilt == "no key":
        known += "@revoked * ssh-ed25519 half-of-a-k\n"
    elif spoilt != "empty":
        tail = whole[:-3] if spoilt == "cut off" else whole + b"\x63" + struct.pack(">I", 0)
        revoked.write_bytes(tail)
    driver = place.driver(known, revoked_host_keys=str(revoked))
    if spoilt == "empty":  # the control: this one revokes something else
        driver.open()
        driver.close()
        return
    with pytest.raises(HostKeyError, match="nobody is known: "):
        driver.open()


def test_a_pinned_key_is_enough_as_well(place: Place) -> None:
    stranger = new_key(place.directory / f"stranger-{len(list(place.directory.iterdir()))}")
    for certificate in ("", place.authority.sign(public(place.key), "pe1", begins=-9, ends=-3)):
        place.shows(certificate)
        with place.driver(place.authority.known + place.pinned(place.key)) as router:
            assert router.is_alive() == {"is_alive": True}
        with place.driver(place.pinned(place.key)) as router:
            assert router.is_alive() == {"is_alive": True}
    place.shows("", stranger)
    with pytest.raises(HostKeyError, match="its host key is not the pinned one"):
        place.driver(place.pinned(place.key)).open()
    with pytest.raises(HostKeyError, match="it has no host certificate, and its key is not pinned"):
        place.driver(place.authority.known + place.pinned(place.key)).open()


def test_another_machine_between_two_connections(place: Place, other: Authority) -> None:
    good = place.authority.sign(public(place.key), "pe1")
    place.shows(good)
    driver = place.driver()
    with driver as router:
        assert router.is_alive() == {"is_alive": True}
    # whoever has seen a router's certificate has not its private key
    thief = new_key(place.directory / f"thief-{len(list(place.directory.iterdir()))}")
    place.shows(other.sign(public(thief), "pe1"), thief)
    with pytest.raises(HostKeyError, match="not trusted for it"):
        driver.open()
    place.shows(good)
    with driver as router:
        assert router.is_alive() == {"is_alive": True}


@pytest.mark.parametrize("text", ["", "ssh-ed25519 half", "ssh-ed25519-cert-v01@openssh.com AAAA"])
def test_a_certificate_of_ours_that_is_none_is_named(
    place: Place, tmp_path: Path, text: str
) -> None:
    key = new_key(tmp_path / "id")
    beside = tmp_path / "id-cert.pub"
    beside.write_text(text)
    place.shows(place.authority.sign(public(place.key), "pe1"))
    with pytest.raises(ConnectAuthError, match=r"id-cert\.pub is no certificate"):
        place.driver(key_file=str(key)).open()


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A certificate as the wire has it, and the authority's public key."""
    directory = tmp_path_factory.mktemp("signed")
    authority = Authority.made(directory / "authority")
    line = authority.sign(public(new_key(directory / "host")), "pe1", "pe1.example")
    return (base64.b64decode(line.split()[1]), base64.b64decode(public(authority.key).split()[1]))


@settings(max_examples=60)
@given(data=st.data())
def test_no_altered_certificate_holds(signed: tuple[bytes, bytes], data: st.DataObject) -> None:
    blob, authority = signed
    at = data.draw(st.integers(0, len(blob) - 1))
    how = data.draw(st.sampled_from(["bit", "cut", "more"]))
    if how == "bit":
        altered = bytearray(blob)
        altered[at] ^= 1 << data.draw(st.integers(0, 7))
        changed = bytes(altered)
    else:
        changed = blob[:at] if how == "cut" else blob + blob[at:]
    now = parse_certificate(blob).valid_after
    check_host(parse_certificate(blob), "pe1", [authority], RevokedKeys(), now)
    with pytest.raises(CertificateError):
        check_host(parse_certificate(changed), "pe1", [authority], RevokedKeys(), now)


SERIALS = (0, 1, 2, 7, 8, 31, 39, 64, 77, 2**32, 2**63 - 1)


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, dict[Path, str]]:
    """An authority, and certificates of it by their files: one of each serial number."""
    directory = tmp_path_factory.mktemp("numbered")
    authority = Authority.made(directory / "authority")
    key = public(new_key(directory / "subject"))
    lines = {
        directory / f"{serial}-cert.pub": authority.sign(key, "pe1", serial=serial)
        for serial in SERIALS
    }
    for path, line in lines.items():
        path.write_text(line, encoding="ascii")
    return authority, lines


@settings(max_examples=10)
@given(
    single=st.lists(st.one_of(st.sampled_from(SERIALS[1:]), st.integers(1, 90)), max_size=40),
    spans=st.lists(st.tuples(st.integers(1, 60), st.integers(1, 40)), max_size=3),
)
def test_a_revocation_list_is_read_as_openssh_reads_it(
    numbered: tuple[Authority, dict[Path, str]], single: list[int], spans: list[tuple[int, int]]
) -> None:
    authority, lines = numbered
    text = [f"serial: {serial}\n" for serial in single]
    text += [f"serial: {first}-{first + more}\n" for first, more in spans]
    file = authority.revoking(authority.key.with_name("krl"), "".join(text))
    ours = RevokedKeys(file.read_bytes())
    theirs = keygen("-Q", "-f", file, *lines).stdout.splitlines()
    assert len(theirs) == len(lines)
    for said, line in zip(theirs, lines.values(), strict=True):
        assert ours.revokes(certificate_of(line)) == said.endswith("REVOKED"), said


def test_why_our_own_certificate_may_be_refused(tmp_path: Path) -> None:
    authority, key = Authority.made(tmp_path / "authority"), new_key(tmp_path / "id")
    beside = tmp_path / "id-cert.pub"
    assert what_ails_it(str(key)) == what_ails_it(None) == ""
    for begins, ends, said in (
        (-60, -30, "ended at 20"),
        (60, 90, "is valid from 20"),
        (-60, 60, "is for egovnet/north/* until 20"),
    ):
        line = authority.sign(public(key), "egovnet/north/*", host=False, begins=begins, ends=ends)
        beside.write_text(line, encoding="ascii")
        assert said in what_ails_it(str(key))
        assert paramiko.PKey.from_path(key).public_blob is not None
    beside.write_text("ssh-ed25519 no", encoding="ascii")
    assert what_ails_it(str(key)).endswith("is no certificate")
