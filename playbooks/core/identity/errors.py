"""What can go wrong with certificates; no message holds a code, a passphrase or a private key.

EgovnetError
`-- IdentityError          a certificate cannot be made, or what was given is not to be trusted (2)
    |-- NoAuthorityError   this network has no authority yet
    |-- AuthorityError     its key cannot sign: a passphrase, rights of its file, no ssh-keygen
    |-- RegisterError      the register of certificates cannot be read or written
    `-- EnrolmentRefused   a request of enrolment that nobody may have made, or came too late
"""

from egovnet.inventory.errors import EgovnetError


class IdentityError(EgovnetError):
    """A certificate cannot be made, or what was given for it is not to be trusted."""


class NoAuthorityError(IdentityError):
    """This network has no authority yet."""


class AuthorityError(IdentityError):
    """An authority's key cannot sign."""


class RegisterError(IdentityError):
    """The register of certificates cannot be read or written."""


class EnrolmentRefused(IdentityError):  # noqa: N818  # it names what was done
    """A request of enrolment that was not made with a code that holds."""
