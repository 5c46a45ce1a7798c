"""A list of who may sign what, and when: OpenSSH's allowed_signers (see ssh-keygen(1)).

A line is `PRINCIPALS [OPTIONS] KEYTYPE KEY [COMMENT]`, such as

    li.wei@net.example namespaces="egovnet-approval",valid-before="20280101Z" ssh-ed25519 AAAA...

ssh-keygen decides whether a signature holds. What is read here says why one does not, and finds
mistakes in a list before anybody relies on it. A time without a Z is UTC here (ssh-keygen takes
the zone of its machine, and is therefore always run in UTC).
"""

import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NoReturn

from egovnet.inventory.errors import Problem, ProblemsError
from egovnet.inventory.source.regular_file import read_regular_text
from egovnet.playbooks.signatures.key_text import PublicKey, public_key

#: A field of a line: anything but blanks, which may stand within double quotes.
_FIELD = re.compile(r'(?:"(?:\\"|[^"])*"|[^\s"])+')
_OPTION = re.compile(r'([A-Za-z-]+)(?:="((?:\\"|[^"])*)")?(?:,|$)')
_TIME = re.compile(r"(\d{8})(\d{4})?(\d{2})?Z?")
_KEY_TYPE = re.compile(r"(?:ssh|ecdsa|sk)-[a-z0-9@.-]+")


@dataclass(frozen=True, slots=True)
class AllowedSigner:
    """A line of the list."""

    #: Line of the file, from 1.
    line: int
    #: Patterns of identities, as they stand: `li@x,*@y`.
    principals: str
    key: PublicKey
    #: Patterns of namespaces; "": any.
    namespaces: str = ""
    valid_after: datetime | None = None
    valid_before: datetime | None = None
    #: The key signs certificates, whose keys sign.
    authority: bool = False

    def is_for(self, identity: str) -> bool:
        """Whether the line lets `identity` sign."""
        return matches(self.principals, identity)

    def accepts(self, namespace: str) -> bool:
        """Whether the line accepts signatures of a namespace."""
        return not self.namespaces or matches(self.namespaces, namespace)

    def is_valid(self, moment: datetime) -> bool:
        """Whether the key may sign at a time."""
        late = self.valid_before is not None and moment > self.valid_before
        return not late and (self.valid_after is None or moment >= self.valid_after)


@dataclass(frozen=True, slots=True)
class AllowedSigners:
    """A list of signers: its text, which ssh-keygen reads, and its lines."""

    text: str
    signers: tuple[AllowedSigner, ...] = ()
    #: Where it was read from; "" is nowhere.
    file: str = ""

    def with_key(self, key: PublicKey) -> tuple[AllowedSigner, ...]:
        """The lines of a key."""
        return tuple(signer for signer in self.signers if signer.key.blob == key.blob)


def read_allowed_signers(path: Path) -> AllowedSigners:
    """The list of signers in a file.

    Raises:
        ProblemsError: all of its mistakes, or that it cannot be read.
    """
    try:
        text = read_regular_text(path)
    except OSError as error:
        remedy = "write a line for each key: name, kind, key (ssh-keygen(1), ALLOWED SIGNERS)"
        _refuse([Problem(str(path), 0, "", f"cannot be read: {error.strerror}", remedy)])
    return parse_allowed_signers(text, str(path))


def parse_allowed_signers(text: str, file: str = "allowed_signers") -> AllowedSigners:
    """The list of signers in a text; `file` is its name in errors.

    Raises:
        ProblemsError: all of its mistakes.
    """
    signers: list[AllowedSigner] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            signers.append(_signer(number, line))
        except _LineError as error:
            problems.append(Problem(file, number, error.field, error.found, error.remedy))
    if problems:
        _refuse(problems)
    return AllowedSigners(text, tuple(signers), file)


def matches(patterns: str, name: str) -> bool:
    """Whether a pattern-list of ssh_config(5) matches: `*` and `?`, and `!` that excludes."""
    found = False
    for pattern in (each.strip().strip('"') for each in patterns.split(",")):
        if pattern.startswith("!") and _matches(pattern[1:], name):
            return False
        found = found or (not pattern.startswith("!") and _matches(pattern, name))
    return found


def _matches(pattern: str, name: str) -> bool:
    return fnmatchcase(name, pattern.replace("[", "[[]"))


class _LineError(Exception):
    def __init__(self, field: str, found: str, remedy: str) -> None:
        self.field, self.found, self.remedy = field, found, remedy


def _refuse(problems: Iterable[Problem]) -> NoReturn:
    raise ProblemsError(problems)


def _signer(number: int, line: str) -> AllowedSigner:
    fields = _FIELD.findall(line)
    options = ""
    if len(fields) > 1 and not _KEY_TYPE.fullmatch(fields[1]):
        options = fields.pop(1)
    if len(fields) < 3:
        raise _LineError(
            "", "is not PRINCIPALS [OPTIONS] KEYTYPE KEY", "add the line of a .pub file to a name"
        )
    try:
        key = public_key(f"{fields[1]} {fields[2]}")
    except (ValueError, binascii.Error):
        raise _LineError(
            "key", "is not a public SSH key", "copy the whole line of the .pub file"
        ) from None
    given = list(_options(options))
    said = dict(given)
    if len(said) < len(given):
        raise _LineError("options", "the same option twice", "ssh-keygen passes over such a line")
    if said.get("namespaces") == "":
        raise _LineError("namespaces", "for no purpose", "name one, or leave the option out")
    after, before = (_time(name, said.get(name)) for name in ("valid-after", "valid-before"))
    if after and before and after >= before:
        raise _LineError(
            "valid-before", "is not later than valid-after", "the key would never be valid"
        )
    return AllowedSigner(
        number,
        fields[0].strip('"'),
        key,
        said.get("namespaces") or "",
        after,
        before,
        "cert-authority" in said,
    )


def _options(text: str) -> Iterator[tuple[str, str | None]]:
    at = 0
    while at < len(text):
        found = _OPTION.match(text, at)
        name = found[1].lower() if found else text[at:]
        if found is None or (name != "cert-authority" and found[2] is None):
            raise _LineError("options", f'{text[at:]!r} is not NAME="VALUE"', "quote the value")
        if name not in ("cert-authority", "namespaces", "valid-after", "valid-before"):
            raise _LineError(
                "options", f"{name!r} is not an option of a list of signers", "see ssh-keygen(1)"
            )
        yield name, found[2]
        at = found.end()


def _time(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        return datetime.strptime(
            found[1] + (found[2] or "0000") + (found[3] or "00"), "%Y%m%d%H%M%S"
        ).replace(tzinfo=UTC)
    except ValueError:
        raise _LineError(
            name, f"{text!r} is not a time", "write YYYYMMDDZ or YYYYMMDDHHMMSSZ"
        ) from None


def line_of(
    principal: str,
    key: str,
    *,
    namespaces: Iterable[str] = (),
    valid_after: datetime | None = None,
    valid_before: datetime | None = None,
) -> str:
    """A line of a list of signers; `key` is the text of a .pub file."""
    options = [f'namespaces="{",".join(namespaces)}"'] if namespaces else []
    for name, time in (("valid-after", valid_after), ("valid-before", valid_before)):
        if time is not None:
            options.append(f'{name}="{time.astimezone(UTC):%Y%m%d%H%M%SZ}"')
    return " ".join([principal, *([",".join(options)] if options else []), str(public_key(key))])
