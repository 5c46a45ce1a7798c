"""P11: what meets inside one router in the middle of a push."""

from egovnet.isolation.model.finding_class import FindingClass, Severity, always

_APART = (
    "Push it in two steps: first remove the old ones, then add the new ones; or use a VRF and a "
    "table that are free."
)

MEET_IN_ONE_VRF = FindingClass(
    id="P11 meet-in-one-vrf",
    severities=always(Severity.LEAK),
    title="Two networks in one VRF during the push",
    meaning="A VRF holds accesses of one network now and of another afterwards; interfaces change "
    "one after another.",
    why="For a moment both are in the VRF, and packets pass between them.",
    remedy=_APART,
    sentence="{source} and {target} meet in VRF {vrf} during the push ({kind})",
)
MEET_IN_ONE_TABLE = FindingClass(
    id="P11 meet-in-one-table",
    severities=always(Severity.LEAK),
    title="Two networks in one kernel table during the push",
    meaning="A VRF takes the kernel table that another VRF has until then.",
    why="For a moment both have the table, and the routes of both.",
    remedy=_APART,
    sentence="VRF {vrf} takes kernel table {number} while VRF {former} may still have it",
)
