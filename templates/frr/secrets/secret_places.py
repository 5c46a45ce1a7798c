"""Secrets taken out of a text that is kept for years: rather a word too many than one left.

`redaction` serves the reader and cuts the lines that its grammar knows. Here the whole text
matters: comments, continued lines, keys of other programs in the Linux part, blocks of PEM. The
forms are those of FRR's and ifupdown2's manuals, wg(8), ip-macsec(8), ip-xfrm(8) and snmpd.conf(5).
"""

import re
from collections.abc import Iterable, Iterator

from egovnet.templates.frr.secrets.redaction import (
    REDACTED,
    STANDS_FOR_A_KEY,
    redact_line,
    stands_for_a_key,
)

#: A line without any of these, in small letters, holds no secret; most lines are done with after
#: this. Without (?i), which takes ten times as long.
_HINT = re.compile(
    "pass|key|secret|psk|md5|phrase|auth|commun|snmp|token|xfrm|macsec|com2sec|createuser|0x|://|="
)
#: Words after which the rest of the line is the secret: several take spaces in it (LINE in FRR).
_FORM = re.compile(
    rf"""(?ix)(?<![\w-])(?P<kept>
      (?:
        (?:neighbor|peer)\s+\S+\s+password                # BGP, LDP, MSDP
      | enable\s+(?:password|secret)
      | username\s+\S+\s+(?:password|secret)
      | (?:isis\s+|area-|domain-)password\s+(?:clear|md5)
      | key-string                                        # key chains
      | (?:ospf\s+)?authentication-key
      | message-digest-key\s+\S+\s+md5
      | hash-algo\s+\S+\s+key                             # OSPFv3
      | authentication\s+string                           # RIP
      | nhrp\s+authentication
      | tcp-md5-auth                                      # PCEP
      | snmp-server\s+(?:community|user\s+\S+|host\s+\S+)
      | (?:ro|rw)community6?
      | (?:com2sec6?|createuser)\s+\S+
      | wpa-(?!key-mgmt)\S*(?:psk|pass|key)\S*
      | wireless-key\d?(?:\s+s(?=:))?
      | macsec\s.*?\bkey\s+\S+
      | xfrm\s.*?\b(?:enc|auth|auth-trunc|aead)
      | (?:private|preshared|pre-shared)-?key
      | [\w-]*(?:passw[a-z]*|passphrase)
      | (?:--[\w-]*|[\w-]*(?=\w+\s?[=:]))(?:psk|secret|token|key)
      )
      [ \t]*[\s=:][ \t]*
    )(?P<secret>(?!(?:md5\ )?{STANDS_FOR_A_KEY})\S.*)"""
)
#: Values that say by their form what they are; the rest of the line stays.
_VALUE = re.compile(
    r"""(?x)
      (?P<kept>://[^/\s:@]*:)(?P<secret>[^/\s@]+)(?=@)              # user:password@ in a URL
    | (?P<kept2>\b0x)(?P<secret2>[0-9a-fA-F]{16,})                  # a key in hexadecimal
    | (?P<kept3>(?<![\w+/]))(?P<secret3>[A-Za-z0-9+/]{43}=)         # 32 bytes in base 64: WireGuard
    """
)
_PEM = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
#: A line with those that ifupdown2 joins to it.
_JOINED = re.compile(r"(?:.*\\\n)*.+")
#: A shorter word is too likely to be another thing's name as well.
_SHORTEST = 4
#: So long is a word that was cut out with others: of a PEM block, or of a line of unknown form.
_LONG = 8


def redact_text(text: str) -> str:
    """A router's whole text without its secrets; lines that hold none stay as they are.

    >>> redact_text("router bgp 1\\n neighbor 10.0.0.1 password two words\\n")
    'router bgp 1\\n neighbor 10.0.0.1 password <removed>\\n'
    """
    if not _may_hold(text):
        return text
    text = _PEM.sub(REDACTED, text)
    if "\\\n" not in text:
        return "\n".join(map(_line, text.split("\n")))
    return _JOINED.sub(lambda found: _logical(found.group()), text)


def redact_messages(messages: Iterable[str], texts: Iterable[str]) -> list[str]:
    """Sentences about a change to devices that run `texts`, without their secrets.

    Both lines quoted in them and bare values of the texts are cut out.
    """
    values = {value for text in texts for value in _values(text)} - {REDACTED}
    found = []
    for message in messages:
        for value in sorted(values, key=len, reverse=True):
            message = message.replace(value, REDACTED)  # noqa: PLW2901 -- cut bit by bit
        found.append(_known(_PEM.sub(REDACTED, message)))
    return found


def _may_hold(text: str) -> bool:
    return _HINT.search(text.lower()) is not None


def _known(line: str) -> str:
    line = _FORM.sub(rf"\g<kept>{REDACTED}", line)
    return _VALUE.sub(
        lambda found: f"{found['kept'] or found['kept2'] or found['kept3'] or ''}{REDACTED}", line
    )


def _line(line: str) -> str:
    if not _may_hold(line) or stands_for_a_key(line):
        return line
    return redact_line(_known(line))


def _logical(lines: str) -> str:
    """Joined lines stay in pieces only where none of them holds a secret."""
    joined = lines.replace("\\\n", " ")
    cut = _line(joined)
    return lines if cut == joined else cut


def _values(text: str) -> Iterator[str]:
    """The secrets of a text, and the words of those that have several."""
    if not _may_hold(text):
        return
    for block in _PEM.finditer(text):
        yield from (word for word in block.group().split() if len(word) >= _LONG)
    for line in text.replace("\\\n", " ").split("\n"):
        if not _may_hold(line) or stands_for_a_key(line):
            continue
        for pattern in (_FORM, _VALUE):
            for found in pattern.finditer(line):
                value = next(v for k, v in found.groupdict().items() if v and k[0] == "s").strip()
                yield from {v for v in (value, *value.split()) if len(v) >= _SHORTEST}
        kept = _line(line).split()
        yield from (word for word in line.split() if word not in kept and len(word) >= _LONG)
