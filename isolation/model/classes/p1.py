"""P1: who gets whose routes (RFC 4364 section 4.3)."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_BY_TARGET = "{source} reaches {target} by route target {route_target}"
_REMOVE_TARGET = (
    "Remove the route target from the VRF that imports or exports it; the path quotes both lines."
)


def _of_kind(kind: str, title: str, meaning: str, why: str) -> FindingClass:
    return FindingClass(
        id=f"P1 {kind}",
        severities=always(Severity.LEAK),
        title=title,
        meaning=meaning,
        why=why,
        remedy=_REMOVE_TARGET,
        sentence=_BY_TARGET,
    )


#: By `finding_drafts.kind_of_path`.
BY_KIND = {
    "zone-leak": _of_kind(
        "zone-leak",
        "A path between the two networks",
        "A VRF imports a route target that a VRF of the other zone puts on its routes.",
        "Packets cross between the networks that must never meet.",
    ),
    "agency-leak": _of_kind(
        "agency-leak",
        "A path between two agencies of one zone",
        "A VRF imports a route target that another agency's VRF puts on its routes.",
        "An agency reaches the systems of another, and no exchange permits it.",
    ),
    "spoke-to-spoke": _of_kind(
        "spoke-to-spoke",
        "A path between two spoke sites past their hub",
        "A spoke site's VRF imports a route target that another spoke site's puts on its routes.",
        "Sites of a hub-and-spoke VPN are to meet at the hub alone, where they are filtered.",
    ),
    "management-leak": _of_kind(
        "management-leak",
        "A path between a customer and management",
        "The management VRF and a customer's share a route target, one as an import.",
        "Who reaches management can try to log in to every router.",
    ),
    "backbone-leak": _of_kind(
        "backbone-leak",
        "A path between a customer and the backbone's own table",
        "The default instance and a customer's VRF share a route target, one as an import.",
        "The backbone's addresses become reachable for a customer, or its routes for a customer's.",
    ),
    "unknown-vrf": _of_kind(
        "unknown-vrf",
        "A path to or from a VRF that the inventory does not know",
        "A VRF that the inventory does not know shares a route target with one that it knows, "
        "one as an import.",
        "Nobody answers for what is attached to that VRF, and it gets a customer's routes.",
    ),
}

CUSTOMER_CHOSEN_TARGETS = FindingClass(
    id="P1 customer-chosen-targets",
    severities={
        Severity.LEAK: "a VRF of another domain imports a target that could be attached",
        Severity.RISK: "no VRF of another domain would take the routes",
    },
    title="A customer chooses the VPNs that its routes go to",
    meaning="The inbound policy of a customer's session keeps the extended communities that its "
    "router attached, route targets among them.",
    why="A PE must strip route targets that a CE may not choose (RFC 4364 section 4.3.1): else a "
    "customer draws the packets of any VPN to itself.",
    remedy="Delete extended communities in the session's inbound policy, before anything permits.",
    sentence="a customer of {owner} can choose the VPNs that its routes go to: "
    "the inbound policy of {neighbor} keeps extended communities",
)

TRANSIT = FindingClass(
    id="P1 transit",
    severities=always(Severity.LEAK),
    title="A path through a network that both may reach",
    meaning="One network may reach a second and that one a third; a route of the third covers "
    "what the first sends to the second.",
    why="Packets that arrive in a VRF are looked up in its whole table (RFC 4364 section 4.3.2): "
    "two networks that each exchange with a platform are then joined by it.",
    remedy="Narrow what the network in the middle may announce or takes, so that no route of one "
    "side covers the other's.",
    sentence="{source} reaches {target} through {middle} ({kind}), for destinations such as "
    "{example}",
)

FOREIGN_TARGET = FindingClass(
    id="P1 foreign-target",
    severities={
        Severity.HYGIENE: "all routers are proved, and none has the other half",
        Severity.RISK: "only a part of the network is proved, or the VRF is unknown and has "
        "the targets of two VPNs",
    },
    title="A route target of another VPN without its other half",
    meaning="A VRF imports or exports a route target that the inventory gives to a VPN that it "
    "may not meet; no VRF of the texts completes the path.",
    why="The first VRF with the other half makes it a leak.",
    remedy="Remove the route target from the VRF.",
    sentence="VRF {vrf}{of} has the route target {route_target} of {owner}",
)
