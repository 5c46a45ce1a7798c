"""P9 at accesses of filtered VPNs: what a PE lets in is what applications and exchanges declare."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

ACCESS_TOO_OPEN = FindingClass(
    id="P9 access-too-open",
    severities=always(Severity.RISK),
    title="An access that lets in what nobody declares",
    meaning="The VPN of an access is enforced, and the PE accepts packets from its customer that "
    "belong to no application and to no exchange in force.",
    why="In an enforced VPN only what is written down may be spoken: what else passes is looked "
    "at by nobody, and spreads as far as the VPN does.",
    remedy="Apply the plan: it writes the access's rules. If the flow is wanted, declare the "
    "application.",
    sentence="{device} lets in what nobody declares from {name}: {example}",
)
ACCESS_CUT = FindingClass(
    id="P9 access-cut",
    severities=always(Severity.HYGIENE),
    title="An access that drops what it should let in",
    meaning="A PE's filter drops packets of a declared application or exchange, or packets of a "
    "VPN that is not enforced.",
    why="Nothing leaks; the customer misses what was declared.",
    remedy="Apply the plan: it writes the access's rules.",
    sentence="{device} drops what {name} may send: {example}",
)
FILTER_CUT = FindingClass(
    id="P9 filter-cut",
    severities=always(Severity.HYGIENE),
    title="A filter that drops where nothing is to be dropped",
    meaning="A chain drops packets at a place that needs no filter: on a router that forwards for "
    "the backbone, of management, or by a port that is none of an exchange's or of an exit's.",
    why="Nothing leaks; sites, sessions of routing or management itself are cut off.",
    remedy="Apply the plan: it writes the whole filter.",
    sentence="{device} drops packets {where}, where nothing is to be dropped: {example}",
)
