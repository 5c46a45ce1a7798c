"""A firewall of the interconnection platform, and a PE that filters, as devices by hand."""

from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

from egovnet.templates.model.device import (
    BfdProfile,
    Device,
    Firewall,
    FirewallPeer,
    Interface,
    Management,
    StaticRoute,
    Vrf,
)
from egovnet.templates.model.packet_filter import (
    ConnectionZone,
    FilterChain,
    PacketFilter,
    PacketRule,
    SourceTranslation,
)

_BFD = BfdProfile("access", 300, 3)
_TAX4, _COURT4 = IPv4Network("10.1.0.0/16"), IPv4Network("10.2.4.0/24")
_TAX6, _COURT6 = IPv6Network("fde9:1::/48"), IPv6Network("fde9:2::/48")
_TAX, _COURT = "eth1.101", "eth1.102"


def _exchange(family: str) -> tuple[PacketRule, PacketRule]:
    """The tax may open to the court's HTTPS, and what answers passes."""
    tax, court = (_TAX4, _COURT4) if family == "ipv4" else (_TAX6, _COURT6)
    common = {"action": "accept", "family": family, "protocol": "tcp", "name": "exchange tax-court"}
    opens = PacketRule(
        **common,  # type: ignore[arg-type] # literals in a dict
        in_interface=_TAX, out_interface=_COURT, sources=(tax,), targets=(court,),
        target_ports=((443, 443), (8000, 8010)), direction="open",
    )  # fmt: skip
    answers = PacketRule(
        **common,  # type: ignore[arg-type] # literals in a dict
        in_interface=_COURT, out_interface=_TAX, sources=(court,), targets=(tax,),
        source_ports=((443, 443), (8000, 8010)), direction="reply",
    )  # fmt: skip
    return opens, answers


def _errors(family: str) -> tuple[PacketRule, PacketRule]:
    """Errors about what the tax opens, and about what the court answers."""
    tax, court = (_TAX4, _COURT4) if family == "ipv4" else (_TAX6, _COURT6)
    common = {
        "action": "accept", "family": family, "protocol": "icmp", "name": "errors",
        "icmp_types": (3, 11, 12) if family == "ipv4" else (1, 2, 3, 4),
    }  # fmt: skip
    there = PacketRule(
        **common, in_interface=_TAX, out_interface=_COURT, targets=(court,), direction="open-error"  # type: ignore[arg-type] # literals in a dict
    )  # fmt: skip
    back = PacketRule(
        **common, in_interface=_COURT, out_interface=_TAX, targets=(tax,), direction="reply-error"  # type: ignore[arg-type] # literals in a dict
    )  # fmt: skip
    return there, back


def _sources(interface: str, own: IPv4Network) -> tuple[PacketRule, ...]:
    """What a VLAN may bring in."""
    return (
        PacketRule("accept", interface, family="ipv4", sources=(own, IPv4Network("10.200.0.0/29"))),
        PacketRule("accept", interface, family="ipv4", protocol="icmp", icmp_types=(3, 11, 12)),
        PacketRule("drop", interface, family="ipv4"),
    )


def _to_itself(interface: str, pe: IPv4Address) -> tuple[PacketRule, ...]:
    from_pe = {"action": "accept", "in_interface": interface, "family": "ipv4"}
    source = {"sources": (IPv4Network(pe),)}
    return (
        PacketRule(**from_pe, **source, protocol="tcp", target_ports=((179, 179),)),  # type: ignore[arg-type] # literals in a dict
        PacketRule(**from_pe, **source, protocol="tcp", source_ports=((179, 179),)),  # type: ignore[arg-type] # literals in a dict
        PacketRule(**from_pe, **source, protocol="udp", target_ports=((3784, 3785),)),  # type: ignore[arg-type] # literals in a dict
        PacketRule(**from_pe, **source, protocol="icmp", icmp_types=(8,)),  # type: ignore[arg-type] # literals in a dict
        PacketRule("accept", interface, family="ipv6", protocol="icmp", icmp_types=(135, 136)),
    )


FIREWALL = Device(
    name="bj-fw1",
    platform="frr",
    asn=65000,
    router_id=IPv4Address("10.255.0.91"),
    loopbacks=(IPv4Interface("10.255.0.91/32"), IPv6Interface("fde9:ff::91/128")),
    isis_net="",
    management=Management("mgmt", 1001, "eth0", IPv4Interface("172.20.20.91/24")),
    interfaces=(
        Interface(
            _TAX,
            (IPv4Interface("10.200.0.2/30"), IPv6Interface("fde9:fa::2/126")),
            "VPN tax",
            "eth1",
            101,
        ),
        Interface(
            _COURT,
            (IPv4Interface("10.200.0.6/30"), IPv6Interface("fde9:fa::6/126")),
            "VPN court",
            "eth1",
            102,
        ),
    ),
    packet_filter=PacketFilter(
        (
            FilterChain(
                "entry",
                "accept",
                (*_sources(_TAX, _TAX4), *_sources(_COURT, _COURT4)),
            ),
            FilterChain(
                "local",
                "drop",
                (
                    PacketRule("accept", "lo"),
                    PacketRule("accept", "mgmt"),
                    *_to_itself(_TAX, IPv4Address("10.200.0.1")),
                    *_to_itself(_COURT, IPv4Address("10.200.0.5")),
                ),
            ),
            FilterChain(
                "forward",
                "drop",
                (
                    *_exchange("ipv4"),
                    *_errors("ipv4"),
                    *_exchange("ipv6"),
                    *_errors("ipv6"),
                ),
            ),
        ),
    ),
    firewall=Firewall(
        4200000001,
        (
            StaticRoute(_TAX4, IPv4Address("10.200.0.1")),
            StaticRoute(_COURT4, IPv4Address("10.200.0.5")),
            StaticRoute(_TAX6, IPv6Address("fde9:fa::1")),
            StaticRoute(_COURT6, IPv6Address("fde9:fa::5")),
        ),
        tuple(
            FirewallPeer(address, 65000, f"VPN {vpn}", f"exchange-{vpn}_bj-fw1", (to,), _BFD)
            for address, vpn, to in (
                (IPv4Address("10.200.0.1"), "tax", _COURT4),
                (IPv4Address("10.200.0.5"), "court", _TAX4),
                (IPv6Address("fde9:fa::1"), "tax", _COURT6),
                (IPv6Address("fde9:fa::5"), "court", _TAX6),
            )
        ),
    ),
)

#: One access of an enforced VPN, one of an observed one, and a gateway's translation.
FILTERING_PE = Device(
    name="bj-pe9",
    platform="frr",
    asn=65000,
    router_id=IPv4Address("10.255.0.9"),
    loopbacks=(IPv4Interface("10.255.0.9/32"),),
    isis_net="49.0001.0102.5500.0009.00",
    management=Management("mgmt", 1001, "eth0", IPv4Interface("172.20.20.19/24")),
    interfaces=(
        Interface("eth3.201", (IPv4Interface("10.200.1.1/30"),), "site a/main", "eth3", 201, "i-a"),
        Interface("eth3.202", (IPv4Interface("10.200.1.5/30"),), "site b/main", "eth3", 202, "i-a"),
    ),
    vrfs=(Vrf("i-a", 1002, "10.255.0.9:1002", ("65000:1001",), ("65000:1001",)),),
    families=("ipv4",),
    packet_filter=PacketFilter(
        (
            FilterChain(
                "arrival",
                "accept",
                (
                    PacketRule(
                        "accept", "eth3.201", family="ipv4",
                        sources=(IPv4Network("10.8.0.0/24"), IPv4Network("10.8.1.0/24")),
                        targets=(IPv4Network("10.9.0.10/32"), IPv4Network("10.9.0.12/32")),
                        protocol="tcp", target_ports=((443, 443),), direction="open",
                        name="application mail",
                    ),
                    PacketRule("accept", "eth3.201", family="ipv4", protocol="icmp"),
                    PacketRule("drop", "eth3.201"),
                    PacketRule("accept", "eth3.202", direction="open", recorded=True),
                    PacketRule("accept", "eth3.202"),
                ),
            ),
        ),
        (SourceTranslation("eth4", (IPv4Network("10.0.0.0/8"),), name="internet"),),
        (ConnectionZone("eth3.201", 1002), ConnectionZone("eth3.202", 1002)),
    ),
)  # fmt: skip
