"""What the verbs of the virtual network came to."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class LabNode:
    """How far a node has come."""

    name: str
    kind: str
    #: Its address in the lab.
    management: str | None
    #: Where its SSH answers on this host.
    forward: tuple[str, int] | None
    #: Whether it runs FRR.
    daemons: bool
    ready: bool
    #: From the start of the machine until it was ready.
    seconds: float | None

    def to_dict(self) -> dict[str, Any]:
        """One of `nodes` in JSON."""
        return {**asdict(self), "forward": None if self.forward is None else list(self.forward)}


@dataclass(frozen=True, slots=True)
class LabStatus:
    """The virtual network as it is."""

    backend: str
    topology: str
    digest: str
    running: bool
    ready: bool
    pid: int | None
    nodes: tuple[LabNode, ...] = ()
    #: Measured from the start of the machine, such as {"ssh": 21.5}.
    seconds: Mapping[str, float] = field(default_factory=dict)
    #: What this lab does not have of its topology.
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """What `lab up`, `lab down` and `lab status` print as JSON."""
        return {
            "backend": self.backend,
            "topology": self.topology,
            "digest": self.digest,
            "running": self.running,
            "ready": self.ready,
            "pid": self.pid,
            "nodes": [node.to_dict() for node in self.nodes],
            "seconds": dict(self.seconds),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class TopologyFile:
    """The lab as a containerlab file."""

    text: str
    file: str
    #: All files that belong to it.
    files: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """What `lab topology --json` prints."""
        return {"text": self.text, "file": self.file, "files": list(self.files)}


@dataclass(frozen=True, slots=True)
class LabImage:
    """An image for containers, in an archive."""

    file: str
    #: As a topology's `image` names it.
    image: str
    #: Of the archive.
    sha256: str
    size: int

    def to_dict(self) -> dict[str, Any]:
        """What `lab image --json` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Executed:
    """A command that was run in a node."""

    node: str
    stdout: str
    stderr: str
    exit_code: int

    @property
    def text(self) -> str:
        """What a person sees on stdout."""
        return self.stdout

    def to_dict(self) -> dict[str, Any]:
        """What `lab exec --json` prints."""
        return {
            "node": self.node,
            "stdout": self.stdout,
            "stderr": self.stderr,
            "exit_code": self.exit_code,
            "text": self.stdout,
        }
