"""Values of keys in a file beside the inventory, encrypted to recipients of age.

The format is that of age-encryption.org/v1. A recipient is an age public key (age1...) of a
person, a controller or a worker; an SSH public key serves as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from egovnet.inventory.source.sections import KEY_STORE_FILE
from egovnet.tasks.keys.errors import KeyStoreError
from egovnet.tasks.keys.sealed_file import SealedFile, said_lines, write_identity


@dataclass(frozen=True)
class AgeFile(SealedFile):
    """A store that is sealed with X25519 and ChaCha20-Poly1305."""

    file: ClassVar[str] = KEY_STORE_FILE
    recipient_form: ClassVar[str] = "an age or SSH public key"

    def new_identity(self) -> str:
        """As of any store."""
        import pyrage  # noqa: PLC0415 -- a library of 5 MB for those who have keys

        made = pyrage.x25519.Identity.generate()
        public = str(made.to_public())
        write_identity(self.identity, f"# public key: {public}\n{made}\n")
        return public

    def own_recipients(self) -> tuple[str, ...]:
        """As of any store; none of an SSH key."""
        return tuple(
            str(each.to_public()) for each in self._identities() if hasattr(each, "to_public")
        )

    def check_recipient(self, line: str) -> None:
        """As of any store."""
        _recipient(line)

    def _seal(self, content: bytes, recipients: Sequence[str]) -> bytes:
        import pyrage  # noqa: PLC0415 -- as above

        return bytes(
            pyrage.encrypt(content, [_recipient(each) for each in recipients], armored=True)
        )

    def _opened(self, sealed: bytes) -> bytes:
        import pyrage  # noqa: PLC0415 -- as above

        identities = self._identities()
        try:
            return bytes(pyrage.decrypt(sealed, identities))
        except pyrage.DecryptError as error:
            raise self._does_not_open(str(error)) from error

    def _identities(self) -> list[object]:
        import pyrage  # noqa: PLC0415 -- as above

        content = self._identity_content()
        try:
            if b"PRIVATE KEY-----" in content:
                return [pyrage.ssh.Identity.from_buffer(content)]
            lines = said_lines(content.decode("utf-8", "replace"))
            found: list[object] = [pyrage.x25519.Identity.from_str(line) for line in lines]
        except pyrage.IdentityError as error:
            raise _no_identity(self.identity) from error
        if not found:
            raise _no_identity(self.identity)
        return found


def sealed_to(recipient: str, value: str) -> str:
    """`value` and a line's end, encrypted to an age or SSH public key, as armoured text.

    Raises:
        KeyStoreError: it is none.
    """
    import pyrage  # noqa: PLC0415 -- as above

    sealed = bytes(pyrage.encrypt(f"{value}\n".encode(), [_recipient(recipient)], armored=True))
    return sealed.decode("ascii")


def opened_by(identity: Path, sealed: bytes, where: str) -> str:
    """What `sealed_to` sealed to the public half of the private key in `identity`.

    Raises:
        KeyStoreError: it does not open it, or is no private key of age or SSH.
    """
    import pyrage  # noqa: PLC0415 -- as above

    identities = AgeFile(identity.parent, identity)._identities()
    try:
        return bytes(pyrage.decrypt(sealed, identities)).decode("ascii", "replace")
    except pyrage.DecryptError as error:
        raise KeyStoreError(
            f"{where}: {identity} does not open it ({error}); name the private key that it was "
            "sealed to with --identity"
        ) from error


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
