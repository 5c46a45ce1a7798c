"""What a router does otherwise than its text says, where no path follows from it."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

NOT_IN_TEXT = FindingClass(
    id="state not in text",
    severities={
        Severity.RISK: "nobody can say where it leads",
        Severity.HYGIENE: "no path that must not be follows from it",
    },
    title="A router does what its text does not say",
    meaning="A rule, route, label, link, VRF, VPN route or policy of IPsec is on a router, and no "
    "line of its text and no protocol that the text has explains it; or it lacks one that its text "
    "has.",
    why="Somebody typed it, a program made it, or a daemon kept it from an earlier text. It is "
    "gone after the next restart, or it is not, and no text shows it.",
    remedy="Remove it from the router, or put it into the inventory. `drift` restores links; a "
    "rule, a route or a label is removed with `ip`; what a daemon keeps goes with its restart.",
    sentence="the router does what no text explains: {what}",
)
DISCARDS = FindingClass(
    id="state discards",
    severities=always(Severity.HYGIENE),
    title="A rule on a router discards packets of a VPN or of the backbone",
    meaning="A rule that leads nowhere and throws packets away is on a router, no line of its text "
    "makes it, and it is asked before the table that its packets are looked up in.",
    why="It joins nothing, so the proof stands; what it matches is a service that does not work.",
    remedy="Remove the rule from the router, or put it into the inventory.",
    sentence="packets of {ends} may be thrown away: {what}",
)
NOT_READ = FindingClass(
    id="state not read",
    severities=always(Severity.RISK),
    title="A router did not say what it does",
    meaning="A question about a router's rules, routes, labels, links, VPN routes or IPsec was not "
    "answered, or the answer makes no sense.",
    why="What was not read is not part of the proof.",
    remedy="See on the router why it does not answer, and prove again.",
    sentence="what the router does was not read: {what}",
)
