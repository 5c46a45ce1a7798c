"""OpenSSH's ssh-keygen, which makes the authorities' keys and asks for their passphrases."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from egovnet.playbooks.core.identity.errors import AuthorityError

#: Seconds for a key that nobody is asked about, and for one whose passphrase is typed.
_ALONE, _WITH_A_PERSON = 20, 180


def begin_directory(directory: Path, *, unprotected: bool) -> None:
    """The directory of authorities, its owner's only, where somebody can give a passphrase.

    Raises:
        AuthorityError: nobody can, or it cannot be made.
    """
    if not unprotected and not sys.stdin.isatty():
        raise AuthorityError(
            "nobody can give a passphrase here; run it at a terminal, or say that the keys are "
            "to have none: --unprotected"
        )
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
    except OSError as error:
        raise AuthorityError(f"{directory}: cannot be made: {error.strerror}") from error


def make_key(path: Path, kind: str, words: str, *, unprotected: bool) -> None:
    """A key in `path` and `path.pub`; ssh-keygen asks for a passphrase unless it is to have none.

    Raises:
        AuthorityError: none was made.
    """
    command = ["ssh-keygen", "-q", "-t", kind, "-f", str(path), "-C", words]
    if unprotected:
        command += ["-N", ""]
    if run_keygen(command, ask=not unprotected).returncode:
        raise AuthorityError(f"{path}: no key was made")


def run_keygen(
    command: Iterable[str], data: bytes = b"", *, ask: bool = False
) -> subprocess.CompletedProcess[bytes]:
    """Run ssh-keygen to its end; times are UTC, and nobody is asked unless a person is there."""
    environment = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    if not ask:
        environment["SSH_ASKPASS_REQUIRE"] = "never"
    try:
        return subprocess.run(
            list(command),
            input=None if ask else data,
            capture_output=not ask,
            start_new_session=not ask,
            env=environment,
            timeout=_WITH_A_PERSON if ask else _ALONE,
            check=False,
        )
    except FileNotFoundError:
        raise AuthorityError("there is no ssh-keygen; install OpenSSH's client") from None
    except subprocess.TimeoutExpired as error:
        raise AuthorityError(f"ssh-keygen did not end within {error.timeout:.0f} s") from None
