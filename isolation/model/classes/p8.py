"""P8: VPN routes are exchanged with the backbone's own routers and nobody else."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

VPN_SESSION_IN_VRF = FindingClass(
    id="P8 vpn-session-in-vrf",
    severities=always(Severity.LEAK),
    title="VPN routes on a session of a customer's VRF",
    meaning="A BGP neighbour in a VRF has an address family of VPN routes.",
    why="The customer gets the routes of all VPNs, and can announce into any.",
    remedy="Remove the VPN address families from the neighbour.",
    sentence="{neighbor} takes VPN routes inside a customer's VRF",
)
EXTERNAL_VPN_SESSION = FindingClass(
    id="P8 external-vpn-session",
    severities=always(Severity.LEAK),
    title="VPN routes exchanged with another AS",
    meaning="A BGP neighbour of another AS has an address family of VPN routes.",
    why="No AS is joined to this one (RFC 4364 section 10): whoever is there gets the routes of "
    "all VPNs, and can announce into any.",
    remedy="Remove the neighbour.",
    sentence="{neighbor} ({who}) takes and gives routes of all VPNs",
)
UNKNOWN_VPN_SESSION = FindingClass(
    id="P8 unknown-vpn-session",
    severities=always(Severity.RISK),
    title="VPN routes exchanged with an unknown router",
    meaning="A BGP neighbour of the own AS has an address family of VPN routes, and is no router "
    "of the inventory.",
    why="Nobody knows who gets the routes of all VPNs there.",
    remedy="Remove the neighbour, or put the router into the inventory.",
    sentence="{neighbor} ({who}) takes and gives routes of all VPNs",
    by_inventory=True,
)
UNKNOWN_BACKBONE_SESSION = FindingClass(
    id="P8 unknown-backbone-session",
    severities=always(Severity.RISK),
    title="An unknown neighbour of the backbone",
    meaning="A BGP neighbour in the default instance is no router of the inventory.",
    why="Its routes come into the table that the routers themselves are in.",
    remedy="Remove the neighbour, or put the router into the inventory.",
    sentence="{neighbor} ({who}) is a neighbour of the backbone",
    by_inventory=True,
)
