"""`allowed_signers`: whose SSH keys are whose, from when until when; as ssh-keygen(1) has it.

A line is `PERSON [OPTIONS] TYPE KEY [COMMENT]`. Of OpenSSH's options `namespaces`, `valid-after`
and `valid-before` may stand there. What would make one line be several persons, a pattern or a
certificate authority, is refused: an approval is one person's.
"""

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

#: The file's name in an inventory.
SIGNERS_FILE = "allowed_signers"
_OPTION = re.compile(r'([a-zA-Z-]+)(?:="((?:[^"\\]|\\.)*)")?(?:,|$)')
#: Options up to the first blank outside of quotes.
_OPTIONS = re.compile(r'((?:[^\s"]|"(?:[^"\\]|\\.)*")+)\s+')
_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(Z?)")
_KEY_TYPES = frozenset(
    {
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    }
)


@dataclass(frozen=True, slots=True)
class Signer:
    """A line: one key of one person, from 1 the number of the line."""

    line: int
    person: str
    #: As `ssh-keygen -l` prints it: SHA256:...
    key: str
    namespaces: tuple[str, ...] = ()
    #: First and last moments at which it is valid; None: no end.
    after: datetime | None = None
    before: datetime | None = None

    def invalid(self, at: datetime, namespace: str) -> str:
        """Why it signs nothing at a moment for a purpose; "" where it does."""
        if self.after is not None and at < self.after:
            return f"is valid from {_day(self.after)} only"
        if self.before is not None and at > self.before:
            return f"expired on {_day(self.before)}"
        if self.namespaces and namespace not in self.namespaces:
            return f"is for {', '.join(self.namespaces)} only, not for {namespace}"
        return ""


@dataclass(frozen=True, slots=True)
class WrongLine:
    """What is wrong with a line, and what to do."""

    line: int
    found: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Signers:
    """The file."""

    signers: tuple[Signer, ...] = ()
    wrong: tuple[WrongLine, ...] = ()

    @property
    def by_key(self) -> Mapping[str, tuple[Signer, ...]]:
        """Fingerprint -> its lines: several where a key was given again for another time."""
        found: dict[str, tuple[Signer, ...]] = {}
        for signer in self.signers:
            found[signer.key] = (*found.get(signer.key, ()), signer)
        return found

    def lines_of(self, person: str) -> tuple[int, ...]:
        """Numbers of a person's lines."""
        return tuple(signer.line for signer in self.signers if signer.person == person)


def read_signers(text: str) -> Signers:
    """Every line of the file that can be used, and what is wrong with the others. Never fails."""
    signers: list[Signer] = []
    wrong: list[WrongLine] = []
    owner: dict[str, Signer] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            signer = _signer(number, line.strip())
        except _WrongError as error:
            wrong.append(WrongLine(number, *error.args))
            continue
        first = owner.setdefault(signer.key, signer)
        if first.person != signer.person:
            found = f"the key of {first.person} on line {first.line}, as {signer.person}'s"
            wrong.append(WrongLine(number, found, "a key is one person's: leave one of them out"))
            continue
        signers.append(signer)
    return Signers(tuple(signers), tuple(wrong))


class _WrongError(Exception):
    """(what was found, what to do)."""


def fingerprint(blob: bytes) -> str:
    """A public key's fingerprint as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def key_of(words: list[str]) -> str:
    """The fingerprint of a public key's type and base64, the first two words of a `.pub` file.

    Raises:
        ValueError: it is none.
    """
    if len(words) < 2:
        raise ValueError("no key")
    try:
        blob = base64.b64decode(words[1], validate=True)
        (length,) = struct.unpack(">I", blob[:4])
        kind = blob[4 : 4 + length].decode("ascii")
    except (binascii.Error, struct.error, UnicodeDecodeError) as error:
        raise ValueError("no key") from error
    if kind != words[0] or len(blob) <= 4 + length:
        raise ValueError("no key")
    return fingerprint(blob)


def _signer(number: int, line: str) -> Signer:
    person, _, rest = line.partition(" ")
    rest = rest.strip()
    if "," in person or any(sign in person for sign in '*?!"'):
        raise _WrongError(
            f"{person} is not the name of one person", "write a line for each person and key"
        )
    options: dict[str, str] = {}
    if rest.split(" ")[0] not in _KEY_TYPES:
        found = _OPTIONS.match(rest)
        if found is None:
            raise _WrongError("no key", "write PERSON TYPE KEY, as in a .pub file")
        options = dict(_options(found[1]))
        rest = rest[found.end() :]
    words = rest.split()
    if not words or words[0] not in _KEY_TYPES:
        raise _WrongError(
            "no key of a type that signs", "write PERSON TYPE KEY, such as a key of ssh-ed25519"
        )
    try:
        key = key_of(words)
    except ValueError:
        raise _WrongError("a key that is not whole", "copy the line of the .pub file") from None
    signer = Signer(
        number,
        person,
        key,
        tuple(filter(None, options.get("namespaces", "").split(","))),
        _moment(options.get("valid-after")),
        _moment(options.get("valid-before")),
    )
    if signer.after and signer.before and signer.after > signer.before:
        raise _WrongError("a key that ends before it begins", "put its days in order")
    return signer


def _options(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text):
        found = _OPTION.match(text, at)
        if found is None:
            raise _WrongError(
                f"options that cannot be read: {text[at:]}",
                'write them as in valid-before="20270131Z"',
            )
        name, value = found[1].lower(), found[2]
        if name not in ("namespaces", "valid-after", "valid-before") or value is None:
            raise _WrongError(
                f"the option {name}", "use namespaces, valid-after and valid-before only"
            )
        yield name, value
        at = found.end()


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        numbers = [int(part or 0) for part in found.groups()[:6]]
        moment = datetime(*numbers)  # type: ignore[arg-type] # its zone is next
    except ValueError:
        raise _WrongError(f"{text} is no moment", "write one such as 20270131Z") from None
    return moment.replace(tzinfo=UTC) if found[7] else moment.astimezone(UTC)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()
