"""What `evidence` came to: a bundle for an auditor."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Evidence:
    """A bundle that was written."""

    network: str
    #: The journal's own name.
    journal: str
    #: ISO 8601; "": since the journal's begin.
    since: str
    changes: int
    steps: int
    #: Steps that quote a key: their hashes alone are in the bundle.
    withheld: int
    #: Statements of persons about plans.
    statements: int
    drift_runs: int
    #: Signatures of controllers.
    signatures: int
    #: Fingerprint -> the controller, in the list of keys.
    controllers: dict[str, str]
    #: SHA-256 of the file.
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """What `evidence --json` prints."""
        return asdict(self)
