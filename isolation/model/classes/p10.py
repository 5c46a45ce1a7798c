"""P10: IPv4 and IPv6 each by itself."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

ONE_FAMILY_POLICY = FindingClass(
    id="P10 one-family-policy",
    severities=always(Severity.RISK),
    title="A policy for one address family only",
    meaning="A VRF restricts its imports or exports in one family and not in the other, which is "
    "in use as well.",
    why="Somebody intended the restriction, and one half of the traffic does not have it.",
    remedy="Apply a policy in both families, or in none.",
    sentence="{restricted} has {policy} and {family} has none",
)
