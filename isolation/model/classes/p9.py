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
    sentence="VRF {vrf} has the route distinguisher {rd} of VRF {other} on {other_device}",
)
SHARED_LOOPBACK = FindingClass(
    id="P9 shared-loopback",
    severities=_RISK,
    title="Two routers with one loopback address",
    meaning="A router has the loopback address of another at a port of the backbone, or puts a "
    "route of its own to it into the IGP.",
    why="VPN packets go to the router whose loopback is their next hop: one gets the other's.",
    remedy="Remove the address or the route; a router has the loopback address that the inventory "
    "allocates to it.",
    sentence="{device} has the loopback {address} of {owner}: one gets the other's packets",
)
BACKBONE_ROUTE = FindingClass(
    id="P9 backbone-route",
    severities=_RISK,
    title="A route of its own to another router's loopback",
    meaning="A router of the backbone has a static route to another's loopback, other than over "
    "a circuit to exactly that address, announces one by BGP, or has OSPF announce one for all "
    "that is within a prefix (`area range`, `summary-address`); or it has one beside a circuit, by "
    "the length of an address there.",
    why="VPN packets follow it with a label that ends elsewhere: there their inner label is "
    "another VRF's.",
    remedy="Remove the route, and let the IGP say where loopbacks are.",
    sentence="{device} sends packets for {address} of {owner} by a route of its own",
)
LABEL_LOST = FindingClass(
    id="P9 label-lost",
    severities=_RISK,
    title="VPN packets that lose their outer label before the PE that they are for",
    meaning="By the costs of the IGP, VPN packets for another PE go over a circuit of a PE on "
    "which LDP gives no label, or may not: it does not run at both ends, has no session, or a list "
    "keeps labels back. Beside it is a way of the same cost with a label, or LDP runs on no port "
    "that packets of others are sent out of there. Where the texts do not say a cost, it is taken "
    "to be any.",
    why="The packet comes to a PE that it is not for with its inner label alone, and arrives in "
    "whichever VRF has that label there.",
    remedy="Let LDP run at both ends of the circuit and give labels for all routers' loopbacks, "
    "or take the IGP off it.",
    sentence="{at} may get VPN packets for {egress} with their inner label alone, by what {device} "
    "has at {port}",
)
CIRCUIT_WITHOUT_LABELS = FindingClass(
    id="P9 circuit-without-labels",
    severities=always(Severity.HYGIENE),
    title="A circuit between two PEs with the IGP and without LDP",
    meaning="The IGP leads over a circuit between two PEs, one takes labels there, and LDP gives "
    "no labels, or may not. By the costs, no VPN packet for a third PE goes over it.",
    why="Once another circuit fails or a cost is changed, packets may go over it with their inner "
    "label alone, which the next PE takes for one of its own VRFs'.",
    remedy="Let LDP run on the circuit, or take the IGP off it.",
    sentence="{device} may send VPN packets without an outer label at {port}, to {far}",
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
    meaning="A VRF exports its routes with a next hop that is not an address of its router.",
    why="The packets go to whoever has that address, and mean there whatever their label means.",
    remedy="Remove the next hop from the export.",
    sentence="VRF {vrf} exports routes with the next hop {address}, which is not its own",
)
RESERVED_LABEL = FindingClass(
    id="P9 reserved-label",
    severities=_RISK,
    title="A VRF with a reserved label",
    meaning="A VRF's label is one of 0 to 15, which mean something else than a VRF.",
    why="With 0, 2 and 3 packets arrive unlabelled and are looked up in the backbone's own table "
    "(RFC 3032 section 2.1).",
    remedy="Let the router allocate labels, or give the VRF a label of its own above 15.",
    sentence="VRF {vrf} has the reserved label {label}",
)
LABEL_COLLISION = FindingClass(
    id="P9 label-collision",
    severities=_RISK,
    title="A label that the router may give out as well",
    meaning="A VRF's label is written by hand and lies where the router allocates labels itself.",
    why="FRR does not keep it from LDP or from other VRFs: packets for one arrive in the other.",
    remedy="Let the router allocate the label, or keep it out of `mpls label dynamic-block`.",
    sentence="VRF {vrf} has label {label}, which the router may give to another",
)
HAND_MADE_ROUTE = FindingClass(
    id="P9 hand-made-route",
    severities=_RISK,
    title="A VPN route that is made by hand",
    meaning="The default instance puts a route with a label into the VPN tables.",
    why="It is in no VRF: its packets go to whatever has the label, past every VRF's targets.",
    remedy="Remove the route; announce it from the VRF that it is of.",
    sentence="{device} puts {prefix} with label {label} into the VPN tables",
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
