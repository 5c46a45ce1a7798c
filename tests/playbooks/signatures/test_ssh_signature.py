import base64
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.errors import ProblemsError
from egovnet.playbooks.signatures.allowed_signers import (
    AllowedSigners,
    line_of,
    matches,
    parse_allowed_signers,
    read_allowed_signers,
)
from egovnet.playbooks.signatures.errors import (
    NoSignatureError,
    OtherNamespaceError,
    OtherSignerError,
    PurposeError,
    SigningError,
    UnknownKeyError,
    ValidityError,
    WrongDataError,
)
from egovnet.playbooks.signatures.key_text import signature_header
from egovnet.playbooks.signatures.ssh_signature import (
    fingerprint_of,
    make_key,
    public_half,
    sign,
    verify,
)

DATA, PURPOSE = b"plan 1\n\xff", "egovnet-test"
NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
PASSPHRASE = "correct horse"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    for name in ("li", "wang"):
        make_key(directory / name, name)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", PASSPHRASE, "-f", directory / "closed"],
        check=True,
    )
    return directory


@pytest.fixture(scope="module")
def signature(keys: Path) -> str:
    return sign(DATA, keys / "li", PURPOSE)


@pytest.fixture
def agent(keys: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A key whose private half only an agent has."""
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        make_key(tmp_path / "held", "held")
        while not socket.exists():
            assert process.poll() is None
        subprocess.run(["ssh-add", "-q", tmp_path / "held"], check=True, capture_output=True)
        (tmp_path / "held").unlink()
        yield tmp_path / "held.pub"
    finally:
        process.terminate()
        process.wait()


def signers(keys: Path, *lines: str) -> AllowedSigners:
    text = "\n".join(lines)
    for name in ("li", "wang"):
        text = text.replace(f"<{name}>", public_half(keys / name))
    return parse_allowed_signers(text, "signers")


def test_a_signature_names_its_signer(keys: Path, signature: str) -> None:
    listed = signers(keys, "# people", "wang@x <wang>", 'li@x namespaces="egovnet-*" <li>')
    found = verify(DATA, signature, listed, PURPOSE, at=NOW)
    assert (found.identity, found.line) == ("li@x", 3)
    assert found.fingerprint == fingerprint_of(keys / "li")
    assert verify(DATA, signature, listed, PURPOSE, at=NOW, identity="li@x") == found


def test_ssh_keygen_alone_checks_it(keys: Path, signature: str, tmp_path: Path) -> None:
    (tmp_path / "signers").write_text(line_of("li@x", (keys / "li.pub").read_text()))
    (tmp_path / "signature").write_text(signature)
    ask = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "li@x"]
    subprocess.run([*ask, "-n", PURPOSE, "-s", "signature"], input=DATA, check=True, cwd=tmp_path)


def test_a_key_in_an_agent_signs(agent: Path) -> None:
    signature = sign(DATA, agent, PURPOSE)
    listed = parse_allowed_signers(line_of("li@x", agent.read_text()))
    assert verify(DATA, signature, listed, PURPOSE, at=NOW).identity == "li@x"


def test_what_does_not_hold_is_named(keys: Path, signature: str) -> None:
    everybody = signers(keys, "li@x <li>")
    with pytest.raises(WrongDataError, match="not over this data"):
        verify(DATA + b" ", signature, everybody, PURPOSE, at=NOW)
    with pytest.raises(OtherNamespaceError, match=r"'egovnet-test'.*not for 'git'"):
        verify(DATA, signature, everybody, "git", at=NOW)
    with pytest.raises(UnknownKeyError, match=r"SHA256:\S+, a key that is not in signers"):
        verify(DATA, signature, signers(keys, "wang@x <wang>"), PURPOSE, at=NOW)
    with pytest.raises(UnknownKeyError):
        verify(DATA, signature, signers(keys), PURPOSE, at=NOW)
    with pytest.raises(OtherSignerError, match=r"a key of li@x .signers:1. and not of wang@x"):
        verify(DATA, signature, everybody, PURPOSE, at=NOW, identity="wang@x")
    with pytest.raises(PurposeError, match="signers:1 accepts for git only"):
        verify(DATA, signature, signers(keys, 'li@x namespaces="git" <li>'), PURPOSE, at=NOW)
    for text in ("", "x", signature[:-40], signature.replace("U1NIU0lH", "U1NIU0lI")):
        with pytest.raises(NoSignatureError):
            verify(DATA, text, everybody, PURPOSE, at=NOW)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_validity_is_of_the_time_asked(
    keys: Path, signature: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    day = signers(keys, 'li@x valid-after="20261130Z",valid-before="20261201" <li>')
    assert verify(DATA, signature, day, PURPOSE, at=NOW).identity == "li@x"
    for hour in (datetime(2026, 11, 30, 1, tzinfo=UTC), datetime(2026, 11, 30, 23, tzinfo=UTC)):
        verify(DATA, signature, day, PURPOSE, at=hour)
    with pytest.raises(ValidityError, match=r"expired at 2026-12-01T00:00:00\+00:00"):
        verify(DATA, signature, day, PURPOSE, at=datetime(2026, 12, 1, 1, tzinfo=UTC))
    with pytest.raises(ValidityError, match="is valid from 2026-11-30"):
        verify(DATA, signature, day, PURPOSE, at=datetime(2026, 11, 29, 23, tzinfo=UTC))


def test_a_renewed_key_holds_by_either_line(keys: Path, signature: str) -> None:
    listed = signers(
        keys, 'li@x valid-before="20200101Z" <li>', 'li@x valid-after="20260101Z" <li>'
    )
    assert verify(DATA, signature, listed, PURPOSE, at=NOW).line == 2


def test_no_error_holds_a_secret(keys: Path, tmp_path: Path) -> None:
    (tmp_path / "junk").write_text("top secret")
    (tmp_path / "open").write_bytes((keys / "li").read_bytes())
    (tmp_path / "open").chmod(0o644)
    (tmp_path / "alone.pub").write_text((keys / "li.pub").read_text())
    reasons = {
        tmp_path / "gone": "no such file",
        tmp_path / "junk": "cannot sign",
        tmp_path / "open": "chmod 600",
        tmp_path / "alone.pub": "no agent has its private half",
        keys / "closed": "it has a passphrase",
    }
    private = (keys / "closed").read_text().splitlines()[1]
    for key, reason in reasons.items():
        with pytest.raises(SigningError, match=reason) as caught:
            sign(DATA, key, PURPOSE)
        assert str(key) in str(caught.value)
        assert not {"top secret", PASSPHRASE, private} & set(str(caught.value).split("\n"))
        assert "top secret" not in str(caught.value)


def test_a_made_key_is_private_and_stays(tmp_path: Path) -> None:
    make_key(tmp_path / "key", "controller")
    before = (tmp_path / "key").read_bytes()
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    make_key(tmp_path / "key", "another")
    assert (tmp_path / "key").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "key.pub"]
    (tmp_path / "key.pub").unlink()
    assert fingerprint_of(tmp_path / "key").startswith("SHA256:")


def test_every_mistake_of_a_list_is_found(keys: Path, tmp_path: Path) -> None:
    key = public_half(keys / "li")
    lines = {
        "li@x": "is not PRINCIPALS",
        "li@x ssh-ed25519 AAAA": "is not a public SSH key",
        f"li@x ssh-rsa {key.split()[1]}": "is not a public SSH key",
        f'li@x namespace="git" {key}': "'namespace' is not an option",
        f"li@x valid-before=20260101 {key}": "is not NAME=",
        f'li@x valid-before="2026-01-01" {key}': "is not a time",
        f'li@x valid-before="20261301" {key}': "is not a time",
        f'li@x valid-after="20270101",valid-before="20260101" {key}': "is not later",
        f'li@x valid-after="20270101",valid-after="20260101" {key}': "the same option twice",
        f'li@x namespaces="" {key}': "for no purpose",
    }
    (tmp_path / "signers").write_text("# good\n" + "\n".join([*lines, f"a@x {key} home"]))
    with pytest.raises(ProblemsError) as caught:
        read_allowed_signers(tmp_path / "signers")
    for number, (problem, found) in enumerate(
        zip(caught.value.problems, lines.values(), strict=True), 2
    ):
        assert problem.line == number
        assert found in problem.found
    with pytest.raises(ProblemsError, match="cannot be read: No such file"):
        read_allowed_signers(tmp_path / "none")


NAMES = st.text("ab*?!,[]", min_size=1, max_size=6)


@given(patterns=NAMES, name=st.text("ab[]", min_size=1, max_size=4))
def test_patterns_are_ssh_keygens(
    patterns: str, name: str, tmp_path_factory: pytest.TempPathFactory, keys: Path
) -> None:
    """Our reading of a pattern-list is ssh-keygen's: what is refused is explained rightly."""
    file = tmp_path_factory.getbasetemp() / "patterns"
    file.write_text(f"{patterns} {public_half(keys / 'li')}\n")
    done = subprocess.run(
        ["ssh-keygen", "-Y", "match-principals", "-I", name, "-f", file],
        capture_output=True,
        check=False,
    )
    assert matches(patterns, name) == (done.returncode == 0)


@given(junk=st.binary(max_size=80))
def test_a_signature_of_junk_is_none(junk: bytes) -> None:
    text = base64.b64encode(b"SSHSIG\0\0\0\1" + junk).decode()
    armoured = f"-----BEGIN SSH SIGNATURE-----\n{text}\n-----END SSH SIGNATURE-----\n"
    try:
        signature_header(armoured)
    except NoSignatureError:
        return
