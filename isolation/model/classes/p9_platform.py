"""P9 at the interconnection platform: its firewalls let through what the exchanges say, no more."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_RISK = always(Severity.RISK)
_BY_FILTER = "The filter still holds; nothing else does."

NO_FORWARD_FILTER = FindingClass(
    id="P9 no-forward-filter",
    severities=always(Severity.LEAK),
    title="A firewall that filters nothing",
    meaning="A firewall of the interconnection platform has no filter for what it forwards.",
    why="Every agency that has an exchange meets every other there.",
    remedy="Apply the firewall's whole configuration again, filter included.",
    sentence="{device} filters nothing: {source} reaches {target} by whatever its routes are",
)
UNDECLARED_FLOW = FindingClass(
    id="P9 undeclared-flow",
    severities={
        Severity.LEAK: "packets pass between two networks",
        Severity.RISK: "the packets stay in one network",
    },
    title="A filter that lets through what no exchange declares",
    meaning="A firewall's filter accepts packets that belong to no exchange in force; an Internet "
    "gateway's, packets of no connection that a site of its zone opens.",
    why="Agencies meet here alone, and only for what was approved: an exchange that has ended, "
    "or that was never written down, is a connection that nobody answers for.",
    remedy="Apply the plan: it removes the rule. If the flow is wanted, declare an exchange.",
    sentence="{device} lets through what {what}: {source} to {target}, such as {example}",
)
EXCHANGE_CUT = FindingClass(
    id="P9 exchange-cut",
    severities=always(Severity.HYGIENE),
    title="A filter that drops what an exchange declares",
    meaning="Packets of an exchange in force do not pass a firewall's filter, or those of an "
    "Internet zone its gateway's.",
    why="Nothing leaks; the agencies miss what was approved.",
    remedy="Apply the plan: it adds the rule.",
    sentence="{device} drops packets of {name}: {source} to {target}, such as {example}",
)
FIREWALL_REACHED = FindingClass(
    id="P9 firewall-reached",
    severities=_RISK,
    title="A firewall that agencies may speak to",
    meaning="A firewall accepts packets for itself, from a VLAN of an agency, that neither its "
    "session with the PE nor neighbour discovery needs; or an Internet gateway from the Internet.",
    why="Who may speak to the firewall can try to log in to the one place where agencies meet.",
    remedy="Apply the plan; management has a port of its own.",
    sentence="{device} accepts for itself from {source}: {example}",
)
TRANSLATED = FindingClass(
    id="P9 translated",
    severities=_RISK,
    title="Addresses that are translated where nobody asked for it",
    meaning="A router gives packets another source address, and the inventory has no gateway "
    "there that does (RFC 3022).",
    why="Filters and registers name addresses: behind a translation they name somebody else.",
    remedy="Remove the translation.",
    sentence="{device} translates addresses of packets that leave by {interface}",
)
FIREWALL_ROUTE = FindingClass(
    id="P9 firewall-route",
    severities={
        Severity.RISK: "a route or rule leads where no exchange has it",
        Severity.HYGIENE: "a route of an exchange is missing",
    },
    title="A firewall's route that is not an exchange's",
    meaning="A firewall sends packets to another place than the PE of the VPN that the "
    "destination is of, or to none; an Internet gateway, more to its provider than the default.",
    why=_BY_FILTER,
    remedy="Apply the plan: it writes a route for each prefix of an exchange, and no other.",
    sentence="{device} {what}",
)
FIREWALL_ANNOUNCES = FindingClass(
    id="P9 firewall-announces",
    severities={
        Severity.RISK: "a prefix more than the exchanges allow",
        Severity.HYGIENE: "a prefix of an exchange is missing",
    },
    title="A firewall announces other prefixes to a VPN than its partners'",
    meaning="What a firewall's session announces to an agency's VRF is not exactly what the "
    "agency exchanges with, or an Internet gateway's more or less than the default route.",
    why="A prefix too many draws the agency's packets to the firewall. " + _BY_FILTER,
    remedy="Apply the plan: the session's list then has the partner prefixes alone.",
    sentence="{device} {what} {source}: {prefix}",
)
FIREWALL_ACCEPTS = FindingClass(
    id="P9 firewall-accepts",
    severities=_RISK,
    title="A firewall that learns routes",
    meaning="A session of a firewall lets routes in, whose ways are configured and never learned.",
    why="Whoever announces chooses where packets between agencies go. " + _BY_FILTER,
    remedy="Apply an inbound policy to the session that denies everything.",
    sentence="{device} accepts routes from {neighbor}, such as {example}",
)
FIREWALL_ADDRESS = FindingClass(
    id="P9 firewall-address",
    severities=_RISK,
    title="A firewall's VLAN with another address than its own",
    meaning="A VLAN of a firewall has not exactly the addresses that the inventory allocates.",
    why="Its next hops then lie in another agency's VLAN. " + _BY_FILTER,
    remedy="Apply the plan: it writes the addresses.",
    sentence="{interface} of {device}, where {source} is, has {found} and not {intended}",
)
FIREWALL_TABLE = FindingClass(
    id="P9 firewall-table",
    severities=_RISK,
    title="A firewall with a table of its own",
    meaning="A firewall has a VRF or a table besides its main one and management's.",
    why="What is routed there meets neither the routes nor, by its interfaces, the filter that "
    "were looked at.",
    remedy="Remove the table.",
    sentence="{device} has a table besides its own and management's: {vrf}",
)
