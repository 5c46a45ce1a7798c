"""P6: no way from customers to management, nor the other way."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

MANAGEMENT_IN_NO_VRF = FindingClass(
    id="P6 management-in-no-vrf",
    severities=always(Severity.LEAK),
    title="The management port in the backbone's own table",
    meaning="The management port is in no VRF, or in one that is not defined.",
    why="Management and the backbone's own table are one network then.",
    remedy="Bind the port to the management VRF.",
    sentence="{source} reaches {target}: {name} at {interface} is in the default table, "
    "because {because}",
)
CUSTOMER_IN_MANAGEMENT = FindingClass(
    id="P6 customer-in-management",
    severities=always(Severity.LEAK),
    title="A customer and management in one VRF",
    meaning="An access and the management port are bound to the same VRF.",
    why="The customer can try to log in to every router.",
    remedy="Bind the access to the VRF of its VPN, and the management port to the management VRF.",
    sentence="{source} and {target} meet in VRF {vrf} ({kind})",
)
MANAGEMENT_IN_BGP = FindingClass(
    id="P6 management-in-bgp",
    severities=always(Severity.RISK),
    title="The management VRF takes part in BGP",
    meaning="A BGP instance of the management VRF is configured.",
    why="The management VRF is to be reached through the management port alone; one route target "
    "more and a VPN has its routes.",
    remedy="Remove the BGP instance of the management VRF.",
    sentence="the management VRF takes part in BGP",
)
