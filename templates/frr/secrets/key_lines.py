"""FRR 8.4's lines that hold a key, as a table, and how the key is taken out of any words.

`secret_places` cuts whole texts that are kept for years, rather a word too many; this is for words
that a person reads now, such as diffs and errors, where too much cut is a fault as well. That the
table is whole, the grammar says: `tests/templates/frr/secrets/test_key_lines.py` walks it, and the
driver's own table (`napalm_frr.text.sanitize`) as well, which stands alone and cannot ask this one.
"""

import re

from egovnet.templates.frr.secrets.redaction import REDACTED, STANDS_FOR_A_KEY
from egovnet.templates.frr.secrets.secret_places import redact_text

#: What stands before the key. Several keys take spaces (LINE in FRR): all to the line's end goes.
FORMS = (
    # enable
    r"enable\ password(?:\ 8)?",
    r"username\ \S+\ password(?:\ 8)?",
    # BGP and LDP (TCP-MD5), MSDP
    r"(?:neighbor|peer)\ \S+\ password",
    # IS-IS and OpenFabric
    r"(?:isis|openfabric|area|domain)[ -]password\ (?:clear|md5)",
    # OSPF: interfaces and virtual links
    r"authentication-key",
    r"message-digest-key\ \S+\ md5",
    # OSPFv3
    r"hash-algo\ \S+\ key",
    # RIP
    r"authentication\ string",
    # key chains
    r"key-string",
    # NHRP, PCEP and whoever else
    r"nhrp\ authentication",
    r"tcp-md5-auth",
    # SNMP of the same hosts
    r"snmp-server\ community",
)
_KEY = re.compile(
    rf"(?mx)(?P<kept>(?:{'|'.join(FORMS)})[ ]+)"
    rf"(?!(?:8\ )?{REDACTED}|{STANDS_FOR_A_KEY})[^\n]*\S[^\n]*"
    # the login's own stands alone: "password authentication failed" is none
    rf"|(?P<alone>^[ +\-!]*password\ (?:8\ )?)(?!{REDACTED})\S+[ ]*$"
)
#: No words without one of these hold a key.
HINTS = ("password", "key", "authentication", "md5", "community")


#: A line of a diff, alone or quoted after others in a sentence.
_QUOTED = re.compile(r"(?P<sign>(?:^|; |: )[ ]*[-+!] +)(?P<line>[^;\n]+)", re.MULTILINE)
#: Besides what FRR has: Linux' part of a text is any program's words.
_MORE_HINTS = (*HINTS, "psk", "passphrase", "secret", "token", "xfrm", "macsec", "://", "auth")


def is_key_line(line: str) -> bool:
    """Whether a line of FRR, without its indentation, sets a key that is none of egovnet's."""
    return any(hint in line for hint in HINTS) and _KEY.search(line) is not None


def hide_keys(words: str) -> str:
    """`words` without the keys of the lines that they quote, at any place of each line.

    Of lines of a diff, all that `secret_places` knows goes; elsewhere what FRR's grammar says is a
    key, so that sentences about passwords stay as they are.

    >>> hide_keys("- neighbor 10.0.0.1 password two words")
    '- neighbor 10.0.0.1 password <removed>'
    """
    if not any(hint in words for hint in _MORE_HINTS):
        return words
    words = _QUOTED.sub(lambda found: f"{found['sign']}{redact_text(found['line'])}", words)
    return _KEY.sub(lambda found: f"{found['kept'] or found['alone']}{REDACTED}", words)
