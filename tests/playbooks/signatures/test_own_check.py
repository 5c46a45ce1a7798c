"""What is found in this process about a signature is what ssh-keygen finds."""

import base64
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from egovnet.playbooks.signatures.allowed_signers import parse_allowed_signers
from egovnet.playbooks.signatures.errors import SignatureError
from egovnet.playbooks.signatures.key_text import public_key
from egovnet.playbooks.signatures.own_check import surely_over
from egovnet.playbooks.signatures.ssh_signature import sign, verify
from tests.hypothesis_profiles import examples

DATA = b"plan 1\n"
PURPOSES = ("egovnet-plan", "egovnet-journal")
#: Kind of a key -> what ssh-keygen makes it by.
KINDS = {
    "ed25519": ("-t", "ed25519"),
    "ecdsa-256": ("-t", "ecdsa", "-b", "256"),
    "ecdsa-521": ("-t", "ecdsa", "-b", "521"),
    "rsa": ("-t", "rsa", "-b", "2048"),
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key of each kind, and `KIND.PURPOSE`: what it signed."""
    directory = tmp_path_factory.mktemp("keys")
    for kind, options in KINDS.items():
        command = ["ssh-keygen", "-q", *options, "-N", "", "-f", directory / kind]
        subprocess.run(command, check=True)
        for purpose in PURPOSES:
            signature = sign(DATA, directory / kind, purpose)
            (directory / f"{kind}.{purpose}").write_text(signature)
    return directory


def body(signature: str) -> bytes:
    return base64.b64decode("".join(signature.splitlines()[1:-1]))


def armoured(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""])


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_that_holds_asks_nobody(
    kind: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no ssh-keygen: for every kind of key that people have in files and in tokens."""
    monkeypatch.setenv("PATH", "")
    listed = parse_allowed_signers(f"li {(keys / f'{kind}.pub').read_text()}")
    signature = (keys / f"{kind}.{PURPOSES[0]}").read_text()
    found = verify(DATA, signature, listed, PURPOSES[0], at=datetime.now(UTC))
    assert (found.identity, found.line) == ("li", 1)


LINES = st.lists(
    st.tuples(
        st.sampled_from(("li", "wang", "l*", "li,wang", "!li,*")),
        st.sampled_from(("", *PURPOSES, "egovnet-*")),
        st.sampled_from(("", "20260101Z", "20260601Z")),
        st.sampled_from(("", "20260301Z", "20261231Z")),
        st.booleans(),
        st.sampled_from(tuple(KINDS)),
    ),
    max_size=4,
).filter(lambda lines: not any(after >= before > "" for _, _, after, before, *_ in lines))


def line_of(keys: Path, line: tuple[str, str, str, str, bool, str]) -> str:
    who, purpose, after, before, authority, kind = line
    said = {"namespaces": purpose, "valid-after": after, "valid-before": before}
    options = [f'{name}="{value}"' for name, value in said.items() if value]
    options += ["cert-authority"] if authority else []
    public = " ".join((keys / f"{kind}.pub").read_text().split()[:2])
    return " ".join(filter(None, (who, ",".join(options), public)))


@examples(30, [HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_verdict_is_ssh_keygens(data: st.DataObject, keys: Path, tmp_path: Path) -> None:
    """Of any list, time, name, purpose and byte of a signature."""
    written = data.draw(LINES)
    text = "".join(f"{line_of(keys, line)}\n" for line in written)
    kind, signed_for = (
        data.draw(st.sampled_from(tuple(KINDS))),
        data.draw(st.sampled_from(PURPOSES)),
    )
    signature = (keys / f"{kind}.{signed_for}").read_text()
    if data.draw(st.integers(0, 2)) == 0:
        blob = bytearray(body(signature))
        blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        signature = armoured(bytes(blob))
    asked = data.draw(st.sampled_from((DATA, DATA, DATA + b"x")))
    purpose = data.draw(st.sampled_from((signed_for, signed_for, *PURPOSES)))
    moment = datetime(2026, data.draw(st.integers(1, 12)), 15, tzinfo=UTC)
    (tmp_path / "signers").write_text(text)
    (tmp_path / "signature").write_text(signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "li", "-n", purpose]
    command += ["-s", "signature", f"-Overify-time={moment:%Y%m%d%H%M%SZ}"]
    done = subprocess.run(command, cwd=tmp_path, input=asked, check=False, capture_output=True)
    try:
        verify(asked, signature, parse_allowed_signers(text), purpose, at=moment, identity="li")
        holds = True
    except SignatureError:
        holds = False
    assert holds == (done.returncode == 0), done.stderr


@examples(120, [HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7), kind=st.sampled_from(tuple(KINDS)))
def test_any_bit_of_a_signature_counts(place: int, bit: int, kind: str, keys: Path) -> None:
    blob = bytearray(body((keys / f"{kind}.{PURPOSES[0]}").read_text()))
    key = public_key((keys / f"{kind}.pub").read_text())
    assert surely_over(DATA, armoured(bytes(blob)), key, PURPOSES[0])
    blob[place % len(blob)] ^= 1 << bit
    assert not surely_over(DATA, armoured(bytes(blob)), key, PURPOSES[0])
