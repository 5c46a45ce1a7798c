"""P5: sessions and static routes of customers in the right VRF, with filters and limits."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_RISK = always(Severity.RISK)

UNKNOWN_NEIGHBOR = FindingClass(
    id="P5 unknown-neighbor",
    severities=_RISK,
    title="A BGP neighbour that is no customer",
    meaning="A VRF has a BGP neighbour whose address is no customer's of the inventory.",
    why="Its routes come into the VPN, and nobody answers for them.",
    remedy="Remove the neighbour, or put its access into the inventory.",
    sentence="{neighbor} is no customer of the inventory",
    by_inventory=True,
)
SESSION_IN_WRONG_VRF = FindingClass(
    id="P5 session-in-wrong-vrf",
    severities=always(Severity.LEAK),
    title="A customer's session in another network's table",
    meaning="The session with a customer's router is configured in a table that is not its VPN's.",
    why="The customer's routes come into the other table, and the other's routes go to it.",
    remedy="Move the session to the VRF of the customer's VPN.",
    sentence="the session with {name} of {source} is in the table of {target}",
)
INTERNAL_CUSTOMER = FindingClass(
    id="P5 internal-customer",
    severities=_RISK,
    title="A customer's session that counts as internal",
    meaning="A customer's session has the backbone's own AS number.",
    why="Internal sessions are trusted with attributes that customers must not set, and routes "
    "of other internal sessions are not announced to them.",
    remedy="Give the session the customer's own AS number.",
    sentence="{neighbor} is taken for a router of the backbone's own AS",
)
FROM_AFAR = FindingClass(
    id="P5 session-from-afar",
    severities=_RISK,
    title="A customer's session that takes packets from afar",
    meaning="The inventory says that nothing of a customer's session comes from behind another "
    "router (`ttl-security`), and the text takes it.",
    why="Whoever can send packets to the PE's address may try to end the session or to guess its "
    "key, and not only who is on the access (RFC 5082).",
    remedy="Plan and apply the router: its text says `ttl-security`.",
    sentence="what comes from afar is taken for {neighbor}: the inventory has TTL security for it",
)
NO_FILTER = FindingClass(
    id="P5 no-filter",
    severities=_RISK,
    title="A customer's session without an inbound filter",
    meaning="Nothing restricts which prefixes a customer may announce.",
    why="It can announce the prefixes of another site of its VPN, or a default route.",
    remedy="Apply the access's inbound policy to the session.",
    sentence="{family} routes of {neighbor} are not filtered",
)
FILTER_WITHOUT_LIST = FindingClass(
    id="P5 filter-without-list",
    severities=_RISK,
    title="A filter that refers to something that is not there",
    meaning="The session's inbound policy, or a list that it permits by, is not defined.",
    why="Nothing is accepted then, and a repair in haste is likely to let in everything.",
    remedy="Define the policy or list, or apply the access's own.",
    sentence="the filter of {neighbor} refers to {absent} that is not there",
)
FILTER_TOO_WIDE = FindingClass(
    id="P5 filter-too-wide",
    severities=_RISK,
    title="A filter that lets in prefixes of others",
    meaning="The session's inbound policy permits prefixes outside the site's own.",
    why="The customer can attract packets for addresses that are not its own.",
    remedy="Restrict the policy to the prefixes that the inventory has for the site.",
    sentence="{name} may announce more than its own prefixes, such as {example}",
    by_inventory=True,
)
NO_LIMIT = FindingClass(
    id="P5 no-limit",
    severities=_RISK,
    title="A customer's session without a limit of prefixes",
    meaning="A customer may announce any number of routes.",
    why="One customer can fill the tables that all share.",
    remedy="Set the access's maximum of prefixes on the session.",
    sentence="{neighbor} may announce any number of {family} routes",
)
LIMIT_WARNS_ONLY = FindingClass(
    id="P5 limit-warns-only",
    severities=_RISK,
    title="A limit of prefixes that only warns",
    meaning="The session's maximum of prefixes writes a log entry and has no other effect.",
    why="One customer can fill the tables that all share.",
    remedy="Let the limit close the session.",
    sentence="the limit of {family} routes of {neighbor} only warns",
)
LIMIT_TOO_HIGH = FindingClass(
    id="P5 limit-too-high",
    severities={
        Severity.RISK: "it is above what any access may have: no limit in effect",
        Severity.HYGIENE: "it is another limit than was agreed",
    },
    title="A limit of prefixes above what was agreed",
    meaning="The session's maximum of prefixes is higher than the inventory has it.",
    why="A limit that nothing reaches is none: one customer can fill the tables that all share.",
    remedy="Set the access's maximum of prefixes on the session, or change it in the inventory.",
    sentence="{neighbor} may announce {limit} {family} routes, and {agreed} were agreed",
    by_inventory=True,
)
IGP_WITH_CUSTOMER = FindingClass(
    id="P5 igp-with-customer",
    severities=_RISK,
    title="An IGP with a customer",
    meaning="A VRF has an instance of OSPF or IS-IS, or OSPF is switched on at a port of a VRF.",
    why="An IGP has no inbound filter and no limit: whoever is at the port announces any prefix "
    "into the VPN, a default route among them, and gets what the VRF's instance has.",
    remedy="Speak BGP with the customer, with a filter and a limit, or make the port passive.",
    sentence="VRF {vrf} speaks {protocol} with whoever is at {ports}, without a filter and without "
    "a limit",
)
STATIC_TOO_WIDE = FindingClass(
    id="P5 static-too-wide",
    severities=_RISK,
    title="A static route to prefixes of others",
    meaning="A VRF has a static route to a prefix that is none of its sites'.",
    why="The VRF's sites send packets for those addresses to the access.",
    remedy="Remove the route, or add the prefix to the site in the inventory.",
    sentence="VRF {vrf} routes {prefix}, which none of its sites has",
    by_inventory=True,
)
ADDRESS_TOO_WIDE = FindingClass(
    id="P5 address-too-wide",
    severities=_RISK,
    title="An address whose network holds prefixes of other sites",
    meaning="An interface in a VRF has an address with a length by which addresses of another site "
    "of the VPN are beside the access.",
    why="The VRF looks for them at the access, and announces the network to the whole VPN.",
    remedy="Give the address the length that the inventory plans for the access.",
    sentence="{interface} in VRF {vrf} has {address}, within whose network is {other} of others",
    by_inventory=True,
)
UNKNOWN_BFD_PEER = FindingClass(
    id="P5 unknown-bfd-peer",
    severities=_RISK,
    title="A BFD session with nobody that the inventory has",
    meaning="A router has a BFD session with an address that is no customer's of its VRF, no "
    "router's and not at the other end of a circuit.",
    why="The router sends to that address and answers it. What follows the session, a route or a "
    "script, is in the hands of whoever has the address.",
    remedy="Remove the peer from the block bfd, or add its site to the inventory.",
    sentence="VRF {vrf} has a BFD session with {neighbor}, whom no circuit or access explains",
    by_inventory=True,
)
