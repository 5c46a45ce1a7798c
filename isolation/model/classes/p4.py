"""P4: no label switching, LDP or IGP where customers are (RFC 4364 section 13.1)."""

from dataclasses import dataclass

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_SENTENCE = "{protocol} on {interface}, which is no circuit: {who} {effect}"
_LABELS = "chooses by label which table its packets arrive in"
_JOINS = "joins the backbone"


@dataclass(frozen=True, slots=True)
class AtPort:
    """The classes of a protocol that belongs on circuits: at a customer's port, and elsewhere."""

    #: What it is called in sentences.
    protocol: str
    #: What somebody at the port can do with it.
    effect: str
    #: Whether that is to reach any table of the router; else it is to reach the backbone.
    any_table: bool
    at_customer: FindingClass
    elsewhere: FindingClass


def _at_port(
    name: str, protocol: str, effect: str, why: str, customers: Severity = Severity.LEAK
) -> AtPort:
    remedy = f"Switch off {protocol} on the interface, or make it a circuit in the inventory."
    meaning = f"An interface takes {protocol} and is no circuit of the inventory"
    title = protocol[0].upper() + protocol[1:]
    return AtPort(
        protocol,
        effect,
        effect is _LABELS,
        FindingClass(
            id=f"P4 {name}-at-customer",
            severities=always(customers),
            title=f"{title} at a customer",
            meaning=f"{meaning}; customers are there.",
            why=why,
            remedy=remedy,
            sentence=_SENTENCE,
        ),
        FindingClass(
            id=f"P4 {name}",
            severities=always(Severity.RISK),
            title=f"{title} outside the circuits",
            meaning=f"{meaning}; who is there is not known.",
            why=why,
            remedy=remedy,
            sentence=_SENTENCE,
            by_inventory=True,
        ),
    )


BY_PROTOCOL = {
    "mpls": _at_port(
        "mpls",
        "labels",
        _LABELS,
        "A router that takes labelled packets lets the sender choose the VRF that they arrive in.",
    ),
    "ldp": _at_port(
        "ldp",
        "LDP",
        _JOINS,
        "Who speaks LDP gets and gives labels of the backbone (RFC 5920 section 4).",
    ),
    "igp": _at_port(
        "igp",
        "IGP",
        _JOINS,
        "Who speaks the IGP learns the backbone's topology and can attract its packets.",
    ),
    "igp-passive": _at_port(
        "igp-passive",
        "IGP (passive)",
        "is announced in the backbone",
        "The port's network is announced in the backbone, and one word makes it a neighbour.",
        Severity.RISK,
    ),
}
IGP_EVERYWHERE = FindingClass(
    id="P4 igp-everywhere",
    severities=always(Severity.RISK),
    title="An IGP at every port of the default table",
    meaning="The backbone's IGP runs at any port with an address, whichever ports there are.",
    why="A port that loses its VRF, or gets an address, joins the backbone at once.",
    remedy="Name the circuits, or their addresses, in place of all.",
    sentence="the {protocol} of the default table runs at any port that has an address",
)
CLASSES = tuple(one for port in BY_PROTOCOL.values() for one in (port.at_customer, port.elsewhere))
