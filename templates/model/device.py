"""One device, vendor-neutral: what templates render and readers give back.

Everything here is a fact about one router, complete in itself: no renderer needs the network.
Terms are RFC 4364's (VRF, RD, route target) and RFC 9182's (vpn-node).
"""

from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv6Address,
    IPv6Interface,
)

from egovnet.inventory.model import IPNetwork
from egovnet.inventory.model.keys import KeyReference
from egovnet.templates.model.families import AddressFamily
from egovnet.templates.model.packet_filter import PacketFilter
from egovnet.templates.model.quickly_made import quickly_made

__all__ = [
    "AddressFamily",
    "BackbonePeer",
    "BfdProfile",
    "Circuit",
    "CustomerPeer",
    "Device",
    "EncryptedSide",
    "Firewall",
    "FirewallPeer",
    "IPAddress",
    "IPInterface",
    "Interface",
    "LabelPeer",
    "Management",
    "StaticRoute",
    "Tunnel",
    "Untagged",
    "Vrf",
    "aggregates_policy",
]
IPAddress = IPv4Address | IPv6Address
IPInterface = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True)
class BfdProfile:
    """How soon BFD finds a failure (RFC 5880): `interval` in milliseconds, both ways."""

    name: str
    interval: int
    multiplier: int


@dataclass(frozen=True, slots=True)
class Circuit:
    """The backbone side of an interface: IS-IS level 2 point-to-point, LDP, MPLS.

    `bfd`: IS-IS follows a BFD session with the other end. None: its hellos alone. `key` of IS-IS'
    hellos on it; None: whoever speaks is believed.
    """

    metric: int
    mtu: int
    bfd: BfdProfile | None = None
    key: KeyReference | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class Interface:
    """A port or a VLAN on a port. `circuit` is None on customer and management ports."""

    name: str
    addresses: tuple[IPInterface, ...] = ()
    description: str = ""
    #: The port that it is, or is a VLAN on.
    port: str = ""
    #: None: the port itself.
    vlan: int | None = None
    vrf: str | None = None
    circuit: Circuit | None = None


@quickly_made
@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A route of a VRF whose next hop is a CE on an access of the same VRF."""

    prefix: IPNetwork
    next_hop: IPAddress


@quickly_made
@dataclass(frozen=True, slots=True)
class CustomerPeer:
    """An eBGP session with a CE: one address family over its own transport (RFC 4364 section 7).

    `accepts` are the only prefixes taken from it, and their more specifics unless `exact`. `bfd`:
    the session follows a BFD session with the CE, once that has been up (RFC 5882 section 4.2).
    """

    address: IPAddress
    remote_as: int
    description: str
    policy: str
    accepts: tuple[IPNetwork, ...]
    maximum_prefix: int
    local_preference: int
    bfd: BfdProfile | None = None
    #: Keepalive and hold time in seconds; None: the platform's own.
    timers: tuple[int, int] | None = None
    #: No more specifics: of an Internet gateway the default route alone is taken.
    exact: bool = False
    #: Of a border's neighbour: the only prefixes that it is told of, and their more specifics.
    #: None: a CE, which is told of everything in its VPN.
    announces: tuple[IPNetwork, ...] | None = None
    #: Of these it is told exactly, and of no more specifics: they are its VRF's aggregates.
    aggregate: bool = False
    #: Of a firewall or gateway; None: not authenticated, or by hand.
    key: KeyReference | None = None
    #: Only packets that no router handed on are taken from it (RFC 5082).
    ttl_security: bool = False


def aggregates_policy(vrf: str) -> str:
    """Name of the policy that keeps a VRF's aggregates from other PEs."""
    return f"{vrf}-aggregates"


@dataclass(frozen=True, slots=True)
class Tunnel:
    """GRE (RFC 4023) to a PE that has something of the same encrypted VPN.

    `next_hops` are that PE's for encrypted routes, of each family: only the tunnel leads to them.
    """

    name: str
    #: Name of that PE, by which it authenticates.
    peer: str
    remote: IPv4Address
    next_hops: tuple[IPAddress, ...]


@dataclass(frozen=True, slots=True)
class IpsecProposals:
    """How PEs encrypt, in words of the inventory: keys between PEs, and packets."""

    ike: str
    esp: str


@dataclass(frozen=True, slots=True)
class EncryptedSide:
    """What a PE has for its encrypted VPNs: labels in GRE between loopbacks, which passes in ESP
    (RFC 4303) or not at all.

    `pools` hold the next hops of encrypted routes of all PEs: no others are taken. `ipsec` is by
    what they encrypt.
    """

    local: IPv4Address
    tunnels: tuple[Tunnel, ...]
    pools: tuple[IPNetwork, ...]
    mtu: int
    ipsec: IpsecProposals


@quickly_made
@dataclass(frozen=True, slots=True)
class Vrf:
    """A VPN routing and forwarding table (RFC 4364 section 3) with its kernel table number."""

    name: str
    table: int
    rd: str
    import_targets: tuple[str, ...]
    export_targets: tuple[str, ...]
    static_routes: tuple[StaticRoute, ...] = ()
    peers: tuple[CustomerPeer, ...] = ()
    #: Prefixes for which it makes a route that discards, as long as it has some more specific one
    #: (RFC 4271 section 9.2.2.2). They are announced in the VRF and not to other PEs, which have
    #: the parts: what nobody has would come here from the whole backbone.
    aggregates: tuple[IPNetwork, ...] = ()
    #: Of an encrypted VPN: the next hops that its routes are exported with, IPv4's first.
    next_hops: tuple[IPAddress, ...] = ()

    @property
    def export_next_hops(self) -> dict[AddressFamily, IPAddress]:
        """Family -> the next hop that routes are exported with, where it is not the loopback."""
        return {"ipv4" if hop.version == 4 else "ipv6": hop for hop in self.next_hops}

    @property
    def export_policies(self) -> dict[AddressFamily, tuple[str, tuple[IPNetwork, ...]]]:
        """Family -> name of the policy that keeps its aggregates from other PEs, and these."""
        if not self.aggregates:
            return {}
        of: dict[AddressFamily, tuple[IPNetwork, ...]] = {
            "ipv4": tuple(p for p in self.aggregates if p.version == 4),
            "ipv6": tuple(p for p in self.aggregates if p.version == 6),
        }
        name = aggregates_policy(self.name)
        return {family: (name, own) for family, own in of.items() if own}


@quickly_made
@dataclass(frozen=True, slots=True)
class BackbonePeer:
    """An iBGP neighbour for VPNv4 (over IPv4) and VPNv6 (over IPv6)."""

    name: str
    ipv4: IPv4Address
    #: None: the network has no IPv6.
    ipv6: IPv6Address | None
    #: True where this device reflects routes to it (RFC 4456).
    client: bool = False
    #: Of its sessions in both families; None: not authenticated.
    key: KeyReference | None = None

    @property
    def addresses(self) -> dict[AddressFamily, IPAddress]:
        """Its address in each family that it speaks, IPv4 first."""
        if self.ipv6 is None:
            return {"ipv4": self.ipv4}
        return {"ipv4": self.ipv4, "ipv6": self.ipv6}


@dataclass(frozen=True, slots=True)
class LabelPeer:
    """A neighbour of label distribution, by its router id, whose session has a key."""

    router_id: IPv4Address
    key: KeyReference


@dataclass(frozen=True, slots=True)
class Management:
    """How the device is managed; day-0 sets it and provisioning never changes it."""

    vrf: str
    table: int
    interface: str
    address: IPv4Interface


@dataclass(frozen=True, slots=True)
class Untagged:
    """Where frames without a tag end on `ports`, which carry VLANs: a VRF that leads nowhere.

    A router that routes what arrives on the port itself would let a customer into its own table.
    """

    vrf: str
    #: None: tables have no numbers on the platform.
    table: int | None
    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirewallPeer:
    """A firewall's eBGP session with the VRF of one VPN, over the VLAN that it has there.

    `announces` are exactly what that VPN may reach through the firewall; nothing is accepted.
    """

    address: IPAddress
    remote_as: int
    description: str
    policy: str
    announces: tuple[IPNetwork, ...]
    bfd: BfdProfile | None = None
    key: KeyReference | None = None


@dataclass(frozen=True, slots=True)
class Firewall:
    """What a firewall of the interconnection platform, or an Internet gateway, routes, all in its
    default table.

    Its ways are configured and never learned: `routes` lead to the PE in the VLAN of the VPN that
    the prefix is of, and a gateway's default route to its provider. They are what it may announce,
    and to each peer it announces what that may reach.
    """

    asn: int
    routes: tuple[StaticRoute, ...] = ()
    peers: tuple[FirewallPeer, ...] = ()


@dataclass(frozen=True, slots=True)
class Device:
    """A whole router as it should be."""

    name: str
    platform: str
    asn: int
    router_id: IPv4Address
    loopbacks: tuple[IPInterface, ...]
    isis_net: str
    management: Management
    interfaces: tuple[Interface, ...] = ()
    vrfs: tuple[Vrf, ...] = ()
    backbone_peers: tuple[BackbonePeer, ...] = field(default=())
    reflector: bool = False
    #: None: no port carries VLANs only.
    untagged: Untagged | None = None
    #: Others are to send nothing through it.
    drained: bool = False
    #: That the network has.
    families: tuple[AddressFamily, ...] = ("ipv4", "ipv6")
    #: None: everything passes.
    packet_filter: PacketFilter | None = None
    #: Of a firewall of the interconnection platform or an Internet gateway, which is no part of the
    #: backbone: it has neither `vrfs` nor `backbone_peers`, and speaks no IS-IS and no LDP.
    firewall: Firewall | None = None
    #: Of IS-IS' link state and sequence numbers; None: not authenticated.
    domain_key: KeyReference | None = None
    #: None: it has no encrypted VPN.
    encrypted: EncryptedSide | None = None
    #: Neighbours of label distribution with a key, by router id.
    label_peers: tuple[LabelPeer, ...] = ()

    @property
    def bfd_profiles(self) -> tuple[BfdProfile, ...]:
        """Those that are used, by name."""
        used = {i.circuit.bfd for i in self.interfaces if i.circuit and i.circuit.bfd}
        used |= {peer.bfd for vrf in self.vrfs for peer in vrf.peers if peer.bfd}
        used |= {peer.bfd for peer in (self.firewall.peers if self.firewall else ()) if peer.bfd}
        return tuple(sorted(used, key=lambda profile: profile.name))
