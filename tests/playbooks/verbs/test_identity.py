"""`identity`: authorities, one-time codes, certificates of routers and operators, revocation."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from egovnet.playbooks.core.identity.authority import Authority
from egovnet.playbooks.core.identity.expiry import ends_soon
from egovnet.playbooks.core.identity.register import Holder, Issued, open_register, read_register
from egovnet.playbooks.core.identity.scopes import principals_of_router
from egovnet.playbooks.core.workspace import Workspace
from napalm_frr.enrolment import Request, request_text, script_of, secret_of
from napalm_frr.ssh.own_certificate import certificate_of
from napalm_frr.ssh.revoked_keys import RevokedKeys
from tests.playbooks.console import copy_of_backbone, edit, egovnet
from tests.playbooks.test_json_shapes import check
from tests.playbooks.verbs.identity_verbs import IdentityVerbs
from tests.ssh_authorities import new_key, public

NUMBER = "FDO2231A0BC"
POLICY = {
    "people": {name: {"name": name.title()} for name in ("li", "wang", "zhou")},
    "scopes": {
        "south": {
            "regions": ["guangdong"],
            "tiers": ["province", "prefecture"],
            "plan": ["li"],
            "approve": ["wang", "zhou"],
            "apply": ["li"],
        },
        "rest": {
            "regions": ["shanghai", "sichuan"],
            "plan": ["zhou"],
            "approve": ["wang", "zhou"],
            "apply": ["zhou"],
        },
    },
    "amend": ["li", "zhou"],
}


@dataclass
class Place(IdentityVerbs):
    """An inventory, and keys of routers and people."""

    keys: Path

    @property
    def authority(self) -> Authority:
        return Authority(self.state / "reference" / "identity")

    def key(self, name: str) -> Path:
        path = self.keys / name
        return path if path.exists() else new_key(path)

    def current(self, holder: Holder, name: str) -> Issued:
        found = read_register(self.authority.directory).current(holder, name)
        assert found is not None
        return found

    def revoked(self) -> RevokedKeys:
        return RevokedKeys((self.authority.directory / "revoked_keys").read_bytes())

    def asks(self, key: Path, number: str = NUMBER) -> Request:
        return Request("bj-p1", number, " ".join(public(key).split()[:2]))

    def request(self, code: str, asked: Request) -> Path:
        """What a machine asks for, with a code that was typed there."""
        file = self.keys / "request"
        secret = secret_of(code, asked.router, asked.serial_number)
        file.write_text(request_text(asked, secret), encoding="ascii")
        return file

    def enrolled(self, key: Path) -> Any:  # noqa: ANN401 -- JSON is any
        code = self.done("enrol", "bj-p1")["code"]
        return self.done("sign", self.request(code, self.asks(key)), "-o", self.keys / "answer")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Place:
    directory = tmp_path_factory.mktemp("identity")
    place = Place(copy_of_backbone(directory / "network"), directory / "state", directory / "keys")
    place.keys.mkdir()
    edit(
        place.root / "hosts.yaml",
        "management: 172.20.20.11/24",
        f"management: 172.20.20.11/24\n    serial-number: {NUMBER}",
    )
    check("identity init", place.done("init", "--unprotected"))
    return place


@pytest.fixture
def place(made: Place) -> Iterator[Place]:
    """With an empty register and without a policy, for each test."""
    (made.authority.directory / "register.json").unlink(missing_ok=True)
    yield made
    (made.root / "policy.yaml").unlink(missing_ok=True)


def test_the_authorities_files_are_their_owners(made: Place) -> None:
    directory = made.authority.directory
    modes = {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}
    assert modes["host_authority"] == modes["user_authority"] == 0o600
    assert directory.stat().st_mode & 0o777 == 0o700
    assert "has an authority" in made.refused("init", "--unprotected")
    nobody = made.do("init", env={"EGOVNET_IDENTITY": str(made.state / "elsewhere")})
    assert (nobody.code, "nobody can give a passphrase" in nobody.stderr) == (2, True)
    without = made.do("list", env={"EGOVNET_IDENTITY": str(made.state / "elsewhere")})
    assert (without.code, "this network has no authority yet" in without.stderr) == (2, True)


def test_a_machine_is_enrolled_once(place: Place) -> None:
    shown, key = place.done("enrol", "bj-p1"), place.key("machine")
    check("identity enrol", shown)
    assert "code for bj-p1" in place.do("list").stdout
    request = place.request(shown["code"], place.asks(key))
    signed = place.done("sign", request, "-o", place.keys / "answer")
    own = place.current(Holder.ROUTER, "bj-p1")
    assert certificate_of(own.certificate).principals == ("bj-p1",)
    assert own.serial_number == NUMBER
    check("identity sign", {**signed, "revoked": [signed["certificate"]]})
    secret = secret_of(shown["code"], "bj-p1", NUMBER)
    script = script_of((place.keys / "answer").read_text(), place.asks(key), secret)
    for part in (
        place.authority.public(Holder.OPERATOR),
        own.certificate,
        "restrict,pty egovnet/beijing/centre\n",
        "restrict,pty egovnet/*/*\n",
    ):
        assert part in script
    said = place.refused("sign", request, "-o", place.keys / "again")
    assert "no code holds for it: none was shown, or it was used" in said
    assert not (place.keys / "again").exists()


def test_a_code_is_nowhere_but_where_it_was_shown(place: Place) -> None:
    code = place.done("enrol", "bj-p1")["code"]
    plain = code.replace("-", "")
    for file in (path for path in place.state.rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert code.encode() not in content, file
        assert plain.encode() not in content, file
    assert code not in place.do("list", "--json").stdout


@pytest.mark.parametrize("wrong", ["code", "machine", "inventory", "late", "second", "text"])
def test_a_request_that_is_not_the_machines_is_refused(place: Place, wrong: str) -> None:
    code, key = place.done("enrol", "bj-p1")["code"], place.key("machine")
    request = place.request(code, place.asks(key))
    said = {
        "code": "not made with the code that was shown",
        "machine": "the machine that asks has serial number 'FDO9999X9XX'; the code was shown for "
        "FDO2231A0BC",
        "inventory": "the inventory has FDO7777",
        "late": "its code held until",
        "second": "not made with the code that was shown",
        "text": "this is no request of enrolment",
    }[wrong]
    hosts = place.root / "hosts.yaml"
    before = hosts.read_text()
    match wrong:
        case "code":
            place.request("0" * 20, place.asks(key))
        case "machine":
            place.request(code, place.asks(key, "FDO9999X9XX"))
        case "inventory":
            hosts.write_text(before.replace(NUMBER, "FDO7777"))
        case "late":
            with open_register(place.authority.directory) as register:
                ended = [
                    one.model_copy(update={"until": datetime.now(UTC)})
                    for one in register.now.enrolments
                ]
                register.write(register.now.model_copy(update={"enrolments": tuple(ended)}))
        case "second":
            place.done("enrol", "bj-p1")
        case _:
            request.write_text("hello\n")
    assert said in place.refused("sign", request, "-o", place.keys / "none")
    hosts.write_text(before)
    assert read_register(place.authority.directory).issued == ()
    assert not (place.keys / "none").exists()


def test_a_router_without_a_serial_number_has_no_code(place: Place) -> None:
    assert "the inventory has not its serial number" in place.refused("enrol", "bj-p2")
    assert "no router 'bj-p9'" in place.refused("enrol", "bj-p9")


def test_the_machine_before_is_trusted_no_more(place: Place) -> None:
    old, new = place.key("machine"), place.key("replacement")
    place.enrolled(old)
    first = place.current(Holder.ROUTER, "bj-p1")
    assert place.enrolled(old)["revoked"] == [], "the same machine, once more"
    gone = place.enrolled(new)["revoked"]
    assert {one["state"] for one in gone} == {"key revoked"}
    assert len(gone) == 2
    revoked, current = place.revoked(), place.current(Holder.ROUTER, "bj-p1")
    assert revoked.revokes(certificate_of(first.certificate))
    assert not revoked.revokes(certificate_of(current.certificate))
    code = place.done("enrol", "bj-p1")["code"]
    back = place.request(code, place.asks(old))
    assert "was revoked; make another one" in place.refused("sign", back, "-o", place.keys / "x")


def test_pinned_keys_are_certified_and_certificates_renewed(place: Place) -> None:
    key = place.key("machine")
    known = place.keys / "known_hosts"
    known.write_text(f"[127.20.20.11]:2222 {public(key)}\n")
    env = {"EGOVNET_USERNAME": "egovnet", "EGOVNET_KNOWN_HOSTS": str(known)}
    some = place.do("certify", "-l", "bj-p1,bj-p2", "--days", "9", "--json", env=env)
    assert some.code == 3
    check("identity certify", some.own_json)
    assert some.own_json["left_out"] == {
        "bj-p2": "it has no certificate, and no pinned key; enrol it"
    }
    first = place.current(Holder.ROUTER, "bj-p1")
    place.done("certify", "-l", "bj-p1")
    second = place.current(Holder.ROUTER, "bj-p1")
    assert (second.key, second.serial) == (first.key, first.serial + 1)
    written = place.done("script", "-l", "bj-p1", "-o", place.keys / "scripts")
    check("identity script", {"routers": written["routers"]})
    assert second.certificate in (place.keys / "scripts" / "bj-p1.sh").read_text()


def test_a_key_is_one_machines_and_one_persons(place: Place) -> None:
    """Two routers from one image: what is meant for one would be given to the other."""
    key = place.key("cloned")
    place.enrolled(key)
    known = place.keys / "known_hosts"
    known.write_text(f"[127.20.20.12]:2222 {public(key)}\n")
    env = {"EGOVNET_USERNAME": "egovnet", "EGOVNET_KNOWN_HOSTS": str(known)}
    some = place.do("certify", "-l", "bj-p2", "--json", env=env)
    assert some.code == 3
    assert (
        "its key is that of router bj-p1; were both installed from one image?"
        in (some.own_json["left_out"]["bj-p2"])
    )
    said = place.refused("operator", "li", "--key", f"{key}.pub")
    assert "li: its key is that of router bj-p1" in said


def govern(place: Place) -> None:
    (place.root / "policy.yaml").write_text(yaml.safe_dump(POLICY), encoding="utf-8")
    keys = [f"{name} {public(place.key(name))}\n" for name in ("li", "wang", "zhou")]
    (place.root / "allowed_signers").write_text("".join(keys), encoding="utf-8")


def test_an_operators_scope_is_in_the_certificate(place: Place) -> None:
    govern(place)
    signed = place.done("operator", "li", "--key", f"{place.key('li')}.pub")
    check("identity operator", {**signed, "left_out": {}})
    certificate = certificate_of((place.keys / "li-cert.pub").read_text())
    assert certificate.principals == (
        "egovnet/guangdong/prefecture",
        "egovnet/guangdong/province",
    )
    until = datetime.fromtimestamp(certificate.valid_before, UTC)
    assert until - datetime.now(UTC) < timedelta(hours=12, minutes=1)
    network = Workspace(place.root).network
    own = set(certificate.principals)
    lets_in = {name for name in network.routers if own & {*principals_of_router(network, name)}}
    assert lets_in == {
        name
        for name, router in network.routers.items()
        if router.region in ("guangdong", "guangzhou")
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("wang",), "wang: may plan or apply in no scope of policy.yaml"),
        (("nobody",), "people has li, wang, zhou"),
        (("li", "--scope", "rest"), "--scope rest: li has south"),
        (("li", "--region", "beijing"), "--region, --tier: policy.yaml says where"),
    ],
)
def test_nobody_gets_another_scope(place: Place, words: tuple[str, ...], said: str) -> None:
    govern(place)
    key = place.key("li")
    (place.keys / "li-cert.pub").unlink(missing_ok=True)
    assert said in place.refused("operator", *words, "--key", f"{key}.pub")
    assert not (place.keys / "li-cert.pub").exists()


def test_without_a_policy_the_region_is_chosen(place: Place) -> None:
    key = f"{place.key('li')}.pub"
    chosen = ("--region", "guangdong", "--tier", "province")
    signed = place.done("operator", "li", "--key", key, *chosen)
    assert signed["certificates"][0]["principals"] == ["egovnet/guangdong/province"]
    every = place.done("operator", "li", "--key", key)
    assert every["certificates"][0]["principals"] == ["egovnet/*/*"]
    assert "has no policy.yaml" in place.refused("operator", "li", "--key", key, "--scope", "x")


def test_what_is_revoked_is_on_the_list(place: Place) -> None:
    key = place.key("li")
    for _ in range(2):
        place.done("operator", "li", "--key", f"{key}.pub")
    line = (place.keys / "li-cert.pub").read_text()
    one = place.done("revoke", "--serial", "1", "--reason", "typing error")
    check("identity revoke", one)
    assert not place.revoked().revokes(certificate_of(line)), "the other one holds"
    place.done("revoke", "--operator", "li", "--reason", "laptop lost")
    assert place.revoked().revokes(certificate_of(line))
    said = place.refused("operator", "li", "--key", f"{key}.pub")
    assert "was revoked; make another one" in said
    again = place.do("revoke", "--operator", "li", "--reason", "laptop lost")
    assert (again.code, again.stdout.splitlines()[0]) == (0, "all of that was revoked before")
    assert "no certificate 99" in place.refused("revoke", "--serial", "99", "--reason", "x")
    assert "no certificate of router bj-p1" in place.refused(
        "revoke", "--router", "bj-p1", "--reason", "x"
    )
    assert "name what to revoke" in place.refused("revoke", "--reason", "x")
    place.done("enrol", "bj-p1")
    listed = place.done("list", "--all")
    check("identity list", listed)
    assert [one["state"] for one in listed["certificates"]] == ["key revoked", "key revoked"]


def test_what_ends_is_said_before(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(place.state))
    network = Workspace(place.root).network
    assert ends_soon(network) == ()
    place.enrolled(place.key("third"))
    until = place.current(Holder.ROUTER, "bj-p1").valid_until
    for days, said in (
        (60, ["routers without a host certificate"]),
        (29, ["end within 30 days: bj-p1 20", "routers without"]),
        (0, ["have ended: bj-p1", "routers without"]),
    ):
        found = ends_soon(network, until - timedelta(days=days))
        assert len(found) == len(said)
        assert all(words in str(one) for words, one in zip(said, found, strict=True))
    warned = egovnet("validate", "--inventory", place.root, state=place.state)
    assert "routers without a host certificate: bj-p2" in " ".join(warned.stderr.split())


def test_our_own_certificate_is_said_to_end(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    key = place.key("zhou")
    place.done("operator", "zhou", "--key", f"{key}.pub")
    for name, value in (
        ("EGOVNET_STATE", str(place.state)),
        ("EGOVNET_USERNAME", "egovnet"),
        ("EGOVNET_SSH_KEY", str(key)),
    ):
        monkeypatch.setenv(name, value)
    network, now = Workspace(place.root).network, datetime.now(UTC)
    assert ends_soon(network, now + timedelta(hours=1)) == ()
    for hours, said in ((11.5, "zhou-cert.pub: ends at 20"), (13, "no router lets it in")):
        (found,) = ends_soon(network, now + timedelta(hours=hours))
        assert said in str(found)


def test_a_key_with_a_passphrase_signs_by_an_agent(place: Place, tmp_path: Path) -> None:
    directory = tmp_path / "identity"
    directory.mkdir(mode=0o700)
    for name in ("host_authority", "user_authority"):
        new_key(directory / name)
        subprocess.run(
            ["ssh-keygen", "-q", "-p", "-P", "", "-N", "open sesame", "-f", directory / name],
            check=True,
            capture_output=True,
        )
    own = {"EGOVNET_IDENTITY": str(directory)}
    key = f"{place.key('li')}.pub"
    closed = place.do("operator", "li", "--key", key, env=own)
    assert closed.code == 2
    assert "it has a passphrase: add it to an agent" in " ".join(closed.stderr.split())
    socket = tmp_path / "agent"
    with subprocess.Popen(
        ["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as agent:
        try:
            ask = tmp_path / "ask"
            ask.write_text("#!/bin/sh\necho open sesame\n")
            ask.chmod(0o700)
            with_agent = {"SSH_AUTH_SOCK": str(socket)}
            asks = {"SSH_ASKPASS": str(ask), "SSH_ASKPASS_REQUIRE": "force"}
            for _ in range(100):
                done = subprocess.run(
                    ["ssh-add", "-q", directory / "user_authority"],
                    env={**os.environ, **with_agent, **asks},
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                )
                if not done.returncode:
                    break
            signed = place.do("operator", "li", "--key", key, env=own | with_agent)
            assert signed.code == 0, signed.stderr
        finally:
            agent.terminate()


def test_an_altered_register_is_read_by_nobody(place: Place) -> None:
    place.enrolled(place.key("fourth"))
    file = place.authority.directory / "register.json"
    file.write_text(file.read_text().replace('"issued"', '"isued"', 1))
    said = place.refused("list")
    assert "is not what a register has" in said
    assert "is not what a register has" in place.refused("enrol", "bj-p1")
