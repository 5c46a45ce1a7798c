"""P9: who may speak to a firewall of the interconnection platform or to an Internet gateway: its
PEs for what they must, and a gateway's provider for an echo.

Those are BGP (RFC 4271: port 179) and BFD (RFC 5881 section 4: ports 3784 and 3785) and ICMP from
the PE's addresses in each VLAN, and neighbour and multicast listener discovery of IPv6 (RFC 4861,
RFC 3810). Loopback and management speak to it in any way: who is there is P6's.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from egovnet.isolation.algebra.filter_chains import Accepted, FilterChainRules
from egovnet.isolation.algebra.packet_sets import PacketSet
from egovnet.isolation.algebra.prefix_sets import BITS
from egovnet.isolation.model.classes import p9_platform
from egovnet.isolation.model.domains import OUTSIDE
from egovnet.isolation.model.finding import Finding, finding
from egovnet.isolation.model.finding_drafts import FindingDraft
from egovnet.isolation.model.platform_edge import ECHO_REQUEST, FirewallLink
from egovnet.isolation.model.platform_firewalls import (
    PlatformFirewall,
    firewalls,
    free_interfaces,
)
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import FAMILIES, Scene
from egovnet.templates.model.device import AddressFamily
from egovnet.templates.model.packet_filter import PacketRule

_BGP, _BFD = ((179, 179),), ((3784, 3785),)
#: Multicast listeners, routers and neighbours; redirects are not among them.
_DISCOVERY = (130, 131, 132, 133, 134, 135, 136, 143)


def platform_local(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene: what firewalls take for themselves."""
    for firewall in firewalls(scene):
        rules = FilterChainRules(firewall.chain("local"), "local")
        free = free_interfaces(firewall.router)
        names = [name for name in firewall.by_interface if name not in free]
        for family in FAMILIES:
            for name, _ in rules.pairs(names):
                if name in free:
                    continue
                link = firewall.by_interface.get(name or "")
                may = _needed(link[1], family) if link else PacketSet.none(family)
                for one in rules.accepted((name, None), family):
                    excess = one.packets - may
                    if excess:
                        yield _reached(firewall, name, one, excess)


def _needed(link: FirewallLink, family: AddressFamily) -> PacketSet:
    """The most that the firewall has to take from a VLAN."""
    ends = tuple(
        ip_network(address) for address in link.neighbors if address.max_prefixlen == BITS[family]
    )
    rules = [PacketRule("accept", protocol="icmp", icmp_types=_DISCOVERY)] * (family == "ipv6")
    if ends and not link.speaks:
        echo = (ECHO_REQUEST[family],)
        rules.append(PacketRule("accept", sources=ends, protocol="icmp", icmp_types=echo))
    elif ends:
        rules += [
            PacketRule("accept", sources=ends, protocol="tcp", target_ports=_BGP),
            PacketRule("accept", sources=ends, protocol="tcp", source_ports=_BGP),
            PacketRule("accept", sources=ends, protocol="udp", target_ports=_BFD),
            PacketRule("accept", sources=ends, protocol="icmp"),
        ]
    return PacketSet.union(family, (PacketSet.of(family, rule) for rule in rules))


def _reached(
    firewall: PlatformFirewall, name: str | None, one: Accepted, excess: PacketSet
) -> FindingDraft:
    source = firewall.domain_at(name, OUTSIDE)
    chain = firewall.chain("local")
    line = one.rule.line if one.rule else chain.line if chain else 0
    causes = (firewall.rule_cause("local", one.rule, line),)

    def write() -> Finding:
        at = name or "any other interface"
        return finding(
            p9_platform.FIREWALL_REACHED,
            firewall.name,
            "default",
            path=(firewall.hop(f"accepts packets for itself by {at}", line),),
            line=line,
            family=excess.family,
            source=source,
            causes=causes,
            words={"example": excess.witness()},
        )

    group = (p9_platform.FIREWALL_REACHED.id, firewall.name, one.rule)
    return FindingDraft(group, (firewall.name, name, excess.family), write, causes)


PROPERTY = SceneCheck("P9", platform_local)
