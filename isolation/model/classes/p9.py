"""P9: what must be one VRF's alone, and policies that touch what separation stands on."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_RISK = always(Severity.RISK)

SHARED_RD = FindingClass(
    id="P9 shared-rd",
    severities=_RISK,
    title="Two VRFs with one route distinguisher",
    meaning="VRFs of two VPNs, or two VRFs of a router, have one route distinguisher.",
    why="Two routes to one prefix are then one route, and the better hides the other (RFC 4364 "
    "section 4.2).",
    remedy="Give each VRF a route distinguisher of its own.",
    sentence="VRF {vrf} has the route distinguisher of VRF {other} on {other_device}",
)
SHARED_LOOPBACK = FindingClass(
    id="P9 shared-loopback",
    severities=_RISK,
    title="Two routers with one loopback address",
    meaning="A router has the loopback address of another.",
    why="VPN packets go to the router whose loopback is their next hop: one gets the other's.",
    remedy="Give the router the loopback address that the inventory allocates to it.",
    sentence="{device} has the loopback {address} of {owner}: one gets the other's packets",
)
SHARED_LABEL = FindingClass(
    id="P9 shared-label",
    severities=always(Severity.LEAK),
    title="Two VRFs with one label",
    meaning="Two VRFs of a PE have one VPN label.",
    why="Packets from the backbone find their VRF by the label: those for one arrive in the other.",
    remedy="Let the router allocate labels, or give each VRF one of its own.",
    sentence="VRF {vrf} has label {label} of VRF {other}: packets for one arrive in the other",
)
FOREIGN_NEXT_HOP = FindingClass(
    id="P9 foreign-next-hop",
    severities=_RISK,
    title="Routes exported with another router's next hop",
    meaning="A VRF exports its routes with a next hop that is no address of its router.",
    why="The packets go to whoever has that address, and mean there whatever their label means.",
    remedy="Remove the next hop from the export.",
    sentence="VRF {vrf} exports routes with the next hop {address}, which is not its own",
)
POLICY_TOUCHES = FindingClass(
    id="P9 policy-touches",
    severities=_RISK,
    title="A policy that changes what separation stands on",
    meaning="A policy adds or removes route targets on VPN sessions, or sets next hops, tables or "
    "VRFs.",
    why="It changes who gets whose routes for a whole router or, on a reflector, for everybody.",
    remedy="Remove the action from the policy.",
    sentence="a policy {what}",
)
