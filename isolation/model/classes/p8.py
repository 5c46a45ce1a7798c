"""P8: VPN routes are exchanged with the backbone's own routers and nobody else; what a neighbour is
told of at a border is what was agreed."""

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
    why="Networks are joined by a VRF for each VPN (RFC 4364 section 10, option a): whoever is "
    "there gets the routes of all VPNs, and can announce into any.",
    remedy="Remove the neighbour.",
    sentence="{neighbor} ({who}) takes and gives routes of all VPNs",
)
UNKNOWN_VPN_SESSION = FindingClass(
    id="P8 unknown-vpn-session",
    severities=always(Severity.RISK),
    title="VPN routes exchanged with an unknown router",
    meaning="A BGP neighbour of the own AS has an address family of VPN routes, and is not a "
    "router of the inventory.",
    why="Nobody knows who gets the routes of all VPNs there.",
    remedy="Remove the neighbour, or put the router into the inventory.",
    sentence="{neighbor} ({who}) takes and gives routes of all VPNs",
    by_inventory=True,
)
UNKNOWN_BACKBONE_SESSION = FindingClass(
    id="P8 unknown-backbone-session",
    severities=always(Severity.RISK),
    title="An unknown neighbour of the backbone",
    meaning="A BGP neighbour in the default instance is not a router of the inventory.",
    why="Its routes come into the table that the routers themselves are in.",
    remedy="Remove the neighbour, or put the router into the inventory.",
    sentence="{neighbor} ({who}) is a neighbour of the backbone",
    by_inventory=True,
)
NO_BORDER_FILTER = FindingClass(
    id="P8 no-border-filter",
    severities=always(Severity.RISK),
    title="Everything is announced to another network",
    meaning="A session with the neighbour at a border has no filter of what is announced.",
    why="The neighbour learns of every route that its VPN has here, and of all that will come.",
    remedy="Apply the border's filter: route-map NAME out.",
    sentence="{neighbor} at {name} is sent everything in the VPN",
    by_inventory=True,
)
BORDER_FILTER_TOO_WIDE = FindingClass(
    id="P8 border-filter-too-wide",
    severities=always(Severity.RISK),
    title="More is announced to another network than was agreed",
    meaning="The filter of what is announced at a border lets prefixes through that the border "
    "does not announce.",
    why="The neighbour reaches what it was not to reach.",
    remedy="Permit what announces of the border has, and nothing else.",
    sentence="{neighbor} is sent {example}, which {name} does not announce",
    by_inventory=True,
)
AGGREGATE_OF_OTHERS = FindingClass(
    id="P8 aggregate-of-others",
    severities=always(Severity.RISK),
    title="An aggregate discards packets of somebody else",
    meaning="A VRF has an aggregate that covers what another neighbour's network has, or that is "
    "more specific than a prefix of the VPN.",
    why="An aggregate draws packets, and discards those that no more specific route takes: the "
    "VPN's own route loses against it, and the other neighbour's packets take a way that nobody "
    "agreed on.",
    remedy="Announce prefixes that are the own sites' alone and wider than any of them, or remove "
    "the aggregate.",
    sentence="the aggregate {prefix} {what}",
    by_inventory=True,
)
BORDER_WRONG_AS = FindingClass(
    id="P8 border-wrong-as",
    severities=always(Severity.RISK),
    title="A session at a border with another AS than the neighbour's",
    meaning="The remote AS of a session at a border is not the neighbour's.",
    why="Nobody agreed with whoever has that AS number what it may announce and reach.",
    remedy="Write the neighbour's AS number, or correct neighbor-asn of the border.",
    sentence="{neighbor} at {name} is AS {asn}, and the neighbour is AS {agreed}",
    by_inventory=True,
)
