"""Take the secrets out of a device's lines."""

from __future__ import annotations

import re

HIDDEN = "<removed>"

_SECRETS = re.compile(
    r"(?P<before>\b(?:"
    r"neighbor \S+ password"
    r"|(?:ip ospf )?message-digest-key \d+ md5"
    r"|ip ospf authentication-key"
    r"|(?:isis|area|domain)[- ]password (?:clear|md5)"
    r"|(?:area-password|domain-password) (?:clear|md5)"
    r"|ip rip authentication string"
    r"|key-string"
    r"|enable password(?: 8)?"
    r"|username \S+ password"
    r"|snmp-server community"
    r"|rpki .* password"
    r") )(?P<secret>\S.*)"  # to the line's end: FRR takes spaces in several
    r"|(?P<start>^\s*password(?: 8)? )(?P<vty>\S.*)",
    re.MULTILINE,
)


def hide_secrets(text: str) -> str:
    """Replace what only the device may know: BGP, IS-IS, OSPF, RIP, LDP and login passwords.

    >>> hide_secrets(" neighbor 10.0.0.1 password hunter2")
    ' neighbor 10.0.0.1 password <removed>'
    """
    return _SECRETS.sub(lambda match: f"{match['before'] or match['start']}{HIDDEN}", text)
