"""Secrets never come into facts: they are cut out of a text before it is read."""

import re

REDACTED = "<removed>"
#: No line that holds none of these can hold a secret; looking for them costs next to nothing.
_HINTS = ("passw", "key", "secret", "psk", "md5", "phrase", "auth")
_KNOWN = re.compile(
    r"""(?x)^(\s*(?:no\s+)?(?:
        (?:neighbor\s+\S+\s+|enable\s+|isis\s+|area-|domain-|username\s+\S+\s+|ip(?:v6)?\s+\S+\s+)?
            password (?:\s+(?:clear|md5|[08])(?=\s+\S))?
      | .*\b(?:key-string | authentication-key | message-digest-key\s+\S+\s+md5
            | authentication\s+(?:text|mode\s+\S+|key) | secret | passphrase | psk | wpa-\S+)
    )\s+)\S.*"""
)
#: In lines of an unknown form, everything after a word that sounds like a secret.
_LOOSE = re.compile(r"(?i)^(.*?(?:passw|secret|key|psk|md5|phrase|\bauth)\S*\s+)\S.*")
#: Lines in which such a word is only a name that somebody chose.
_NAMES = re.compile(
    r"^\s*(?:no\s+)?(?:route-map|ip\s|ipv6\s|access-list|bgp\s|match|set|call|interface|iface|auto"
    r"|vrf|alias|address|description|router|hostname|key\s+(?:chain|\d)|mpls|rt|rd|import|export"
    r"|neighbor\s+\S+\s+(?!password)\S+|redistribute|network|rpki|log|service|debug|exit|!|\#)"
)


def redact(lines: list[str], text: str) -> list[str]:
    """`lines` of `text` with every secret replaced; the same list when there is none."""
    if not any(hint in text for hint in _HINTS):
        return lines
    return [_line(line) if any(hint in line for hint in _HINTS) else line for line in lines]


def _line(line: str) -> str:
    found = _KNOWN.match(line)
    if found is None and not _NAMES.match(line):
        found = _LOOSE.match(line)
    return f"{found.group(1)}{REDACTED}" if found else line
