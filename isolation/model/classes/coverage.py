"""What the proof cannot vouch for: nothing is ever ignored to get to a yes."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_RISK = always(Severity.RISK)

NOT_UNDERSTOOD = FindingClass(
    id="not understood",
    severities=_RISK,
    title="A line that the reader does not understand",
    meaning="A text has a line that may bear on separation and has no meaning for the reader.",
    why="What it does is not part of the proof.",
    remedy="Remove the line, or teach the platform's reader what it means.",
    sentence="{text!r}{where}{because}",
)
PORTS_NOT_KNOWN = FindingClass(
    id="ports not known",
    severities=_RISK,
    title="A text that does not say who is in its VRFs",
    meaning="A router's text has VRFs and no part that binds interfaces to them; the routing "
    "daemon's part alone never says which interface is in which VRF.",
    why="Each VRF is taken to have customers that the proof cannot see.",
    remedy="Prove the whole text, with the host's interfaces.",
    sentence="this text does not say which interface is in which VRF: the part with the host's "
    "interfaces is missing",
)
UNKNOWN_DEVICE = FindingClass(
    id="unknown device",
    severities=_RISK,
    title="A router that is not in the inventory",
    meaning="A router is among the texts and not in the inventory.",
    why="Nothing says what may be attached to it.",
    remedy="Put the router into the inventory, or leave its text out.",
    sentence="this router is not in the inventory",
)
MISSING_DEVICE = FindingClass(
    id="missing device",
    severities=_RISK,
    title="A router without a text",
    meaning="The inventory has a router whose text is not among those that are proved.",
    why="The other half of a leak may be there.",
    remedy="Add the router's text, or prove a part of the network with --limit.",
    sentence="this router of the inventory has no text here",
)
