"""What `init`, `schema`, `export` and `render` came to: files that were written."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NewInventory:
    """An inventory to start from."""

    directory: str
    #: What it is a copy of: "skeleton", "reference" or "complete".
    like: str
    #: Paths within the directory.
    files: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `init --json` prints."""
        return {"directory": self.directory, "like": self.like, "files": list(self.files)}


@dataclass(frozen=True, slots=True)
class WrittenSchemas:
    """JSON Schemas of an inventory's files."""

    inventory: str
    directory: str
    #: Paths within the directory.
    schemas: tuple[str, ...]
    #: Files of the inventory that were given the line by which editors find their schema.
    lined: tuple[str, ...]
    #: Files that lack it still.
    unlined: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `schema --json` prints."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class ExportedInventory:
    """The routers, or what a policy comes to, as files of another tool."""

    #: "nornir", "ansible", "codeowners" or "approvals".
    format: str
    directory: str
    #: Paths within the directory.
    files: tuple[str, ...]
    routers: int

    def to_dict(self) -> dict[str, Any]:
        """What `export --json` prints."""
        return {**asdict(self), "files": list(self.files)}


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A device's intended configuration."""

    device: str
    file: str
    lines: int


@dataclass(frozen=True, slots=True)
class RenderedFiles:
    """A file a device."""

    directory: str
    files: tuple[RenderedFile, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `render --json` prints."""
        return {"directory": self.directory, "files": [asdict(file) for file in self.files]}
