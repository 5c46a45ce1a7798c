"""What must stay apart, and where each part of it enters a router.

A domain is a set of places that may talk freely among themselves: an any-to-any VPN, the hubs of
a hub-and-spoke VPN, each spoke site by itself, the backbone's own table, management.
"""

from dataclasses import dataclass

from egovnet.inventory.model import IPNetwork
from egovnet.templates.model.device import IPAddress
from egovnet.templates.model.quickly_made import quickly_made


@dataclass(frozen=True, slots=True)
class Domain:
    """One side of a separation. `label` is its name in reports; spoke sites share one."""

    label: str
    vpn: str
    zone: str = ""
    owner: str = ""
    #: A spoke site, which is a domain of its own.
    site: str = ""
    #: Whether the expectation knows it, or it is only what a text happens to hold.
    known: bool = True
    #: What messages call it, where that is not its label.
    title: str = ""

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.title or self.label


BACKBONE = Domain("backbone", "backbone")
MANAGEMENT = Domain("management", "management")
#: Frames without a tag on a port that carries VLANs: whichever customer sends them.
UNTAGGED = Domain("untagged", "untagged")
#: The main table of a firewall of the interconnection platform, where agencies' packets meet.
PLATFORM = Domain("platform", "platform")
#: The main table of an Internet gateway, and whoever is behind its uplink.
GATEWAY = Domain("gateway", "gateway")
INTERNET = Domain("Internet", "Internet")
OWN = frozenset({"backbone", "management", "untagged"})
#: Those that are no VPN, so that no sites of theirs are to reach each other.
NO_VPNS = frozenset({BACKBONE, MANAGEMENT, UNTAGGED, PLATFORM, GATEWAY, INTERNET})
#: Whoever is behind a neighbour or a port that no inventory knows; as the source of a finding.
OUTSIDE = Domain("outside the network", "outside", known=False)
#: As the target of a finding: every domain that its source may not reach.
ANYWHERE = Domain("any network", "any", known=False)


def unknown(device: str, vrf: str) -> Domain:
    """A VRF that the expectation knows nothing of: nobody may meet it."""
    title = f"VRF {vrf} on {device} (of no known network)"
    return Domain("unknown VRF", f"unknown {device} {vrf}", known=False, title=title)


@quickly_made
@dataclass(frozen=True, slots=True)
class Attachment:
    """Where a domain meets a router: a port, or a VLAN on it. The ground truth of the proof.

    `prefixes` are what its site may announce, and their more specifics unless `exact`; `neighbors`
    the addresses its CE may peer from.
    """

    name: str
    device: str
    port: str
    vlan: int | None
    domain: Domain
    prefixes: tuple[IPNetwork, ...] = ()
    neighbors: tuple[IPAddress, ...] = ()
    #: How many routes of a family its CE may announce; None: nothing was agreed.
    most_routes: int | None = None
    #: How far away its CE may be, in hops (RFC 5082); None: nothing was agreed.
    most_hops: int | None = None
    exact: bool = False
    #: Of the backbone's: a router of the inventory is at the other end, so that labels and an IGP
    #: are taken from there.
    between_routers: bool = True
    #: At a border: what the neighbour is told of, and its AS number. None: a customer.
    announces: tuple[IPNetwork, ...] | None = None
    remote_as: int | None = None
    #: Exactly these are announced to it, and no part of them.
    aggregate: bool = False

    @property
    def at(self) -> str:
        """Port and VLAN as an engineer says it."""
        return self.port if self.vlan is None else f"{self.port}.{self.vlan}"
