"""What `worker --new-key` came to."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NewKeyResult:
    """A new key pair; the private half is in the file and nowhere else."""

    file: str
    #: What messages and logs call it.
    name: str
    #: As it goes into the file of public keys.
    public: str

    def to_dict(self) -> dict[str, Any]:
        """What `worker --new-key FILE --json` prints."""
        return {"file": self.file, "name": self.name, "public": self.public}
