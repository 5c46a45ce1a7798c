"""Passphrases that a person types at a terminal: asked for, taken, and shown nowhere."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from egovnet.playbooks.core.identity.authority_key import signing_key
from egovnet.playbooks.core.identity.errors import AuthorityError
from tests.small_encryption import small_encryption

_WORDS = "open sesame"
_EGOVNET = Path(sys.executable).parent / "egovnet"


def typed(command: list[str], env: dict[str, str], words: str = _WORDS) -> tuple[int, str, int]:
    """Exit code, what the terminal showed, and how often it asked for a passphrase."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["setsid", "--ctty", "--wait", *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, **env},
    ) as running:
        os.close(theirs)
        shown, asked = "", 0
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # nobody has the other end any more
                break
            shown += part.decode(errors="replace")
            if shown.rstrip().endswith(":") and "pass" in shown.rpartition("\n")[2]:
                asked += 1
                shown += "\n"
                os.write(ours, f"{words}\n".encode())
        os.close(ours)
    return running.returncode, shown, asked


def test_all_three_authorities_may_have_passphrases(tmp_path: Path) -> None:
    root = small_encryption(tmp_path / "network")
    env = {"EGOVNET_STATE": str(tmp_path / "state"), "SSH_AUTH_SOCK": ""}
    command = [str(_EGOVNET), "identity", "init", "--inventory", str(root)]
    code, shown, asked = typed(command, env)
    assert code == 0, shown
    assert asked == 7, "two of each key, and one to sign the certificate"
    assert _WORDS not in shown
    directory = tmp_path / "state" / "reference" / "identity"
    x509.load_pem_x509_certificate((directory / "ike_authority.pem").read_bytes())
    with pytest.raises(AuthorityError, match="it has a passphrase"):
        signing_key(directory / "ike_authority")
    for path in directory.iterdir():
        assert _WORDS.encode() not in path.read_bytes()


def test_another_passphrase_does_not_sign(tmp_path: Path) -> None:
    key = tmp_path / "ike_authority"
    make = ["ssh-keygen", "-q", "-t", "ecdsa", "-N", _WORDS, "-f", str(key)]
    subprocess.run(make, check=True, capture_output=True)
    asks = (
        "from pathlib import Path\n"
        "from egovnet.playbooks.core.identity.authority_key import signing_key\n"
        f"print(signing_key(Path({str(key)!r})).curve.name)"
    )
    command = [sys.executable, "-c", asks]
    code, shown, _ = typed(command, {"SSH_AUTH_SOCK": ""})
    assert (code, "secp256r1" in shown) == (0, True), shown
    code, shown, _ = typed(command, {"SSH_AUTH_SOCK": ""}, "another")
    assert (code, "cannot sign: that is not its passphrase" in shown) == (1, True), shown
