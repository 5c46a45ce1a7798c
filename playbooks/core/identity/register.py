"""The register of certificates: what was signed for whom, what was revoked, which codes hold.

One file beside the authorities' keys, for its owner only. It is what the list of revoked keys is
made of, so it is written before anything that follows from it is handed out.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, ValidationError

from egovnet.inventory.model.primitives import Closed
from egovnet.inventory.source.regular_file import read_regular
from egovnet.playbooks.core.identity.errors import RegisterError
from egovnet.playbooks.core.output_file import Holds, write_output
from egovnet.playbooks.core.selection import UsageError

FILE = "register.json"
_LOCK = "lock"
#: Bytes: a nation's routers, certified anew each year for a hundred years.
_MOST = 512 * 1024 * 1024


class Holder(StrEnum):
    """Whose a certificate is."""

    ROUTER = "router"
    OPERATOR = "operator"
    #: A router as other PEs see it: X.509, for IKE.
    IKE = "ike"


#: Holders of certificates of OpenSSH's.
SSH_HOLDERS = (Holder.ROUTER, Holder.OPERATOR)


class Issued(Closed):
    """A certificate that was signed."""

    serial: int
    holder: Holder
    #: Of the router or of the person.
    name: str
    principals: tuple[str, ...]
    #: `KEYTYPE KEY` of what was certified.
    key: str
    #: The certificate: the line of a `-cert.pub` file; for IKE in PEM.
    certificate: str
    valid_from: AwareDatetime
    valid_until: AwareDatetime
    issued: AwareDatetime
    issued_by: str
    #: Of the machine, where a router was enrolled with a code.
    serial_number: str = ""
    revoked: AwareDatetime | None = None
    revoked_by: str = ""
    reason: str = ""
    #: Whether its key is not to be trusted either, whatever certifies it.
    key_revoked: bool = False

    def holds(self, moment: datetime) -> bool:
        """Whether it is valid at a time and was not revoked."""
        return self.revoked is None and self.valid_from <= moment < self.valid_until


class Enrolment(Closed):
    """A code that was shown and not used yet; the code itself is nowhere."""

    router: str
    serial_number: str
    #: What request and answer are authenticated by, hexadecimal: `napalm_frr.enrolment`.
    secret: str
    until: AwareDatetime
    begun_by: str


class Register(Closed):
    """Everything that was signed, and the codes that hold."""

    form: int = 1
    issued: tuple[Issued, ...] = ()
    enrolments: tuple[Enrolment, ...] = ()

    @property
    def next_serial(self) -> int:
        """The serial number of the next certificate; 0 is none (OpenSSH's PROTOCOL.krl)."""
        return 1 + max((one.serial for one in self.issued), default=0)

    @property
    def revocations(self) -> int:
        """How much was revoked so far: the list's number, which only grows."""
        return sum((one.revoked is not None) + one.key_revoked for one in self.issued)

    def revoked_of(self, *holders: Holder) -> tuple[Issued, ...]:
        """The certificates of such holders that were revoked."""
        return tuple(one for one in self.issued if one.holder in holders and one.revoked)

    def current(self, holder: Holder, name: str) -> Issued | None:
        """The certificate that was signed last for somebody, and not revoked since."""
        own = (one for one in self.issued if (one.holder, one.name) == (holder, name))
        return max((one for one in own if one.revoked is None), key=_serial, default=None)

    def key_is_revoked(self, key: str) -> bool:
        """Whether a key is not to be trusted, whatever certifies it."""
        return any(one.key == key and one.key_revoked for one in self.issued)

    def owner(self, key: str) -> tuple[Holder, str] | None:
        """Whose a key is; None: it was never certified."""
        return next(((one.holder, one.name) for one in self.issued if one.key == key), None)

    def adding(self, *issued: Issued) -> Register:
        """With certificates more."""
        return self.model_copy(update={"issued": (*self.issued, *issued)})

    def revoking(self, serials: set[int], who: str, reason: str, *, keys: bool) -> Register:
        """With certificates revoked, and with `keys` what they are of."""
        mark = {
            "revoked": datetime.now(UTC),
            "revoked_by": who,
            "reason": reason,
            "key_revoked": keys,
        }
        issued = tuple(
            one.model_copy(update=mark)
            if one.serial in serials and (one.revoked is None or (keys and not one.key_revoked))
            else one
            for one in self.issued
        )
        return self.model_copy(update={"issued": issued})


def _serial(one: Issued) -> int:
    return one.serial


def read_register(directory: Path) -> Register:
    """What is registered in a directory; nothing where there is no file.

    Raises:
        RegisterError: it cannot be read: whoever went by nothing would forget what was revoked.
    """
    path = directory / FILE
    try:
        return Register.model_validate_json(read_regular(path, _MOST))
    except FileNotFoundError:
        return Register()
    except OSError as error:
        raise RegisterError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(map(str, found["loc"])) or "the whole"
        raise RegisterError(
            f"{path}: {where}: is not what a register has ({found['type']}); restore it from a copy"
        ) from None


class OpenRegister:
    """A register that nobody else writes meanwhile."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.now = read_register(directory)

    def write(self, register: Register) -> None:
        """Make it what is registered from now on.

        Raises:
            RegisterError: it cannot be written; what was registered before is.
        """
        try:
            text = register.model_dump_json(indent=1) + "\n"
            write_output(
                self._directory / FILE, text, Holds.OWN, what="the register of certificates "
            )
        except UsageError as error:
            raise RegisterError(str(error)) from error
        self.now = register


@contextmanager
def open_register(directory: Path) -> Iterator[OpenRegister]:
    """The register of a directory, one writer at a time.

    Raises:
        RegisterError: see `read_register`.
    """
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        lock = os.open(directory / _LOCK, flags, 0o600)
    except OSError as error:
        raise RegisterError(f"{directory}: cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield OpenRegister(directory)
    finally:
        os.close(lock)
