"""P2: every attachment in exactly one VRF, the expected one."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

ACCESS_IN_NO_VRF = FindingClass(
    id="P2 access-in-no-vrf",
    severities=always(Severity.LEAK),
    title="A customer in the backbone's own table",
    meaning="The interface of an access is in no VRF, or in one that is not defined: its packets "
    "are looked up in the default table.",
    why="The customer reaches the routers themselves, and whoever else is in the default table.",
    remedy="Bind the interface to the VRF of its VPN.",
    sentence="{source} reaches {target}: {name} at {interface} is in the default table, "
    "because {because}",
)
TWO_DOMAINS_IN_ONE_VRF = FindingClass(
    id="P2 two-domains-in-one-vrf",
    severities=always(Severity.LEAK),
    title="Two networks in one VRF",
    meaning="Accesses of two domains that may not meet are bound to the same VRF.",
    why="Nothing separates what is in one VRF.",
    remedy="Bind each access to the VRF of its own VPN.",
    sentence="{source} and {target} meet in VRF {vrf} ({kind})",
)
WRONG_VRF = FindingClass(
    id="P2 wrong-vrf",
    severities=always(Severity.LEAK),
    title="An access in the VRF of another VPN",
    meaning="A VRF that is another VPN's by its name and by its route targets holds the access.",
    why="The customer takes part in the other VPN in place of its own.",
    remedy="Bind the access to the VRF of its own VPN.",
    sentence="{source} is in the VRF of {target}",
)
ADDRESS_WITHOUT_TAG = FindingClass(
    id="P2 address-without-tag",
    severities=always(Severity.RISK),
    title="A port that carries VLANs has an address itself",
    meaning="A port whose customers are distinguished by VLANs has an address for untagged frames.",
    why="Whoever sends untagged frames there, of whatever customer, is answered.",
    remedy="Remove the address from the port.",
    sentence="{interface} carries VLANs and has the address {address} itself",
)
UNKNOWN_INTERFACE = FindingClass(
    id="P2 unknown-interface",
    severities={
        Severity.RISK: "it is in a VRF, has an address, is a bridge's or bond's port, or is up",
        Severity.HYGIENE: "it is in the default table, has no address, and nothing sets it up",
    },
    title="An interface that the inventory does not know",
    meaning="The text has an interface that is no access, circuit, or management port.",
    why="What is behind it is unknown, and it takes part in the VRF that it is in. Without an "
    "address too, what comes in there is routed by the table of the interface.",
    remedy="Remove it from the router, or put what it is for into the inventory.",
    sentence="{interface} in VRF {vrf} is not in the inventory",
    by_inventory=True,
)
ACCESS_MISSING = FindingClass(
    id="P2 access-missing",
    severities=always(Severity.HYGIENE),
    title="An access that the text does not have",
    meaning="The inventory has an access of which the router's text knows nothing.",
    why="Nothing leaks there; the site is cut off.",
    remedy="Apply the inventory to the router, or remove the access from the inventory.",
    sentence="{name} at {place} is not in the text",
)
