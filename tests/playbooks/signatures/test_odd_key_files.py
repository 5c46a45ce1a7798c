"""Files in the place of a person's key, or of the list of keys: refused, in one sentence."""

import os
from pathlib import Path

import pytest

from egovnet.inventory.errors import EgovnetError
from egovnet.playbooks.signatures.allowed_signers import read_allowed_signers
from egovnet.playbooks.signatures.ssh_signature import public_half

ODD = (
    "pipe",
    "directory",
    "nowhere",
    "octets",
    "empty",
    "huge",
    "/",
    ".",
    "/dev/zero",
    "/dev/null",
)


def odd(kind: str, directory: Path) -> Path:
    if kind.startswith(("/", ".")):
        return Path(kind)
    path = directory / kind
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "directory":
            path.mkdir()
        case "octets":
            path.write_bytes(b"ssh-ed25519 \xff\xfe\0")
        case "empty":
            path.touch()
        case "huge":
            with path.open("wb") as file:
                file.truncate(200 << 20)
    path.chmod(0o600) if path.exists() else None
    return path


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_key_is_refused_and_not_waited_for(kind: str, tmp_path: Path) -> None:
    with pytest.raises(EgovnetError, match="key ") as caught:
        public_half(odd(kind, tmp_path))
    assert "Errno" not in str(caught.value)
    assert " 0 MB" not in str(caught.value)


@pytest.mark.parametrize("kind", [kind for kind in ODD if kind not in ("empty", "/dev/null")])
def test_what_is_no_list_of_keys_is_refused(kind: str, tmp_path: Path) -> None:
    with pytest.raises(EgovnetError, match="cannot be read: "):
        read_allowed_signers(odd(kind, tmp_path))
