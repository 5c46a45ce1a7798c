"""Values of keys in a file beside the inventory, encrypted to recipients of age.

The format is that of age-encryption.org/v1.

Whoever may open it is a line of `keys.recipients`: an age public key (age1...) of a person, a
controller or a worker; an SSH public key serves as well. The private half is in a file outside the
inventory and never in it.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from egovnet.inventory.allocation.lock_file import replace_file
from egovnet.inventory.source.regular_file import read_regular
from egovnet.inventory.source.sections import KEY_RECIPIENTS_FILE, KEY_STORE_FILE
from egovnet.tasks.credentials import CredentialsError, check_private
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.key_store import Values, from_json, to_json, with_more

IDENTITY_VARIABLE = "EGOVNET_KEY_IDENTITY"
#: Bytes: a nation's keys are some 10 MB.
_MOST = 256 * 1024 * 1024
_MOST_LINES = 1024 * 1024
_HEADER = (
    "# Who can open keys.age: an age or SSH public key a line. Whoever is added or removed here\n"
    "# can, or cannot, open what is written from then on: run egovnet keys generate --yes.\n"
)


def identity_file(network: str) -> Path:
    """Where the private half is that opens the store here (EGOVNET_KEY_IDENTITY overrides)."""
    named = os.environ.get(IDENTITY_VARIABLE)
    config = Path(platformdirs.user_config_dir("egovnet")) / network / "keys.identity"
    return Path(named) if named else config


@dataclass(frozen=True)
class AgeFile:
    """The store in the inventory `directory`, opened by the private key in the file `identity`."""

    directory: Path
    identity: Path

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self.directory / KEY_STORE_FILE)

    def read(self) -> Values:
        """Every value; decrypted in memory, and never written anywhere.

        Raises:
            KeyStoreError: there is no store, this identity does not open it, or it is damaged.
        """
        import pyrage  # noqa: PLC0415 -- a library of 5 MB for those who have keys

        path = self.directory / KEY_STORE_FILE
        sealed = _read(path, _MOST)
        identities = self._identities()
        try:
            opened = bytes(pyrage.decrypt(sealed, identities))
        except pyrage.DecryptError as error:
            raise KeyStoreError(
                f"{path}: {self.identity} does not open it ({error}); name the file of another "
                f"private key with {IDENTITY_VARIABLE}, or have yours added to "
                f"{KEY_RECIPIENTS_FILE}"
            ) from error
        try:
            text = opened.decode("utf-8")
        except UnicodeDecodeError:
            raise KeyStoreError(f"{path}: is not what egovnet writes; restore it") from None
        return from_json(text, str(path))

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
        self.check_absent()
        known = tuple(map(_recipient, recipients))
        if not known:
            raise KeyStoreError("a store that nobody opens: name a recipient")
        listed = _HEADER + "".join(f"{each}\n" for each in recipients)
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

    def check_absent(self) -> None:
        """See that there is no store, nor a list of recipients.

        Raises:
            KeyStoreError: there is.
        """
        for file in (KEY_STORE_FILE, KEY_RECIPIENTS_FILE):
            if os.path.lexists(self.directory / file):
                raise KeyStoreError(f"{self.directory / file}: is there already")

    def _write(self, values: Values) -> None:
        import pyrage  # noqa: PLC0415 -- as above

        recipients = [_recipient(line) for line in self.recipients()]
        if not recipients:
            raise KeyStoreError(f"{self.directory / KEY_RECIPIENTS_FILE}: names nobody; add a line")
        sealed = bytes(pyrage.encrypt(to_json(values).encode(), recipients, armored=True))
        _replace(self.directory / KEY_STORE_FILE, sealed)

    def recipients(self) -> tuple[str, ...]:
        """Public keys of those who can open what is written next.

        Raises:
            KeyStoreError: the file cannot be read.
        """
        text = _read(self.directory / KEY_RECIPIENTS_FILE, _MOST_LINES).decode("utf-8", "replace")
        return tuple(_lines(text))

    def _identities(self) -> list[object]:
        import pyrage  # noqa: PLC0415 -- as above

        path = self.identity
        try:
            check_private(path)
            content = read_regular(path, _MOST_LINES)
        except CredentialsError as error:
            raise KeyStoreError(str(error)) from error
        except OSError as error:
            raise KeyStoreError(
                f"{path}: cannot be read: {error.strerror}; it opens {self.name}: name the file "
                f"of your private key with {IDENTITY_VARIABLE}"
            ) from error
        try:
            if b"PRIVATE KEY-----" in content:
                return [pyrage.ssh.Identity.from_buffer(content)]
            lines = _lines(content.decode("utf-8", "replace"))
            found: list[object] = [pyrage.x25519.Identity.from_str(line) for line in lines]
        except pyrage.IdentityError as error:
            raise _no_identity(path) from error
        if not found:
            raise _no_identity(path)
        return found


def new_identity(path: Path) -> str:
    """Write a new private key to `path`, which must not be there; its public half.

    Raises:
        KeyStoreError: it is there, or cannot be written.
    """
    import pyrage  # noqa: PLC0415 -- as above

    made = pyrage.x25519.Identity.generate()
    public = str(made.to_public())
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(f"# public key: {public}\n{made}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyStoreError(f"{path}: cannot be written: {error.strerror}") from error
    return public


def public_of(path: Path) -> tuple[str, ...]:
    """The public halves of the age identities in a file; none of an SSH key.

    Raises:
        KeyStoreError: it cannot be read, others can read it, or it holds none.
    """
    identities = AgeFile(path.parent, path)._identities()
    return tuple(str(each.to_public()) for each in identities if hasattr(each, "to_public"))


def _no_identity(path: Path) -> KeyStoreError:
    return KeyStoreError(f"{path}: is no private key of age or SSH; name another file")


def _recipient(line: str) -> object:
    import pyrage  # noqa: PLC0415 -- as above

    kind = pyrage.ssh.Recipient if line.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        found: object = kind.from_str(line)
    except pyrage.RecipientError as error:
        raise KeyStoreError(
            f"{line[:24]!r} is no recipient: write an age public key (age1...) or an SSH one"
        ) from error
    return found


def _lines(text: str) -> Iterator[str]:
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
