"""Secrets never come into facts: they are cut out of a text before it is read."""

import re
from difflib import get_close_matches

from egovnet.inventory.model.keys import REFERENCE, REFERENCE_BEGINS

REDACTED = "<removed>"
#: What stands for a key of egovnet's where a key may be, and nothing of a key after it.
STANDS_FOR_A_KEY = rf"{REFERENCE}(?=$|\n|[;'\"),]|\ authenticate\ snp)"
_LINE_OF_A_KEY = re.compile(
    rf"""(?x)^[\s+\-!]*(?:
        neighbor\s+\S+\s+password\s+{REFERENCE} | isis\s+password\s+md5\s+{REFERENCE}
      | domain-password\s+md5\s+{REFERENCE}\s+authenticate\s+snp\s+validate
    )\s*$"""
)
#: No line that holds none of these can hold a secret; looking for them costs next to nothing.
_HINTS = ("passw", "key", "secret", "psk", "md5", "phrase", "auth")
#: Lines of the grammar that hold one.
_KNOWN = re.compile(
    r"""(?x)^(\s*(?:no\s+)?(?:
        (?:neighbor\s+\S+\s+|enable\s+|isis\s+|area-|domain-|username\s+\S+\s+)?
            password (?:\s+(?:clear|md5|[08])(?=\s+\S))?
      | (?:enable\s+)?secret
      | key-string
      | ip(?:v6)?\s+\S+\s+(?:authentication-key|message-digest-key\s+\S+\s+md5
            |authentication\s+(?:string|mode\s+\S+\s+auth-length\s+\S+))
    )\s+)\S+(?P<after>.*)"""
)
#: What may follow a secret: FRR refuses any other word after it.
_AFTER = re.compile(r"\s+authenticate\s+snp\s+(?:send-only|validate)\s*$")
#: Lines of the grammar that hold one, or name a key chain that does.
_ABOUT = re.compile(r"password|key|authentication|md5|secret")
#: In lines of an unknown form, everything after a word that sounds like a secret.
_LOOSE = re.compile(r"(?i)^(.*?(?:passw|secret|key|psk|md5|phrase|\bauth)\S*\s+)\S.*")
#: What stands before a secret; of a line that nobody understands a misspelled one counts, too.
_BEFORE_SECRETS = (
    *("password", "passwd", "pass", "pwd", "passphrase", "secret", "psk", "token"),
    *("area-password", "domain-password", "authentication", "authentication-key"),
    *("key", "key-string", "message-digest-key", "tcp-md5-auth", "md5"),
)
_LIKE = 0.75
_WORDS = re.compile(r"\S+")
#: Lines in which such a word is only a name that somebody chose, or free text.
_NAMES = re.compile(
    r"^\s*(?:no\s+)?(?:route-map|access-list|bgp\s|match|set|call|interface|iface|auto\s|vrf|alias"
    r"|ip(?:v6)?\s+(?:route|router|prefix-list|access-list|address|nht|protocol)\s"
    r"|address|description|router|hostname|key\s+(?:chain|\d)|mpls|rt|rd|import|export"
    r"|neighbor\s+\S+\s+(?!passw)\S+|redistribute|network|rpki|log|service|debug|exit|!|\#"
    # nftables: names of interfaces and chains, comments
    r"|[io]ifname|chain|set|goto|jump|accept|drop|meta|ct|tcp|udp|icmp(?:v6)?|ip6?\s+[sd]addr)"
)
#: Lines that say how routers are authenticated, and hold no key.
_WITHOUT = re.compile(
    r"""(?x)^\s*(?:no\s+)?(?:
        area\s+\S+\s+authentication (?:\s+message-digest)?
      | ip\s+ospf\s+authentication (?:\s+(?:message-digest|null))? (?:\s+[0-9.]+)?
      | ip\s+rip\s+authentication\s+(?:
            mode\s+(?:md5|text) (?:\s+auth-length\s+(?:rfc|old-ripd))? | key-chain\s+\S+)
    )\s*$"""
)


def is_about_secrets(line: str) -> bool:
    """Whether a line sets a key or how somebody is authenticated, or names what does."""
    return _ABOUT.search(line) is not None


def stands_for_a_key(line: str) -> bool:
    """Whether a line names a key of egovnet's (`KeyReference`) where its value would be."""
    return REFERENCE_BEGINS in line and _LINE_OF_A_KEY.match(line) is not None


def redact(lines: list[str], text: str) -> list[str]:
    """`lines` of `text` with every secret replaced; the same list when there is none."""
    if not any(hint in text for hint in _HINTS):
        return lines
    return [redact_line(line) if any(hint in line for hint in _HINTS) else line for line in lines]


def redact_line(line: str) -> str:
    """`line` without the secret it holds, if it does.

    As many words stay as there were, since FRR refuses a secret of two.

    >>> redact_line(" neighbor 10.0.0.1 password two words")
    ' neighbor 10.0.0.1 password <removed> <removed>'
    """
    if stands_for_a_key(line):
        return line
    found = _KNOWN.match(line)
    if found is not None:
        after = found["after"]
        more = after.rstrip() if _AFTER.match(after) else f" {REDACTED}" * len(after.split())
        return f"{found.group(1)}{REDACTED}{more}"
    if not (_NAMES.match(line) or _WITHOUT.match(line)):
        found = _LOOSE.match(line)
    return f"{found.group(1)}{REDACTED}" if found else line


def redact_unknown(line: str) -> str:
    """`line`, which is of no known form, without all that follows a word like those that stand
    before a secret.

    >>> redact_unknown(" neighbor 10.0.0.1 pasword hush")
    ' neighbor 10.0.0.1 pasword <removed>'
    """
    if stands_for_a_key(line):
        return line
    for word in _WORDS.finditer(line):
        if line[word.end() :].strip() and _is_before_a_secret(word[0].lower()):
            return f"{line[: word.end()]} {REDACTED}"
    return line


def _is_before_a_secret(word: str) -> bool:
    if any(hint in word for hint in _HINTS):
        return True
    return bool(get_close_matches(word, _BEFORE_SECRETS, 1, _LIKE))
