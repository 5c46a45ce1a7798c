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
NOT_TAKEN = FindingClass(
    id="not taken",
    severities=_RISK,
    title="A line that the router does not take",
    meaning="A text has a line for which the router's software has no command in that place, or "
    "which it refuses for what was said before. Nothing of it holds.",
    why="What the line was to say is not there: a filter, a target, an end of a block. Where the "
    "router runs another version than the text is read by, the line may hold there.",
    remedy="Correct the line or remove it, or say in the text which version the router runs.",
    sentence="{text!r}{where}{because}",
)
UNKNOWN_VERSION = FindingClass(
    id="unknown version",
    severities=_RISK,
    title="A text of a version whose rules are not known",
    meaning="A text says that it is of a version that is not in the table of the platform's "
    "reader.",
    why="The same line can mean something else there: what is proved by one version's rules is "
    "not proved of another.",
    remedy="Prove the text of a version that is known, or put the version into the reader's table "
    "with what differs, tried on its daemons.",
    sentence="this text is of {version}, and the versions whose rules are known are {known}",
)
VRF_NOT_MADE = FindingClass(
    id="vrf not made",
    severities=_RISK,
    title="A VRF that is named and not made",
    meaning="The routing daemon's part, a route or a rule names a VRF, and the host's part does "
    "not make it: what is in it, and whether its look-ups end there, is not said.",
    why="Whoever makes the VRF has something to put into it. It is taken to have customers that "
    "the proof cannot see.",
    remedy="Prove the text that makes the VRF, or remove what names it.",
    sentence="VRF {vrf} is named and not made: what is in it is not said",
)
NOT_MODELLED = FindingClass(
    id="not modelled",
    severities=_RISK,
    title="Something that the proof does not model",
    meaning="A text has a feature that can carry routes or packets in ways of its own, and the "
    "proof does not follow them.",
    why="Whom the feature joins is not part of the proof.",
    remedy="Remove the feature from routers that carry networks which must stay apart, or have "
    "its ways examined by other means.",
    sentence="not modelled: {feature} {what}",
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
