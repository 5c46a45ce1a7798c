"""P9 where connections are tracked: two VPNs share none, and a connection's ends are one's."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

SHARED_CONNECTIONS = FindingClass(
    id="P9 shared-connections",
    severities=always(Severity.RISK),
    title="A filter that takes connections of two VPNs for one another",
    meaning="A router's filter asks whose connection a packet is of, and a packet of one VPN is "
    "looked up among the connections of another that has the same addresses, or whose addresses "
    "it sends with: in one zone of a PE, or by a VLAN of a firewall or gateway.",
    why="A packet then passes as an answer of a connection that another VPN has, and one VPN's "
    "packets end or keep alive the other's connections.",
    remedy="Apply the plan: it writes a zone for each VPN (`ct zone`), and what each VLAN may "
    "bring in before connections are looked up.",
    sentence="{device} tracks connections of {one} and of {other} together: {how}",
)
CONNECTIONS_CUT = FindingClass(
    id="P9 connections-cut",
    severities=always(Severity.HYGIENE),
    title="A filter that drops sources, or looks answers up elsewhere than what they answer",
    meaning="Interfaces that one connection goes by are in different zones, so that its answers "
    "are of no connection that is known; or a firewall or gateway drops a VPN's own sources before "
    "connections are looked up.",
    why="Nothing leaks; connections are not opened, or not answered.",
    remedy="Apply the plan: it writes zones and sources.",
    sentence="{device} does not know packets of {name} for its own: {how}",
)
