"""What a PE's key exchange goes by: texts beside its configuration, which root installs."""

from dataclasses import dataclass

#: What is offered and taken, and nothing else: AES-256-GCM and ECP-256. RFC 8221 section 5 and RFC
#: 8247 section 2 have both as SHOULD or MUST; Linux' kernel has no national algorithm (SM4).
IKE = "aes256gcm16-prfsha384-ecp256"
ESP = "aes256gcm16-ecp256-esn"


@dataclass(frozen=True, slots=True)
class IkeTexts:
    """A connection for each PE that a tunnel leads to. No secret is in it."""

    connections: str
    #: How the daemon runs; the same on every PE.
    daemon: str
    #: Of the connections, those of the tunnels: whoever has another one is no peer.
    names: tuple[str, ...]
