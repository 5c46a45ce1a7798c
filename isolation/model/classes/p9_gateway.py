"""P9 at an Internet gateway: sources that leave are translated, and nothing else leaves."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

UNTRANSLATED_SOURCE = FindingClass(
    id="P9 untranslated-source",
    severities={
        Severity.LEAK: "addresses of sites leave as they are",
        Severity.RISK: "the translation alone keeps them from it",
    },
    title="A gateway that lets addresses of sites out as they are",
    meaning="What leaves an Internet gateway by its uplink may have another source than the "
    "gateway's own, its pool's, or a prefix that the Internet has a route to.",
    why="Whoever sees such a packet learns the address plan behind the gateway, and its answer "
    "goes nowhere, or to another network that has the same addresses.",
    remedy="Apply the plan: it writes the filter of what leaves, and the translation.",
    sentence="{device} lets out by {interface}, untranslated: {example}",
)
TRANSLATION = FindingClass(
    id="P9 gateway-translation",
    severities=always(Severity.RISK),
    title="A gateway that translates other sources, or to other addresses, than is declared",
    meaning="A gateway's source translation is of prefixes that no site of its Internet zone has, "
    "or gives addresses that are not of its pool.",
    why="Who is behind a translated address is told by the inventory alone: with another "
    "translation a connection is somebody else's (RFC 6888 section 4).",
    remedy="Apply the plan: it translates the zone's prefixes, into the pool.",
    sentence="{device} translates {what}",
)
EXIT_CUT = FindingClass(
    id="P9 exit-cut",
    severities=always(Severity.HYGIENE),
    title="A gateway whose zone does not get out",
    meaning="Sources of an Internet zone are not translated and therefore dropped, or a gateway "
    "drops what it should let out.",
    why="Nothing leaks; the sites miss the Internet.",
    remedy="Apply the plan: it writes the translation.",
    sentence="{device} drops what should leave by {interface}: {example}",
)
NOT_RECORDED = FindingClass(
    id="P9 translation-not-recorded",
    severities=always(Severity.HYGIENE),
    title="A gateway that does not record who has which translated address",
    meaning="The inventory has `records` for a gateway's uplink, and its filter keeps none, or not "
    "of everything that it translates.",
    why="Nothing leaks; who was behind a public address and port at a time cannot be answered, as "
    "the law may ask (RFC 6888 section 4).",
    remedy="Apply the plan: it writes the sets and the chain that keeps them.",
    sentence="{device} does not record whose sources it translates",
)
