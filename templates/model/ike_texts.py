"""What a PE's key exchange goes by: texts beside its configuration, which root installs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IkeTexts:
    """A connection for each PE that a tunnel leads to. No secret is in it."""

    connections: str
    #: How the daemon runs; the same on every PE.
    daemon: str
    #: Of the connections, those of the tunnels: whoever has another one is no peer.
    names: tuple[str, ...]
