"""Values of keys: made here, never typed, and known by their form.

Letters and digits alone stand for themselves in every syntax that a value goes through (FRR's, a
shell's, JSON, URLs), so that one form is all that has to be looked for. 43 of them are 256 bits,
within what FRR takes: 80 octets of TCP-MD5 (PEER_PASSWORD_MAXLEN, TCP_MD5SIG_MAXKEYLEN), 254 of
IS-IS (ISIS_PASSWD_MAXLEN).
"""

import re
import secrets
import string

LENGTH = 43
_ALPHABET = string.ascii_letters + string.digits
#: A word of the form that every value has.
WORD = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z0-9]{{{LENGTH}}}(?![A-Za-z0-9])")


def new_value() -> str:
    """A value that nobody has seen, from the system's source of randomness."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(LENGTH))


def is_value(text: str) -> bool:
    """Whether a text has the form of a value."""
    return WORD.fullmatch(text) is not None
