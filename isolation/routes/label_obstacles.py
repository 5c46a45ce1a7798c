"""What a router's own text has against sessions of LDP that its blocks of LDP ask for.

A session is TCP between two loopbacks, to port 646 of one of them, and hellos are UDP to that one
(RFC 5036 section 3.10). A filter may drop them, a rule or a route discard them. That one does not
is taken for sure only where nothing says so.
"""

from collections.abc import Container

from egovnet.isolation.model.scene import Router
from egovnet.templates.model.facts import InterfaceFacts
from egovnet.templates.model.packet_filter import FilterChain, PacketRule, PortRanges

_LDP = 646
#: From here on are the ports that the other end of a connection has.
_FIRST_OF_ANY = 1024
_PROTOCOLS = (None, "tcp", "udp")


def keeps_back(router: Router, loopbacks: Container[str]) -> bool:
    """Whether packets of its sessions may be discarded. `loopbacks`: addresses of all routers."""
    ports = [port for port in router.tables[None].interfaces if port.ldp]
    if not ports:
        return False
    packet_filter = router.facts.packet_filter
    chains = packet_filter.chains if packet_filter is not None else ()
    return (
        any(_may_drop(chain, port.name) for chain in chains for port in ports)
        or any(rule.discards for rule in router.facts.policy_routes)
        or _discards(router, ports, loopbacks)
    )


def _discards(router: Router, ports: list[InterfaceFacts], loopbacks: Container[str]) -> bool:
    """Whether a route of one address discards: another's loopback, or the far end of a circuit."""
    networks = [address.network for port in ports for address in port.addresses]
    return any(
        str(static.prefix.network_address) in loopbacks
        or any(static.prefix.network_address in network for network in networks)
        for static in router.tables[None].statics
        if static.discards and static.prefix.prefixlen == static.prefix.max_prefixlen
    )


def _may_drop(chain: FilterChain, port: str) -> bool:
    if chain.place == "forward":
        return False
    return chain.default == "drop" or any(
        rule.action == "drop" and _may_match(rule, port) for rule in chain.rules
    )


def _may_match(rule: PacketRule, port: str) -> bool:
    return (
        rule.in_interface in (None, port)
        and rule.out_interface in (None, port)
        and rule.protocol in _PROTOCOLS
        and _has_it(rule.source_ports)
        and _has_it(rule.target_ports)
    )


def _has_it(ranges: PortRanges) -> bool:
    """Whether one of a session's two ports may be among them."""
    return not ranges or any(
        last >= _FIRST_OF_ANY or first <= _LDP <= last for first, last in ranges
    )
