"""The two SSH authorities of a network: one signs routers' host keys, the other operators' keys.

OpenSSH's ssh-keygen makes the keys, signs, and writes the list of what is revoked. A key has a
passphrase unless somebody asked for none; it is typed to ssh-keygen or held by an agent, and
egovnet never sees it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from egovnet.playbooks.core.identity.errors import AuthorityError, NoAuthorityError
from egovnet.playbooks.core.identity.register import SSH_HOLDERS, Holder, Register
from egovnet.playbooks.core.identity.ssh_keygen import begin_directory, make_key, run_keygen
from egovnet.playbooks.core.output_file import PUBLIC, write_outputs
from egovnet.tasks.credentials import state_directory

_VARIABLE = "EGOVNET_IDENTITY"
#: Files for those who connect: which authority is believed, and what is revoked.
KNOWN_HOSTS, REVOKED = "known_hosts", "revoked_keys"
_FILES = {Holder.ROUTER: "host_authority", Holder.OPERATOR: "user_authority"}
#: Of a certificate for a router's host key, and for an operator's: nothing but commands and a
#: terminal, as the account's own keys have.
_OPTIONS = {Holder.ROUTER: ("-h",), Holder.OPERATOR: ("-O", "clear", "-O", "permit-pty")}
#: Words of ssh-keygen -> what is said instead.
_REASONS = {
    "incorrect passphrase": "it has a passphrase: add it to an agent (ssh-add FILE), or give it at "
    "a terminal",
    "too open": "others may read it: chmod 600",
    "No such file": "it is not there",
    "Permission denied": "it may not be read",
    "agent refused": "the agent refused to sign",
}


@dataclass(frozen=True, slots=True)
class Order:
    """A certificate that is to be signed."""

    holder: Holder
    name: str
    principals: tuple[str, ...]
    #: `KEYTYPE KEY`
    key: str
    serial: int
    valid_from: datetime
    valid_until: datetime

    @property
    def key_id(self) -> str:
        """What the other side's logs call it."""
        return f"egovnet {self.holder} {self.name} {self.serial}"


class Authority:
    """The authorities whose files are in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def of(cls, network: str) -> Authority:
        """Those of a network: in EGOVNET_IDENTITY, else in its state directory."""
        named = os.environ.get(_VARIABLE)
        return cls(Path(named) if named else state_directory(network) / "identity")

    @property
    def exists(self) -> bool:
        """Whether there are any."""
        return all(self._public(holder).exists() for holder in SSH_HOLDERS)

    def require(self) -> None:
        """Refuse to go on without.

        Raises:
            NoAuthorityError: there are none.
        """
        if not self.exists:
            raise NoAuthorityError(
                f"{self.directory}: this network has no authority yet; make one: egovnet identity "
                f"init, or name its directory: {_VARIABLE}"
            )

    def _private(self, holder: Holder) -> Path:
        return self.directory / _FILES[holder]

    def _public(self, holder: Holder) -> Path:
        return self.directory / f"{_FILES[holder]}.pub"

    def public(self, holder: Holder) -> str:
        """`KEYTYPE KEY COMMENT` of the authority that signs for routers, or for operators.

        Raises:
            NoAuthorityError: there is none.
        """
        try:
            return self._public(holder).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise NoAuthorityError(f"{self._public(holder)}: cannot be read") from None

    # -- keys ---------------------------------------------------------------------------------

    def make(self, network: str, *, unprotected: bool) -> None:
        """Make both keys; ssh-keygen asks for their passphrases unless they are to have none.

        Raises:
            AuthorityError: there are some, or they cannot be made.
        """
        if any(
            path(holder).exists()
            for holder in SSH_HOLDERS
            for path in (self._private, self._public)
        ):
            raise AuthorityError(
                f"{self.directory}: has an authority; another one would make every certificate of "
                "it worthless: move its files away first if that is meant"
            )
        begin_directory(self.directory, unprotected=unprotected)
        for holder in SSH_HOLDERS:
            words = f"egovnet {network} {_FILES[holder].replace('_', ' ')}"
            make_key(self._private(holder), "ed25519", words, unprotected=unprotected)

    # -- signing ------------------------------------------------------------------------------

    def sign(self, order: Order) -> str:
        """The line of a certificate.

        Raises:
            AuthorityError: the key cannot sign.
            NoAuthorityError: there is none.
        """
        self.require()
        key = self._private(order.holder)
        with tempfile.TemporaryDirectory(prefix="egovnet-") as made:
            file = Path(made) / "key.pub"
            file.write_text(f"{order.key}\n", encoding="ascii")
            asked = [
                *("-I", order.key_id, "-n", ",".join(order.principals), "-z", str(order.serial)),
                *("-V", f"{_time(order.valid_from)}:{_time(order.valid_until)}"),
                *(*_OPTIONS[order.holder], str(file)),
            ]
            self._signed(key, asked)
            return (Path(made) / "key-cert.pub").read_text(encoding="ascii").strip()

    def _signed(self, key: Path, asked: Sequence[str]) -> None:
        """By the key's file; by an agent that holds it; by a person who types its passphrase."""
        ways: list[tuple[list[str], bool]] = []
        if key.exists():
            ways.append((["-s", str(key)], False))
        if os.environ.get("SSH_AUTH_SOCK"):
            ways.append((["-U", "-s", f"{key}.pub"], False))
        if key.exists() and sys.stdin.isatty():
            ways.append((["-s", str(key)], True))
        words = b"No such file"
        for way, ask in ways:
            done = run_keygen(["ssh-keygen", "-q", *way, *asked], ask=ask)
            if not done.returncode:
                return
            words = words if way[0] == "-U" else done.stderr or b""
        text = words.decode("utf-8", "replace")
        why = next(
            (reason for part, reason in _REASONS.items() if part in text), text.strip()[:200]
        )
        raise AuthorityError(f"{key}: cannot sign: {why or 'ssh-keygen refuses'}")

    # -- what others go by --------------------------------------------------------------------

    def revoked(self, register: Register) -> bytes:
        """The list of what is revoked, as `ssh-keygen -k` writes it.

        Raises:
            AuthorityError: it cannot be made.
        """
        of_ssh = register.revoked_of(*SSH_HOLDERS)
        keys = {one.key for one in of_ssh if one.key_revoked}
        with tempfile.TemporaryDirectory(prefix="egovnet-") as made:
            file = Path(made) / "list"
            for holder in SSH_HOLDERS:
                serials = [one.serial for one in of_ssh if one.holder is holder]
                lines = [f"serial: {serial}\n" for serial in serials]
                lines += [f"key: {key}\n" for key in sorted(keys)]
                again = ["-u"] if file.exists() else []
                done = run_keygen(
                    [
                        *("ssh-keygen", "-q", "-k", "-f", str(file), *again),
                        *("-z", str(register.revocations), "-s", str(self._public(holder)), "-"),
                    ],
                    "".join(lines).encode(),
                )
                if done.returncode:
                    raise AuthorityError("ssh-keygen cannot make the list of what is revoked")
            return file.read_bytes()

    def publish(self, register: Register) -> tuple[Path, Path]:
        """Write what those go by who connect: the files of known hosts and of what is revoked.

        Raises:
            AuthorityError, NoAuthorityError: see `revoked` and `public`.
            UsageError: they cannot be written.
        """
        known, revoked = self.directory / KNOWN_HOSTS, self.directory / REVOKED
        line = f"@cert-authority * {self.public(Holder.ROUTER)}\n"
        write_outputs({known: line, revoked: self.revoked(register)}, mode=PUBLIC & 0o644)
        return known, revoked


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d%H%M%S}"
