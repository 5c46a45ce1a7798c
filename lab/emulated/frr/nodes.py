"""vtysh's nodes: where a line belongs, and which node `exit` leads to."""

from __future__ import annotations

from enum import StrEnum


class Node(StrEnum):
    """Where a line belongs; the number is what vtysh prints in brackets."""

    ENABLE = "3"
    CONFIG = "4"
    KEY_CHAIN = "13"
    KEY = "14"
    VRF = "16"
    INTERFACE = "17"
    BGP = "25"
    BGP_VPNV4 = "26"
    BGP_VPNV6 = "27"
    BGP_IPV4 = "28"
    BGP_IPV6 = "31"
    EVPN = "39"
    ISIS = "41"
    LDP = "43"
    LDP_IPV4 = "44"
    LDP_IPV6 = "45"
    LDP_IPV4_INTERFACE = "46"
    LDP_IPV6_INTERFACE = "47"
    OSPF = "50"
    ROUTE_MAP = "59"
    VTY = "79"
    BFD = "86"
    BFD_PEER = "87"
    BFD_PROFILE = "88"


PARENT = {
    Node.VRF: Node.CONFIG,
    Node.INTERFACE: Node.CONFIG,
    Node.BGP: Node.CONFIG,
    Node.BGP_VPNV4: Node.BGP,
    Node.BGP_VPNV6: Node.BGP,
    Node.BGP_IPV4: Node.BGP,
    Node.BGP_IPV6: Node.BGP,
    Node.EVPN: Node.BGP,
    Node.ISIS: Node.CONFIG,
    Node.OSPF: Node.CONFIG,
    Node.LDP: Node.CONFIG,
    Node.LDP_IPV4: Node.LDP,
    Node.LDP_IPV6: Node.LDP,
    Node.LDP_IPV4_INTERFACE: Node.LDP_IPV4,
    Node.LDP_IPV6_INTERFACE: Node.LDP_IPV6,
    Node.ROUTE_MAP: Node.CONFIG,
    Node.VTY: Node.CONFIG,
    Node.BFD: Node.CONFIG,
    Node.BFD_PEER: Node.BFD,
    Node.BFD_PROFILE: Node.BFD,
    Node.KEY_CHAIN: Node.CONFIG,
    Node.KEY: Node.KEY_CHAIN,
    Node.CONFIG: Node.ENABLE,
}
"""Where `exit` leads to, and where vtysh tries next a command that a node does not know."""

FAMILIES = {
    Node.BGP_IPV4: "address-family ipv4 unicast",
    Node.BGP_IPV6: "address-family ipv6 unicast",
    Node.BGP_VPNV4: "address-family ipv4 vpn",
    Node.BGP_VPNV6: "address-family ipv6 vpn",
    Node.EVPN: "address-family l2vpn evpn",
}
