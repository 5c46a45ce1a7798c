"""Take the secrets out of a device's lines."""

from __future__ import annotations

import re

HIDDEN = "<removed>"

#: Lines of FRR 8.4 that hold a key, up to it; several keys take spaces, so all that follows goes.
_FORMS = (
    r"^[ +\-!]*password(?:\ 8)?",
    r"enable\ password(?:\ 8)?",
    r"username\ \S+\ password(?:\ 8)?",
    r"(?:neighbor|peer)\ \S+\ password",
    r"(?:isis|openfabric|area|domain)[ -]password\ (?:clear|md5)",
    r"authentication-key",
    r"message-digest-key\ \S+\ md5",
    r"hash-algo\ \S+\ key",
    r"authentication\ string",
    r"key-string",
    r"nhrp\ authentication",
    r"tcp-md5-auth",
    r"snmp-server\ community",
    r"rpki\ [^\n]*password",
)
_SECRETS = re.compile(rf"(?mx)(?P<before>(?:{'|'.join(_FORMS)})[ ]+)(?P<secret>\S[^\n]*)")


_STANDS_FOR_ONE = re.compile(rf"(?mx)^[ ]*(?:{'|'.join(_FORMS)})[ ]+(?:8[ ])?<[a-z][^\s>]*>")


def line_without_key(text: str) -> int | None:
    """The first line (from 1) with `<...>` where a key belongs: a text of which keys were taken out
    and not put in again. None: there is none.

    >>> line_without_key("!\\n neighbor 10.0.0.1 password <removed>")
    2
    """
    found = _STANDS_FOR_ONE.search(text)
    return None if found is None else text.count("\n", 0, found.end()) + 1


def hide_secrets(text: str) -> str:
    """Replace what only the device may know: keys of protocols, and login passwords.

    >>> hide_secrets(" neighbor 10.0.0.1 password hunter2")
    ' neighbor 10.0.0.1 password <removed>'
    """
    return _SECRETS.sub(lambda match: f"{match['before']}{HIDDEN}", text)


#: Of what a router printed in an error.
SHOWN = 300
_BEGINNING = re.compile(rf"(?s).{{0,{SHOWN}}}(?![A-Za-z0-9])")


def beginning(printed: str) -> str:
    """The first words of what a router printed, SHOWN characters at the most, none of them cut: a
    part of a key is none that whoever takes keys out would know.

    >>> beginning("refused: " + "a" * 400)
    'refused: '
    """
    found = _BEGINNING.match(printed)
    return "" if found is None else found[0]
