"""P3: ways from one table to another that no route target stands for."""

from collections.abc import Mapping

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_LEAK = always(Severity.LEAK)


def _link(
    name: str,
    title: str,
    meaning: str,
    why: str,
    remedy: str,
    *,
    severities: Mapping[Severity, str] = _LEAK,
    tolerated: frozenset[Severity] = frozenset(),
) -> FindingClass:
    return FindingClass(
        id=f"P3 {name}",
        severities=severities,
        title=title,
        meaning=meaning,
        why=why,
        remedy=remedy,
        sentence="{source} {reaches} ({kind}): VRF {vrf} {what}",
        tolerated=tolerated,
    )


_PAST_TARGETS = "Packets go from one table to another past the route targets that separate them."

STATIC_ROUTE = _link(
    "static-route",
    "A static route into another table",
    "A static route's next hop or interface is in another VRF, or in the default table.",
    _PAST_TARGETS,
    "Remove the route, or give it a next hop in its own VRF.",
)
POLICY_ROUTE = _link(
    "policy-route",
    "Policy routing into another table",
    "Packets of an interface are looked up in another VRF's table by a rule.",
    _PAST_TARGETS,
    "Remove the rule.",
)
IMPORT_VRF = _link(
    "import-vrf",
    "Routes imported from another VRF directly",
    "A VRF imports another VRF's routes by its name.",
    _PAST_TARGETS,
    "Remove the import; a VPN's routes are imported by its route target.",
    severities={
        Severity.LEAK: "the other VRF has routes that the import lets through",
        Severity.RISK: "it has none today: only chance keeps the way empty",
    },
)
REDISTRIBUTE_TABLE = _link(
    "redistribute-table",
    "Routes redistributed from another VRF's table",
    "A VRF redistributes a kernel table by its number, and the table is another VRF's.",
    _PAST_TARGETS,
    "Remove the redistribution.",
)
SHARED_TABLE = _link(
    "shared-table",
    "Two VRFs with one kernel table",
    "Two VRFs of a router, or a VRF and the default instance, have one table number.",
    "They have the same routes: they are one network under two names.",
    "Give each VRF a table of its own.",
)
OPEN_VRF = _link(
    "open-vrf",
    "Look-ups that leave the VRF",
    "A VRF does not end its look-ups: what it has no route for is looked up in the main table.",
    "RFC 4364 section 4 wants a VRF's packets looked up in that VRF alone; here they go on into "
    "the backbone.",
    "Give the VRF a route of last resort that discards, in both families.",
    severities={
        Severity.LEAK: "there is an inventory, which keeps everybody out of the backbone, or the "
        "main table of some router leads on",
        Severity.RISK: "VRFs are told apart by their names alone, and no main table leads to "
        "anybody but the routers themselves; it does not deny the proof",
    },
    tolerated=frozenset({Severity.RISK}),
)
INTERNAL_LINK = _link(
    "internal-link",
    "A link inside the router between two tables",
    "Both ends of a virtual link are in different tables of one router.",
    "Packets go from one to the other as over a cable.",
    "Remove the link.",
)
LABELLED_WAY = _link(
    "labelled-way",
    "A label that leads into another table",
    "What routers do, not their texts: a route of a table puts on a label that leads into another "
    "VPN's table, or a router takes in a label that no protocol gave out.",
    _PAST_TARGETS,
    "Remove the route or the label with `ip`; where a daemon keeps it from an earlier text, "
    "restart the daemon.",
)
