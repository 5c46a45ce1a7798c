"""What a device is doing now, vendor-neutral: the facts that verification judges."""

from dataclasses import dataclass, field
from enum import StrEnum

from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.running_state import RunningState

#: (VRF name, address family)
Table = tuple[str, AddressFamily]


class Speaks(StrEnum):
    """By what a router knows a neighbour at one of its ports."""

    ISIS = "IS-IS"
    LDP = "LDP"
    LLDP = "LLDP"


@dataclass(frozen=True, slots=True)
class SeenNeighbor:
    """Somebody at the other end of a link, as the router names him: IS-IS by host name or system
    id, LDP by LSR id, LLDP by system name. `port` is the router's own; "" of a targeted LDP."""

    port: str
    speaks: Speaks
    name: str


@dataclass(frozen=True, slots=True)
class VrfTargets:
    """RD and route targets of a VRF's family as the BGP daemon holds them."""

    rd: str = ""
    imports: frozenset[str] = frozenset()
    exports: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DeviceState:
    """One device's control plane. Everything is what the daemons say, not what was configured."""

    #: Interfaces with an IS-IS adjacency that is up.
    isis: frozenset[str] = frozenset()
    #: Everybody at the other ends of the main table's links, whether intended or not; of LDP those
    #: whose hellos come, with a session or without one.
    neighbors: frozenset[SeenNeighbor] = frozenset()
    #: LSR ids of LDP neighbours whose session is operational.
    ldp: frozenset[str] = frozenset()
    #: (VRF or "default", neighbour address) of established BGP sessions.
    bgp: frozenset[tuple[str, str]] = frozenset()
    #: The same of sessions that are configured, wanted, and not established.
    trying: frozenset[tuple[str, str]] = frozenset()
    #: (VRF or "default", neighbour address) and (the same, its interface, where the device names
    #: it) of BFD sessions that are up.
    bfd: frozenset[tuple[str, str]] = frozenset()
    targets: dict[Table, VrfTargets] = field(default_factory=dict)
    #: Route targets seen on the VRF's own announcements.
    announced: dict[Table, frozenset[str]] = field(default_factory=dict)
    #: Prefixes with a route in use that forwards, by table.
    routes: dict[Table, frozenset[str]] = field(default_factory=dict)
    #: Ports that are up -> which of the addresses that they are to have the routing daemons do not
    #: know, as a sentence; "" where they know all. None where nobody asked.
    addresses: dict[str, str] | None = None
    #: Tables whose last resort is to refuse, as the kernel forwards.
    closed: frozenset[Table] = frozenset()
    #: Routing daemons that the device needs and that do not run.
    dead: frozenset[str] = frozenset()
    #: What it does besides its text; None where its platform does not show it, or nobody asked.
    running: RunningState | None = None
    #: Questions the device could not answer, and what it said.
    unread: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BriefAnswer:
    """An answer to a brief question about a device's state."""

    #: The router's own digest of all that is read of its answer.
    seen: str
    #: None where it was not sent, as its digest is the one that was given.
    said: str | None
