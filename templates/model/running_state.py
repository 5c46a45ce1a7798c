"""What a router does now, besides its text: rules, routes, labels, links, VPN routes, as facts.

The proof holds it against the text (`egovnet.isolation.running`): what no text says is a finding.
`text` is always the line that the router printed, for findings to quote. What many routes have in
common stands here once, with one of them as an example: the size does not grow with a table's.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import AddressFamily, IPInterface
from egovnet.templates.model.facts import (
    ExtendedCommunity,
    PolicyRoute,
    RouteDistinguisher,
    TunnelEnds,
)
from egovnet.templates.model.ipsec import IpsecState


class Origin(StrEnum):
    """Who put a route or a label where it is, as the router says."""

    #: Follows from an address of an interface.
    SYSTEM = "system"
    #: The backbone's own routing protocols, and their labels.
    BACKBONE = "backbone"
    BGP = "BGP"
    #: The routing daemon's static routes.
    STATIC = "static"
    #: A person, a script, or another program.
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class RunningHop:
    """One way on of a route. `label` is the innermost that is put on, None for none; `exits` are
    the routers that the outer label leads to by the router's own tables, by their addresses."""

    interface: str
    gateway: str = ""
    label: int | None = None
    exits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunningRoute:
    """A route of a table, or one example of several whose `hops` are the same (BACKBONE, labels).

    `table` is the kernel's number. `local`: it is for the router itself (addresses, broadcast,
    multicast). `discards`: it refuses packets.
    """

    family: AddressFamily
    table: int
    prefix: IPNetwork
    origin: Origin
    text: str
    hops: tuple[RunningHop, ...] = ()
    local: bool = False
    discards: bool = False
    #: One of several like it, which are not sent.
    example: bool = False


@dataclass(frozen=True, slots=True)
class RunningRule:
    """A rule that sends packets to a table or discards them, which the platform does not have by
    itself.

    `route` is None where its conditions are not understood. `before_vrfs` and `before_main`:
    it is asked before packets of VRFs are looked up in their VRF, others in the main table.
    """

    family: AddressFamily
    text: str
    route: PolicyRoute | None
    before_vrfs: bool = True
    before_main: bool = True


@dataclass(frozen=True, slots=True)
class RunningLabel:
    """What becomes of packets that come with a label. `label` is None where it stands for all of
    an origin that go the same way. `interfaces` is where they go, a VRF's name among them."""

    label: int | None
    origin: Origin
    interfaces: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class RunningInterface:
    """An interface as it is. `vrf` is the VRF that has it, `master` a bridge or bond; `table` is
    set on a VRF itself; `peer`: the other end of a link inside the router."""

    name: str
    text: str
    up: bool = True
    vrf: str | None = None
    master: str | None = None
    table: int | None = None
    parent: str | None = None
    vlan: int | None = None
    peer: str | None = None
    #: A port or the loopback: it is there whatever the text says.
    is_port: bool = False
    #: What comes in there comes or goes on by other interfaces in a way that is not followed:
    #: tunnels, programs at a port (XDP).
    hidden: bool = False
    #: Of GRE over IPv4; None: it is none, or its ends are not said.
    tunnel: TunnelEnds | None = None
    addresses: tuple[IPInterface, ...] = ()


@dataclass(frozen=True, slots=True)
class VpnRoute:
    """What VPN routes of a reflector have in common; `prefix` is one of them."""

    family: AddressFamily
    rd: RouteDistinguisher
    next_hop: str
    targets: frozenset[ExtendedCommunity]
    label: int | None
    prefix: str
    text: str
    #: From a VRF of the router that says it: it announces them with itself as the next hop.
    own: bool = False


@dataclass(frozen=True, slots=True)
class LabelledHop:
    """That a VRF's table has BGP routes with a label, out of the backbone's interfaces."""

    family: AddressFamily
    vrf: str
    label: int
    exits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunningState:
    """All of one router, or (`labelled` is not None) what is left of it when what its text
    explains is taken out: then what is absent says nothing.

    `interfaces`, `vpn_routes` and `ipsec` are None where nobody asked for them.
    """

    rules: tuple[RunningRule, ...] = ()
    routes: tuple[RunningRoute, ...] = ()
    labels: tuple[RunningLabel, ...] = ()
    interfaces: tuple[RunningInterface, ...] | None = None
    vpn_routes: tuple[VpnRoute, ...] | None = None
    labelled: tuple[LabelledHop, ...] | None = None
    ipsec: IpsecState | None = None
    #: Families in which a VRF's packets are not looked up in the VRF first, and why.
    not_isolated: dict[AddressFamily, str] = field(default_factory=dict)
    #: Questions that the router did not answer, and what it said.
    unread: dict[str, str] = field(default_factory=dict)
