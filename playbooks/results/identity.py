"""What the verbs of `identity` came to: authorities, codes, and certificates signed or revoked."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class AuthorityMade:
    """The authorities of a network, and the files for those who connect."""

    directory: str
    #: Fingerprints, as `ssh-keygen -l` shows them.
    host_authority: str
    user_authority: str
    #: "": no VPN is encrypted.
    ike_authority: str
    known_hosts: str
    revoked_keys: str

    def to_dict(self) -> dict[str, Any]:
        """What `identity init --json` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A code by which one machine may be enrolled once; shown here and nowhere else."""

    router: str
    serial_number: str
    code: str
    until: datetime

    def to_dict(self) -> dict[str, Any]:
        """What `identity enrol --json` prints."""
        return asdict(self) | {"until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class CertificateEntry:
    """A certificate of the register."""

    serial: int
    #: "router", "operator", or "ike": a router as other PEs see it.
    holder: str
    name: str
    principals: tuple[str, ...]
    fingerprint: str
    valid_from: datetime
    valid_until: datetime
    #: "valid", "not yet", "ended", "revoked", or "key revoked".
    state: str
    issued_by: str
    serial_number: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """One of `certificates` in JSON."""
        return asdict(self) | {
            "principals": list(self.principals),
            "valid_from": self.valid_from.isoformat(),
            "valid_until": self.valid_until.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class RouterEnrolled:
    """A router that was enrolled, and what was certified for its name before."""

    certificate: CertificateEntry
    #: None: it asked for none, or the network has no authority for IKE.
    ike: CertificateEntry | None
    revoked: tuple[CertificateEntry, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `identity sign --json` prints."""
        return {
            "certificate": self.certificate.to_dict(),
            "ike": None if self.ike is None else self.ike.to_dict(),
            "revoked": [one.to_dict() for one in self.revoked],
        }


@dataclass(frozen=True, slots=True)
class CertificatesSigned:
    """Certificates that were signed; and routers that could not be, with the reason."""

    certificates: tuple[CertificateEntry, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `identity certify --json` and `identity operator --json` print."""
        return {
            "certificates": [one.to_dict() for one in self.certificates],
            "left_out": dict(self.left_out),
        }


@dataclass(frozen=True, slots=True)
class CertificatesRevoked:
    """Certificates that were revoked."""

    certificates: tuple[CertificateEntry, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `identity revoke --json` prints."""
        return {"certificates": [one.to_dict() for one in self.certificates]}


@dataclass(frozen=True, slots=True)
class CodeOpen:
    """A code that was shown and not used."""

    router: str
    serial_number: str
    until: datetime
    begun_by: str
    #: Whether it still holds.
    holds: bool

    def to_dict(self) -> dict[str, Any]:
        """One of `enrolments` in JSON."""
        return asdict(self) | {"until": self.until.isoformat()}


@dataclass(frozen=True, slots=True)
class CertificateList:
    """The register of certificates, and the codes that were shown and not used."""

    directory: str
    certificates: tuple[CertificateEntry, ...]
    enrolments: tuple[CodeOpen, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `identity list --json` prints."""
        return {
            "directory": self.directory,
            "certificates": [one.to_dict() for one in self.certificates],
            "enrolments": [one.to_dict() for one in self.enrolments],
        }


@dataclass(frozen=True, slots=True)
class ScriptsWritten:
    """What root is to run, router by router; the files are `written`."""

    routers: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `identity script --json` prints."""
        return {"routers": list(self.routers)}
