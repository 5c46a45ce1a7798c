"""A site's service that comes further, or goes back: from one state to another."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ServiceMove:
    """An access whose state is another one than the network was made from."""

    site: str
    access: str
    #: States, in the inventory's words.
    before: str
    after: str

    @property
    def words(self) -> str:
        """One line for people."""
        return f"{self.site}/{self.access}: {self.before} -> {self.after}"

    def to_dict(self) -> dict[str, Any]:
        """One of `moves` in JSON."""
        return asdict(self)
