"""OpenSSH's own server: who logs in by a certificate, and by what a router shows who it is.

On the second router of the driver's lab, whose server is set up as root does it on one in a rack:
by the script that an answer to an enrolment has in it.
"""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from napalm.base.exceptions import ConnectAuthError

from napalm_frr import FRRDriver, enrolment
from napalm_frr.change.installation import SSHD_PART, TRUST, SshTrust, install_script
from napalm_frr.enrolment import answer_text, parse_request, secret_of
from napalm_frr.errors import HostKeyError
from tests.napalm_frr.beside import BesideReal
from tests.napalm_frr.conftest import TwoRouters
from tests.ssh_authorities import Authority, new_key, public

pytestmark = pytest.mark.lab
CODE, NUMBER = "7Q2MX-0C9TB-1KVWZ-55HJN", "FDO2231A0BC"
SCOPES = ("egovnet/north/province", "egovnet/north/*", "egovnet/*/*")


def answers(since: str) -> str:
    """Shell text that waits until the server listens anew, which it says in its pid's file."""
    return (
        f"for i in $(seq 400); do [ /run/sshd.pid -nt {since} ] && exit; sleep 0.05; done; exit 1"
    )


@dataclass
class Place:
    """The router r2, two authorities, and an operator's key."""

    routers: TwoRouters
    directory: Path
    hosts: Authority
    users: Authority
    key: Path

    def run(self, command: str) -> str:
        """A command of root's on r2; fails where it does."""
        assert isinstance(self.routers.beside, BesideReal)
        done = self.routers.beside.vm.exec("r2", command, timeout=80)
        assert done.exit_code == 0, done.stdout + done.stderr
        return str(done.stdout)

    def put(self, path: str, text: str) -> None:
        for at in range(0, len(text), 60_000):
            sign = ">>" if at else ">"
            self.run(f"printf %s {shlex.quote(text[at : at + 60_000])} {sign}{path}")

    def trusts(self, revoked: str = "", certificate: str = "") -> str:
        """The script by which root has r2 go by the authorities."""
        file = self.users.revoking(self.directory / "revoked", revoked)
        own = certificate or self.run(f"cat {TRUST}/host-cert.pub")
        trust = SshTrust((public(self.users.key),), SCOPES, file.read_bytes(), own)
        return install_script(trust=trust)

    def goes_by(self, script: str) -> None:
        self.put("/run/script", script)
        self.run(f"SSHD_CONFIG=/run/sshd_config sh /run/script; {answers('/run/script')}")

    def driver(self, certificate: str = "", **more: Any) -> FRRDriver:  # noqa: ANN401 -- optional_args
        beside = self.key.with_name(f"{self.key.name}-cert.pub")
        beside.unlink(missing_ok=True)
        if certificate:
            beside.write_text(certificate, encoding="ascii")
        known = self.directory / "known"
        known.write_text(self.hosts.known, encoding="ascii")
        options = {
            "known_hosts": str(known),
            "host_key_alias": "r2",
            "key_file": str(self.key),
            "use_keys": False,
            **more,
        }
        return self.routers.driver("r2", **options)


@pytest.fixture(scope="module")
def place(real_routers: TwoRouters, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """r2 is enrolled, by the program as it is carried there."""
    directory = tmp_path_factory.mktemp("certificates")
    hosts, users = (Authority.made(directory / name) for name in ("hosts", "users"))
    place = Place(real_routers, directory, hosts, users, new_key(directory / "operator"))
    before = place.run("cat /run/sshd_config")
    place.put("/run/sshd_config", f"Include /etc/ssh/sshd_config.d/*.conf\n{before}")
    place.put("/run/enrolment.py", Path(enrolment.__file__).read_text(encoding="utf-8"))
    key = place.run("awk '/^HostKey/ {print $2}' /run/sshd_config").strip()
    place.run(f"ssh-keygen -y -f {key} >/run/host.pub")
    asked = place.run(
        f"echo {CODE} | python3 -I /run/enrolment.py request r2 --host-key /run/host.pub "
        f"--serial-number {NUMBER}"
    )
    request, _ = parse_request(asked)
    certificate = hosts.sign(request.host_key, "r2")
    answer = answer_text(place.trusts("", certificate), request, secret_of(CODE, "r2", NUMBER))
    place.put("/run/answer", answer)
    try:
        said = place.run(
            "SSHD_CONFIG=/run/sshd_config python3 -I /run/enrolment.py install </run/answer; "
            + answers("/run/answer")
        )
        assert said == "r2: enrolled\n"
        yield place
    finally:
        place.put("/run/sshd_config", before)
        back = f"rm -rf {TRUST} {SSHD_PART}; kill -HUP $(cat /run/sshd.pid)"
        place.run(f"{back}; {answers('/run/sshd_config')}")


def operator(place: Place, *principals: str, **more: Any) -> str:  # noqa: ANN401 -- see sign
    return place.users.sign(public(place.key), *principals, host=False, **more)


def test_an_operators_certificate_lets_in_where_its_scope_is(place: Place) -> None:
    for scope in SCOPES:
        with place.driver(operator(place, scope)) as router:
            assert "hostname r2" in router.running_text()
    good = operator(place, SCOPES[1], serial=41)
    refused: dict[str, tuple[str, str]] = {
        "another region's": (
            operator(place, "egovnet/south/*", "egovnet/north"),
            "is for egovnet/",
        ),
        "nobody's": (operator(place), "is for nobody"),
        "one that ended": (operator(place, SCOPES[1], begins=-900, ends=-300), "ended at 20"),
        "one of later": (operator(place, SCOPES[1], begins=900, ends=1800), "is valid from 20"),
        "another authority's": (
            place.hosts.sign(public(place.key), SCOPES[1], host=False),
            "does not trust the authority",
        ),
        "none": ("", "refused user 'egovnet' with this password or key"),
    }
    for what, (certificate, said) in refused.items():
        with pytest.raises(ConnectAuthError) as error:
            place.driver(certificate).open()
        assert said in str(error.value), what
    # the key was stolen: by its certificate's number, then by the key itself
    for lines in ("serial: 41\n", f"key: {public(place.key)}\n"):
        place.goes_by(place.trusts(lines))
        with pytest.raises(ConnectAuthError, match="it is revoked, or"):
            place.driver(good).open()
    place.goes_by(place.trusts())
    with place.driver(good) as router:
        assert router.is_alive() == {"is_alive": True}


def test_what_openssh_shows_is_what_is_checked(place: Place) -> None:
    good = operator(place, SCOPES[1])
    shows: dict[str, Callable[[str], str]] = {
        "is for r1, not for r2": lambda key: place.hosts.sign(key, "r1"),
        "is signed by an authority": lambda key: place.users.sign(key, "r2"),
        "ended at 20": lambda key: place.hosts.sign(key, "r2", begins=-900, ends=-300),
    }
    own = place.run(f"cat {TRUST}/host-cert.pub")
    key = place.run("cat /run/host.pub").strip()
    for said, sign in shows.items():
        place.goes_by(place.trusts("", sign(key)))
        with pytest.raises(HostKeyError, match=said):
            place.driver(good).open()
    place.goes_by(place.trusts("", own))
    with place.driver(good) as router:
        assert router.is_alive() == {"is_alive": True}
    revoked = place.hosts.revoking(place.directory / "revoked-hosts", f"key: {key}\n")
    with pytest.raises(HostKeyError, match="its host key was revoked"):
        place.driver(good, revoked_host_keys=str(revoked)).open()
    with place.routers.driver("r2") as router:  # as it is pinned
        assert router.is_alive() == {"is_alive": True}


def test_a_server_that_does_not_take_it_is_left_as_it_was(place: Place) -> None:
    place.run("cp /run/sshd_config /run/sshd_config.old; sed -i 1d /run/sshd_config")
    place.put("/run/script", place.trusts())
    try:
        said = place.run("SSHD_CONFIG=/run/sshd_config sh /run/script 2>&1 || echo ended with $?")
    finally:
        place.run("cp /run/sshd_config.old /run/sshd_config")
    assert "it needs the line Include /etc/ssh/sshd_config.d/*.conf" in said
    assert said.endswith("ended with 1\n")
    place.goes_by(place.trusts())
    with place.driver(operator(place, SCOPES[0])) as router:
        assert router.is_alive() == {"is_alive": True}
