"""What an engineer has to change to be rid of a finding.

Findings of one cause are symptoms of it: one wrong route target makes paths between many tables,
in both directions and both families. What is one cause is said here by data, never by a sentence.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class CauseKind(StrEnum):
    """What kind of thing is to be changed."""

    #: A route target that a domain's VRFs have and should not have: (domain, target).
    ROUTE_TARGET = "route target"
    #: Which VRF an interface is in: (device, interface).
    PORT = "port"
    #: What an interface speaks: (device, interface, protocol).
    PROTOCOL = "protocol"
    #: What a session lets in: (device, VRF, neighbour).
    FILTER = "filter"
    #: How many routes a session lets in: (device, VRF, neighbour).
    LIMIT = "limit"
    #: That there is a session, and what it carries: (device, VRF, neighbour).
    SESSION = "session"
    #: A link between two tables, or a VRF that ends no look-up: (device, what joins them).
    LINK = "link"
    #: A static route: (device, VRF, prefix, where it leads).
    STATIC = "static route"
    #: A policy's entry: (device, line).
    POLICY = "policy"
    #: A label, or its absence: (device, label).
    LABEL = "label"
    #: A route in the VPN tables that no VRF announces: (device, family, prefix, label).
    VPN_ROUTE = "VPN route"
    #: A VRF that the inventory does not know, or one that joins two others: (device, VRF).
    VRF = "VRF"
    #: What must be one's alone and is two's: (what, value).
    IDENTITY = "identity"
    #: A part of a text that is not there: (what, device).
    MISSING_PART = "missing part"
    #: A line of a text: (device, line).
    LINE = "line"
    #: Nothing that another finding could share: (class, device, ...).
    ITSELF = "itself"


#: What to do about a cause, where the gravest finding of it looks at something else.
REMEDIES = {
    CauseKind.ROUTE_TARGET: "Remove the route target from the VRFs at these places.",
    CauseKind.PORT: "Bind the interface to the VRF of its VPN, or remove it.",
    CauseKind.PROTOCOL: "Switch it off at the interface.",
    CauseKind.FILTER: "Apply the access's own inbound policy to the session.",
    CauseKind.LIMIT: "Set the access's maximum of prefixes on the session.",
    CauseKind.SESSION: "Remove the session, or put its neighbour into the inventory.",
    CauseKind.LINK: "Remove what joins the two tables.",
    CauseKind.STATIC: "Remove the route, or give it a next hop in its own VRF.",
    CauseKind.POLICY: "Remove the action from the policy.",
    CauseKind.LABEL: "Let the router allocate the label.",
    CauseKind.VPN_ROUTE: "Remove the route; announce it from the VRF that it is of.",
    CauseKind.MISSING_PART: "Prove the whole text.",
    CauseKind.VRF: "Remove the VRF and its route targets, or put it into the inventory.",
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is to be changed. `line` 0: no line says it, or the text has none."""

    device: str
    vrf: str = ""
    line: int = 0
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing to change. Two are the same when `kind` and `key` are; `says` tells it to people,
    and `place` is one of the places where it is."""

    kind: CauseKind
    key: tuple[str, ...]
    says: str = field(default="", compare=False)
    place: Place = field(default=Place(""), compare=False)
