"""What can go wrong with a signature; no message holds a key's private half or a passphrase.

EgovnetError
`-- SignatureError           a signature cannot be made, or does not hold (exit code 2)
    |-- SigningError         none could be made: no key, a passphrase, no agent, no ssh-keygen
    |-- NoSignatureError     what was given is not an SSH signature
    |-- OtherNamespaceError  it was made for another purpose
    |-- WrongDataError       it is not over this data
    |-- UnknownKeyError      its key is not on the list of signers
    |-- OtherSignerError     its key is on the list, for somebody else
    |-- PurposeError         its key is on the list, and not for this purpose
    `-- ValidityError        its key was not valid at the time: expired, or not valid yet
"""

from egovnet.inventory.errors import EgovnetError


class SignatureError(EgovnetError):
    """A signature cannot be made, or does not hold."""


class SigningError(SignatureError):
    """No signature could be made."""


class NoSignatureError(SignatureError):
    """What was given is not an SSH signature."""


class OtherNamespaceError(SignatureError):
    """The signature was made for another purpose, so that it cannot be passed off as this one."""


class WrongDataError(SignatureError):
    """The signature is not over this data: one of the two was altered."""


class UnknownKeyError(SignatureError):
    """The key of the signature is not on the list of signers."""


class OtherSignerError(SignatureError):
    """The key of the signature is on the list for somebody else."""


class PurposeError(SignatureError):
    """The list of signers does not accept the key for this purpose."""


class ValidityError(SignatureError):
    """The key was not valid at the time of the signature."""
