"""P7: default routes only where they are intended."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

DEFAULT_ROUTE = FindingClass(
    id="P7 default-route",
    severities=always(Severity.RISK),
    title="A default route where none is intended",
    meaning="A VRF has, announces or accepts a default route, and its VPN is no gateway.",
    why="A default route draws everything that is not known otherwise: a mistake elsewhere becomes "
    "a path.",
    remedy="Remove the default route, or filter it from the session.",
    sentence="VRF {vrf} {what}",
)
