"""The controller's own SSH key, and the list of the controllers' keys that it goes by.

The key is made when it is first needed, in the state directory, for its owner only;
EGOVNET_SIGN_KEY names another one: a private key's file, or a public key's whose private half an
agent or a token has. The list, `controllers` beside it, is OpenSSH's allowed_signers. A key is
added to it when it signs a journal for the first time, with the change from which on that journal
is signed. Keys of other controllers are added to it by hand.
"""

import os
import re
import socket
from pathlib import Path

from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.playbooks.signatures.allowed_signers import (
    AllowedSigners,
    line_of,
    parse_allowed_signers,
    read_allowed_signers,
)
from egovnet.playbooks.signatures.errors import SigningError
from egovnet.playbooks.signatures.key_text import public_key
from egovnet.playbooks.signatures.ssh_signature import make_key, public_half, sign

#: What controllers sign: the journal's records, the archive's commits (Git's own name for it), and
#: bundles of evidence.
JOURNAL, GIT, BUNDLE = "egovnet-journal", "git", "egovnet-evidence"
_KEY, _LIST = "controller_key", "controllers"
_VARIABLE = "EGOVNET_SIGN_KEY"


class ControllerKey:
    """The key of the controller whose state is kept in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._public = ""

    @property
    def given(self) -> bool:
        """Whether somebody named a key, rather than have one made."""
        return bool(os.environ.get(_VARIABLE))

    @property
    def path(self) -> Path:
        """The key's file: its private half's, or where an agent has that, its public half's."""
        return Path(os.environ.get(_VARIABLE) or self.directory / _KEY)

    @property
    def list(self) -> Path:
        """The list of the controllers' keys."""
        return self.directory / _LIST

    def public(self) -> str:
        """`KEYTYPE KEY`; the key is made where there is none.

        Raises:
            SigningError: there is none, and none can be made.
        """
        if not self._public:
            if not self.given and not self.path.exists():
                self._make()
            self._public = public_half(self.path)
        return self._public

    def _make(self) -> None:
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise SigningError(f"{self.directory}: cannot be made: {error.strerror}") from error
        make_key(self.path, f"egovnet {_host()}")

    def fingerprint(self) -> str:
        """As `ssh-keygen -l` shows it. Raises as `public`."""
        return public_key(self.public()).fingerprint

    def sign(self, data: bytes, namespace: str) -> str:
        """An armoured signature. Raises SigningError."""
        self.public()
        return sign(data, self.path, namespace)

    def try_given(self) -> None:
        """Refuse a key that somebody named and that cannot sign, before anything is done.

        Raises:
            SigningError: why it cannot.
        """
        if self.given:
            try:
                self.sign(b"", f"{JOURNAL}-trial")
            except SigningError as error:
                raise SigningError(f"{_VARIABLE}: {error}") from None

    def since(self, journal: str) -> int | None:
        """The change from which on a journal is signed; None: it never was, as far as is known."""
        try:
            text = read_regular_text(self.list)
        except OSError:
            return None
        found = re.findall(rf" journal-{re.escape(journal)}-from-change-(\d+)$", text, re.M)
        return min(map(int, found), default=None)

    def journals(self) -> set[str]:
        """Names of the journals that were signed, as far as is known."""
        try:
            text = read_regular_text(self.list)
        except OSError:
            return set()
        return set(re.findall(r" journal-(\S+)-from-change-\d+$", text, re.M))

    def remember(self, journal: str, change: int) -> None:
        """List the key, which signs a change of a journal, where it is not listed for it yet.

        Raises:
            SigningError: the list cannot be written.
        """
        public = self.public()
        try:
            text = read_regular_text(self.list) if self.list.exists() else _HEAD
            if re.search(rf"{re.escape(public)} journal-{re.escape(journal)}-", text):
                return
            line = line_of(f"controller@{_host()}", public, namespaces=(JOURNAL, GIT, BUNDLE))
            text = text if text.endswith("\n") else f"{text}\n"
            fresh = self.list.with_name(f"{_LIST}.new")
            fresh.touch(mode=0o600)
            fresh.write_text(f"{text}{line} journal-{journal}-from-change-{change}\n", "utf-8")
            fresh.replace(self.list)
        except OSError as error:
            raise SigningError(f"{self.list}: cannot be written: {type(error).__name__}") from error

    def controllers(self) -> AllowedSigners:
        """The list; empty where there is none.

        Raises:
            ProblemsError: all of its mistakes.
        """
        if not self.list.exists():
            return parse_allowed_signers("", str(self.list))
        return read_allowed_signers(self.list)


_HEAD = """\
# Keys that sign this network's journal and archive (ssh-keygen(1), ALLOWED SIGNERS). Add those of
# its other controllers; give valid-before="..." to one that was lost, and take none out.
"""


def _host() -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname()) or "localhost"
