"""A store of keys in a file beside the inventory, sealed to the public keys of its recipients.

Whoever may open it is a line of `keys.recipients`. The private half is in a file outside the
inventory and never in it. How it is sealed is the matter of each kind: `age_file`, `sm_file`.
"""

import fcntl
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import platformdirs

from egovnet.inventory.allocation.lock_file import replace_file
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.sections import KEY_RECIPIENTS_FILE, KEY_STORE_FILES
from egovnet.tasks.credentials import CredentialsError, check_private
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import Values, from_json, to_json, with_more

IDENTITY_VARIABLE = "EGOVNET_KEY_IDENTITY"
#: Bytes: a nation's keys are some 10 MB.
_MOST = 256 * 1024 * 1024
_MOST_LINES = 1024 * 1024


def identity_file(network: str) -> Path:
    """Where the private half is that opens the store here (EGOVNET_KEY_IDENTITY overrides)."""
    named = os.environ.get(IDENTITY_VARIABLE)
    config = Path(platformdirs.user_config_dir("egovnet")) / network / "keys.identity"
    return Path(named) if named else config


@dataclass(frozen=True)
class SealedFile(ABC):
    """The store in the inventory `directory`, opened by the private key in the file `identity`."""

    directory: Path
    identity: Path
    #: The store's name in the inventory.
    file: ClassVar[str]
    #: What a recipient is, for people.
    recipient_form: ClassVar[str]

    # -- what a kind adds --------------------------------------------------------------------

    @abstractmethod
    def new_identity(self) -> str:
        """Write a new private key to `identity`, which must not be there; its public half.

        Raises:
            KeyStoreError: it is there, or cannot be written.
        """

    @abstractmethod
    def own_recipients(self) -> tuple[str, ...]:
        """The public halves of what is in `identity`, where it says them.

        Raises:
            KeyStoreError: it cannot be read, others can read it, or it holds no private key.
        """

    @abstractmethod
    def check_recipient(self, line: str) -> None:
        """Raise KeyStoreError for a line that is nobody's public key."""

    @abstractmethod
    def _seal(self, content: bytes, recipients: Sequence[str]) -> bytes:
        """What `_opened` opens for each of `recipients`."""

    @abstractmethod
    def _opened(self, sealed: bytes) -> bytes:
        """The content. Raises KeyStoreError: `identity` does not open it, or it was altered."""

    # ----------------------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The file."""
        return self.directory / self.file

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.path)

    def read(self) -> Values:
        """Every value; decrypted in memory, and never written anywhere.

        Raises:
            KeyStoreError: there is no store, this identity does not open it, or it is damaged.
        """
        opened = self._opened(_read(self.path, _MOST))
        try:
            text = opened.decode("utf-8")
        except UnicodeDecodeError:
            raise KeyStoreError(f"{self.path}: is not what egovnet writes; restore it") from None
        return from_json(text, str(self.path))

    def add(self, values: Values) -> None:
        """Keep more values, and seal all of them to the recipients that the file names now.

        Raises:
            KeyStoreError: it cannot be opened or written.
        """
        with self._alone():
            self._write(with_more(self.read(), values, self.name))

    def begin(self, recipients: Sequence[str]) -> None:
        """Make an empty store for `recipients`, where there is none.

        Raises:
            KeyStoreError: there is one, none of the recipients is its own, or one makes no sense.
        """
        check_absent(self.directory)
        for recipient in recipients:
            self.check_recipient(recipient)
        if not recipients:
            raise KeyStoreError("a store that nobody opens: name a recipient")
        header = (
            f"# Who can open {self.file}: {self.recipient_form} a line. Whoever is added or\n"
            "# removed here can, or cannot, open what is written from then on: run egovnet keys\n"
            "# generate --yes.\n"
        )
        listed = header + "".join(f"{each}\n" for each in recipients)
        _replace(self.directory / KEY_RECIPIENTS_FILE, listed.encode())
        self._write({})

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time: whoever reads and writes would undo what another added meanwhile."""
        try:
            descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise KeyStoreError(f"{self.directory}: cannot be read: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, values: Values) -> None:
        recipients = self.recipients()
        if not recipients:
            raise KeyStoreError(f"{self.directory / KEY_RECIPIENTS_FILE}: names nobody; add a line")
        _replace(self.path, self._seal(to_json(values).encode(), recipients))

    def recipients(self) -> tuple[str, ...]:
        """Public keys of those who can open what is written next.

        Raises:
            KeyStoreError: the file cannot be read.
        """
        text = _read(self.directory / KEY_RECIPIENTS_FILE, _MOST_LINES).decode("utf-8", "replace")
        return tuple(said_lines(text))

    def _identity_content(self) -> bytes:
        """Of the file with the private key, which is nobody else's."""
        path = self.identity
        try:
            check_private(path)
            return read_regular(path, _MOST_LINES)
        except CredentialsError as error:
            raise KeyStoreError(str(error)) from error
        except OSError as error:
            raise KeyStoreError(
                f"{path}: cannot be read: {error.strerror}; it opens {self.name}: name the file "
                f"of your private key with {IDENTITY_VARIABLE}"
            ) from error

    def _does_not_open(self, why: str) -> KeyStoreError:
        return KeyStoreError(
            f"{self.path}: {self.identity} does not open it ({why}); name the file of another "
            f"private key with {IDENTITY_VARIABLE}, or have yours added to {KEY_RECIPIENTS_FILE}"
        )


def check_absent(directory: Path) -> None:
    """See that an inventory has no store of any kind, nor a list of recipients.

    Raises:
        KeyStoreError: it has.
    """
    for file in (*KEY_STORE_FILES, KEY_RECIPIENTS_FILE):
        if os.path.lexists(directory / file):
            raise KeyStoreError(f"{directory / file}: is there already")


def write_identity(path: Path, content: str) -> None:
    """Write a private key to a new file that is its owner's alone.

    Raises:
        KeyStoreError: it is there, or cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyStoreError(f"{path}: cannot be written: {error.strerror}") from error


def said_lines(text: str) -> Iterator[str]:
    """Lines without comments and empty ones."""
    for line in text.splitlines():
        bare = line.strip()
        if bare and not bare.startswith("#"):
            yield bare


def _read(path: Path, most: int) -> bytes:
    try:
        return read_regular(path, most)
    except OSError as error:
        raise KeyStoreError(
            f"{path}: cannot be read: {error.strerror}; begin a store with: egovnet keys init"
        ) from error


def _replace(path: Path, content: bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        raise KeyStoreError(f"{path}: cannot be written: {error.strerror}") from error
