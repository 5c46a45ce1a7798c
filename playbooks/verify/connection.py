"""A connection of the packet matrix: what is opened between two hosts, and what it is to show."""

from dataclasses import dataclass
from enum import StrEnum

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.transport import TransportProtocol
from egovnet.playbooks.verify.openings import Register


class ConnectionCase(StrEnum):
    """What a connection is to show of the entry that it was made for."""

    DECLARED = "declared"
    OTHER_DIRECTION = "other direction"
    OTHER_PORT = "other port"
    OTHER_PROTOCOL = "other protocol"
    #: A host of the same VPN that the entry is not about.
    OTHER_PREFIX = "other prefix"
    THIRD_AGENCY = "third agency"
    #: One that another exchange joins to an end of this one.
    NOT_TRANSITIVE = "partner of a partner"
    #: Between the Internet and a VPN that has no exit to it.
    NO_EXIT = "no Internet exit"


@dataclass(frozen=True, slots=True)
class Connection:
    """What is tried between two hosts, beside an echo request of the matrix."""

    #: The entry that it was made for.
    name: str
    register: Register
    case: ConnectionCase
    source_vpn: str
    target_vpn: str
    source_address: str
    target_node: str
    protocol: TransportProtocol
    #: None with ICMP.
    port: int | None
    #: By which addresses its target is to see it; none: by `source_address`.
    seen_as: tuple[IPNetwork, ...] = ()

    @property
    def service(self) -> str:
        """Such as "tcp/443", or "icmp"."""
        return self.protocol if self.port is None else f"{self.protocol}/{self.port}"


@dataclass(frozen=True, slots=True)
class Untried:
    """An entry of which nothing can be tried in a family."""

    name: str
    register: Register
    #: 4 or 6.
    version: int
    why: str
