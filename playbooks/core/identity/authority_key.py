"""An authority's ECDSA key as a signer of X.509: from its file, an agent, or with a passphrase.

The file is OpenSSH's, as those of the SSH authorities are, so that one agent holds all three. What
an agent signs for an ECDSA key (RFC 5656 section 3.1.2) is what X.509 wants (RFC 5758 section 3.2)
with its two numbers written in another way.
"""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_ssh_private_key, load_ssh_public_key

from egovnet.inventory.source.regular_file import read_regular
from egovnet.playbooks.core.identity.errors import AuthorityError
from egovnet.playbooks.signatures.key_text import PublicKey, public_key, string_at

#: Bytes of a key's file.
_MOST = 64 * 1024
_OTHERS = 0o077


def signing_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The private half of `path.pub`: of the file; of an agent; of the file by its passphrase.

    Raises:
        AuthorityError: none of them can sign.
    """
    try:
        public = public_key(read_regular(Path(f"{path}.pub"), _MOST).decode("ascii", "replace"))
    except (OSError, ValueError):
        raise AuthorityError(f"{path}.pub: is not a public key of OpenSSH's") from None
    found = _of_file(path, None) or _of_agent(public)
    if found is None and path.exists() and sys.stdin.isatty():
        found = _of_file(path, getpass(f"passphrase of {path}: ").encode())
        if found is None:
            raise AuthorityError(f"{path}: cannot sign: that is not its passphrase")
    if found is None:
        raise AuthorityError(
            f"{path}: cannot sign: it has a passphrase, or is not there: add it to an agent "
            "(ssh-add FILE), or give it at a terminal"
        )
    return found


def _of_file(path: Path, passphrase: bytes | None) -> ec.EllipticCurvePrivateKey | None:
    """None: there is no file, or it has another passphrase."""
    try:
        if path.stat().st_mode & _OTHERS:
            raise AuthorityError(f"{path}: cannot sign: others may read it: chmod 600")
        key = load_ssh_private_key(read_regular(path, _MOST), passphrase)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuthorityError(f"{path}: cannot sign: {error.strerror}") from error
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise AuthorityError(f"{path}: cannot sign: it is not an ECDSA key")
    return key


def _of_agent(public: PublicKey) -> ec.EllipticCurvePrivateKey | None:
    # paramiko is slow to load: only who signs needs it
    from paramiko.agent import Agent, AgentKey  # noqa: PLC0415 -- see above
    from paramiko.ssh_exception import SSHException  # noqa: PLC0415 -- see above

    try:
        keys: tuple[AgentKey, ...] = Agent().get_keys()
    except SSHException:
        return None
    held = next((key for key in keys if key.asbytes() == public.blob), None)
    return None if held is None else _AgentKey(public, held.sign_ssh_data)


class _AgentKey(ec.EllipticCurvePrivateKey):
    """A key that an agent holds: it signs, and gives nothing away."""

    def __init__(self, public: PublicKey, sign: object) -> None:
        key = load_ssh_public_key(str(public).encode())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise AuthorityError("the authority's key is not an ECDSA key")
        self._public, self._sign = key, sign

    def sign(self, data: object, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """An ECDSA signature in DER. Raises AuthorityError where the agent refuses."""
        from paramiko.ssh_exception import SSHException  # noqa: PLC0415 -- as above

        if isinstance(signature_algorithm.algorithm, Prehashed):
            raise UnsupportedAlgorithm("an agent signs what it has hashed itself")
        try:
            blob = self._sign(data)  # type: ignore[operator] # paramiko's, without types
        except SSHException:
            raise AuthorityError("cannot sign: the agent refused to sign") from None
        _kind, at = string_at(blob, 0)
        pair, _ = string_at(blob, at)
        first, at = string_at(pair, 0)
        second, _ = string_at(pair, at)
        return encode_dss_signature(int.from_bytes(first, "big"), int.from_bytes(second, "big"))

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """Its public half."""
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        """Its curve."""
        return self._public.curve

    @property
    def key_size(self) -> int:
        """Bits."""
        return self._public.key_size

    def exchange(self, *_: object) -> bytes:
        """No agent does this."""
        raise UnsupportedAlgorithm("an agent only signs")

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        """No agent does this."""
        raise UnsupportedAlgorithm("an agent only signs")

    def private_bytes(self, *_: object) -> bytes:
        """No agent does this."""
        raise UnsupportedAlgorithm("an agent only signs")

    def __copy__(self) -> _AgentKey:
        return self

    def __deepcopy__(self, _: object) -> _AgentKey:
        return self
