"""Bytes signed with an SSH key, by ssh-keygen, and such a signature checked, in a namespace.

The key is a private key's file, or a public key's whose private half an agent or a token has. A
signature is the armoured text that ssh-keygen writes; with the data, a list of signers and
`ssh-keygen -Y verify` anybody checks it, years later, without egovnet.
"""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from egovnet.inventory.source.regular_file import read_regular, read_regular_text
from egovnet.playbooks.signatures.allowed_signers import AllowedSigner, AllowedSigners
from egovnet.playbooks.signatures.errors import (
    OtherNamespaceError,
    OtherSignerError,
    PurposeError,
    SignatureError,
    SigningError,
    UnknownKeyError,
    ValidityError,
    WrongDataError,
)
from egovnet.playbooks.signatures.key_text import SignatureHeader, public_key, signature_header
from egovnet.playbooks.signatures.own_check import surely_over

#: Seconds for a key that nobody is asked about, and for one whose owner types or touches.
_ALONE, _WITH_A_PERSON = 20, 180
#: Bytes of a file with a key: one of RSA with 16,384 bits has some 13,000.
_MOST_OF_KEY = 64 * 1024
#: Words of ssh-keygen -> what is said instead: its own may name anything that is in a file.
_REASONS = {
    "incorrect passphrase": "it has a passphrase; add it to an agent (ssh-add) and name the .pub",
    "too open": "others may read its file; close it: chmod 600",
    "No such file": "there is no such file",
    "Permission denied": "its file may not be read",
    "No private key found": "no agent has its private half (ssh-add -l), and no file beside it",
    "agent refused": "the agent or token refused; is it unlocked, and was it touched?",
    "invalid format": "its file is not an SSH key",
    "device not found": "its token is not plugged in",
}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who made a signature that holds."""

    #: The principal of the list of signers.
    identity: str
    #: As `ssh-keygen -l` shows it.
    fingerprint: str
    #: Line in the list of signers, from 1; 0: by a certificate.
    line: int


def sign(data: bytes, key: Path, namespace: str, *, ask: bool = False) -> str:
    """Sign `data` for a purpose: the armoured signature.

    With `ask` ssh-keygen may ask the person at the terminal for a passphrase or a touch; egovnet
    does not see what is typed. Without, it never waits for anybody.

    Raises:
        SigningError: why no signature could be made.
    """
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(key)]
    done = _run(
        command,
        f"key {key}: did not sign",
        data,
        stdout=subprocess.PIPE,
        stderr=None if ask else subprocess.PIPE,
        start_new_session=not ask,  # without a terminal it asks nobody
        env=_environment(ask=ask),
        timeout=_WITH_A_PERSON if ask else _ALONE,
    )
    signature = done.stdout.decode("ascii", "replace")
    if done.returncode or not signature.startswith("-----BEGIN SSH SIGNATURE"):
        raise SigningError(f"key {key}: cannot sign: {_reason(done.stderr)}")
    return signature


def verify(
    data: bytes,
    signature: str,
    signers: AllowedSigners,
    namespace: str,
    *,
    at: datetime,
    identity: str = "",
) -> Signer:
    """Who signed `data` for a purpose, by the list of signers as it was valid `at` a time.

    With `identity` nobody else will do. What surely holds is found in this process (`own_check`);
    ssh-keygen is asked of everything else, and what it says counts.

    Raises:
        NoSignatureError: it is no signature.
        OtherNamespaceError: it is for another purpose.
        WrongDataError: it is not over `data`.
        UnknownKeyError, OtherSignerError, PurposeError, ValidityError: its signer may not sign.
        SignatureError: ssh-keygen refuses it for a reason of its own, or is not there.
    """
    header = signature_header(signature)
    if header.namespace != namespace:
        raise OtherNamespaceError(
            f"signed for {header.namespace!r} with {header.key.fingerprint}, not for {namespace!r}"
        )
    moment = at.astimezone(UTC).replace(microsecond=0)
    if surely_over(data, signature, header.key, namespace):
        for name, line in _candidates(signers, header, identity, moment):
            if _may_sign(signers, header, name, moment):
                return Signer(name, header.key.fingerprint, line)
    with tempfile.TemporaryDirectory(prefix="egovnet-") as made:
        check = _Check(Path(made), data, namespace)
        (check.directory / "signature").write_text(signature, encoding="ascii")
        (check.directory / "signers").write_text(signers.text, encoding="utf-8")
        for name, line in _candidates(signers, header, identity, moment):
            if check.holds(name, moment):
                return Signer(name, header.key.fingerprint, line)
        if not check.is_whole():
            raise WrongDataError(
                f"the signature of {header.key.fingerprint} is not over this data: one of the two "
                "was altered"
            )
    raise _refusal(signers, header, identity, moment)


@dataclass(frozen=True, slots=True)
class _Check:
    """Questions to ssh-keygen about one signature; its files are in `directory`."""

    directory: Path
    data: bytes
    namespace: str

    def holds(self, identity: str, moment: datetime) -> bool:
        return self._ask(
            *("verify", "-f", "signers", "-I", identity),
            f"-Overify-time={moment:%Y%m%d%H%M%S}",
        )

    def is_whole(self) -> bool:
        """Whether the signature is over the data, whoever made it."""
        return self._ask("check-novalidate")

    def _ask(self, *question: str) -> bool:
        done = _run(
            ["ssh-keygen", "-Y", *question, "-n", self.namespace, "-s", "signature"],
            "a signature cannot be checked",
            self.data,
            cwd=self.directory,
            capture_output=True,
            env=_environment(ask=False),
            timeout=_ALONE,
        )
        return done.returncode == 0


def _candidates(
    signers: AllowedSigners, header: SignatureHeader, identity: str, moment: datetime
) -> list[tuple[str, int]]:
    """Whom the signature may be of, with the line that says so, the likeliest first.

    ssh-keygen decides.
    """
    lines = sorted(
        signers.with_key(header.key),
        key=lambda line: not (line.is_valid(moment) and line.accepts(header.namespace)),
    )
    named = [
        (identity or _first(line), line.line)
        for line in lines
        if not identity or line.is_for(identity)
    ]
    if named or "-cert-" not in header.key.kind:
        return named
    return [(identity, 0)] if identity else []  # a certificate's names are its authority's to say


def _may_sign(
    signers: AllowedSigners, header: SignatureHeader, identity: str, moment: datetime
) -> bool:
    """Whether a line lets `identity` sign with the key, as ssh-keygen goes by the lines."""
    return any(
        line.is_for(identity)
        and line.accepts(header.namespace)
        and line.is_valid(moment)
        and not line.authority
        for line in signers.with_key(header.key)
    )


def _first(signer: AllowedSigner) -> str:
    return signer.principals.split(",")[0].strip('"')


def _refusal(
    signers: AllowedSigners, header: SignatureHeader, identity: str, moment: datetime
) -> SignatureError:
    """Why the list of signers does not accept a signature that is whole."""
    what, file = header.key.fingerprint, signers.file or "the list of signers"
    lines = signers.with_key(header.key)
    if not lines:
        return UnknownKeyError(f"signed with {what}, a key that is not in {file}")
    mine = [line for line in lines if not identity or line.is_for(identity)]
    if not mine:
        return OtherSignerError(
            f"signed with {what}, a key of {lines[0].principals} ({file}:{lines[0].line}) and not "
            f"of {identity}"
        )
    where = f"{file}:{mine[0].line}"
    allowed = [line for line in mine if line.accepts(header.namespace)]
    if not allowed:
        return PurposeError(
            f"signed with {what}, a key that {where} accepts for {mine[0].namespaces} only, not "
            f"for {header.namespace}"
        )
    line = allowed[0]
    if line.valid_before is not None and moment > line.valid_before:
        return ValidityError(
            f"signed with {what}, a key that expired at {line.valid_before.isoformat()} "
            f"({file}:{line.line}), before {moment.isoformat(timespec='seconds')}"
        )
    if line.valid_after is not None and moment < line.valid_after:
        return ValidityError(
            f"signed with {what}, a key that is valid from {line.valid_after.isoformat()} on "
            f"({file}:{line.line}), after {moment.isoformat(timespec='seconds')}"
        )
    return SignatureError(f"signed with {what}, which ssh-keygen does not accept ({where})")


def fingerprint_of(key: Path) -> str:
    """Fingerprint of a key by its file, private or public: see `public_half`."""
    return public_key(public_half(key)).fingerprint


def public_half(key: Path) -> str:
    """The line `KEYTYPE KEY` of a key's public half; `key` is either half's file.

    Raises:
        SigningError: there is no such key, or it has a passphrase and no .pub beside it.
    """
    for path in (key, Path(f"{key}.pub")):
        try:
            return str(public_key(read_regular_text(path, _MOST_OF_KEY)))
        except (OSError, ValueError):
            continue  # a private key, or none
    try:
        read_regular(key, _MOST_OF_KEY)  # ssh-keygen would wait for a pipe
    except OSError as error:
        raise SigningError(f"key {key}: cannot be read: {error.strerror}") from error
    done = _run(
        ["ssh-keygen", "-y", "-P", "", "-f", str(key)],
        f"key {key}: cannot be read",
        b"",
        capture_output=True,
        start_new_session=True,
        env=_environment(ask=False),
        timeout=_ALONE,
    )
    if done.returncode:
        raise SigningError(f"key {key}: cannot be read: {_reason(done.stderr)}")
    try:
        return str(public_key(done.stdout.decode("ascii", "replace")))
    except ValueError:
        raise SigningError(f"key {key}: is not an SSH key") from None


def make_key(path: Path, comment: str) -> None:
    """Make an Ed25519 key without a passphrase: `path` (0600) and `path.pub`; never over one.

    Raises:
        SigningError: it cannot be made.
    """
    try:
        with tempfile.TemporaryDirectory(prefix=".key-", dir=path.parent) as made:
            fresh = Path(made) / "key"
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(fresh)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_ALONE,
                check=True,
            )
            # a link is made or refused in one step: two controllers never have a key of each
            os.link(fresh, path)
            fresh.with_name("key.pub").replace(path.with_name(f"{path.name}.pub"))
    except FileExistsError:
        return
    except FileNotFoundError:
        raise SigningError("there is no ssh-keygen; install OpenSSH's client") from None
    except OSError as error:
        raise SigningError(f"{path}: a key cannot be made: {error.strerror}") from error
    except subprocess.SubprocessError:
        raise SigningError(f"{path}: ssh-keygen cannot make a key") from None


def _run(
    command: list[str],
    what: str,
    data: bytes,
    **options: Any,
) -> subprocess.CompletedProcess[bytes]:
    """Run ssh-keygen to its end; `what` begins the error where it cannot be."""
    try:
        return subprocess.run(command, input=data, check=False, **options)
    except FileNotFoundError:
        raise SigningError("there is no ssh-keygen; install OpenSSH's client") from None
    except subprocess.TimeoutExpired as error:
        raise SigningError(f"{what} within {error.timeout:.0f} s") from None
    except OSError as error:
        raise SigningError(f"{what}: {error.strerror}") from None


def _reason(words: bytes | None) -> str:
    if words is None:
        return "see above"
    text = words.decode("utf-8", "replace")
    return next((reason for part, reason in _REASONS.items() if part in text), "ssh-keygen refuses")


def _environment(*, ask: bool) -> dict[str, str]:
    """Times are UTC; nobody is asked in a window behind the terminal."""
    own = {**os.environ, "TZ": "UTC", "LC_ALL": "C"}
    return own if ask else {**own, "SSH_ASKPASS_REQUIRE": "never"}
