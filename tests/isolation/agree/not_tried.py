"""Leaks that the lab cannot show, because nobody in it does what they take."""

from collections.abc import Iterable

_NO_LABELS = "no customer's router here sends labelled packets"
_NO_IGP = "no customer's router here speaks the IGP"
#: Class of findings -> what nobody does.
_TAKES = {
    "P1 customer-chosen-targets": "no customer's router here attaches route targets",
    "P1 unknown-vrf": "nobody is attached to a VRF that nobody ordered",
    "P4 igp-at-customer": _NO_IGP,
    "P4 igp-passive-at-customer": _NO_IGP,
    "P4 ldp-at-customer": "no customer's router here speaks LDP",
    "P4 mpls-at-customer": _NO_LABELS,
    "P5 session-in-wrong-vrf": "the customer's router is not attached where its session is",
}


def not_tried(said: Iterable[str]) -> str:
    """Why none of the leaks of a verdict can be seen; empty where one could be.

    `said` are severities and classes, such as "leak P1 zone-leak".
    """
    leaks = [each.removeprefix("leak ") for each in said if each.startswith("leak ")]
    if not leaks or any(klass not in _TAKES for klass in leaks):
        return ""
    return "; ".join(dict.fromkeys(_TAKES[klass] for klass in leaks))
