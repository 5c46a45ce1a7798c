"""One difference between a router's Linux and its own interfaces text, as a fact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What is different. In the sentences: S the subject, E what is expected, F what is found."""

    #: `S: is missing`: the text has the interface, Linux does not.
    MISSING = "missing"
    #: `S: is a F that the text does not have`: a VLAN or a VRF of nobody's.
    NOT_IN_TEXT = "not in text"
    #: `S: is down`.
    DOWN = "down"
    #: `S: is not a VRF with table E`.
    NOT_VRF = "not VRF"
    #: `S: is in VRF F, not E`; `default` stands for none.
    WRONG_VRF = "wrong VRF"
    #: `S: has MTU F, not E`, in octets.
    WRONG_MTU = "wrong MTU"
    #: `S: is not VLAN E`: E is the number and the parent, `101 on eth1`.
    WRONG_VLAN = "wrong VLAN"
    #: `S: has no address E`.
    ADDRESS_MISSING = "address missing"
    #: `S: has the address F too`.
    ADDRESS_TOO_MUCH = "address too much"
    #: `S: zebra does not know E`: the port has the address, and FRR makes no route of it.
    ADDRESS_UNKNOWN = "address unknown"
    #: `S: takes in no labels, with mpls-enable yes`.
    LABELS_REFUSED = "labels refused"
    #: `S: takes in labels, and the text does not say so`.
    LABELS_ACCEPTED = "labels accepted"
    #: `S: lacks the IPsec policy E`.
    POLICY_MISSING = "policy missing"


_SENTENCES = {
    FaultKind.MISSING: "is missing",
    FaultKind.NOT_IN_TEXT: "is a {found} that the text does not have",
    FaultKind.DOWN: "is down",
    FaultKind.NOT_VRF: "is not a VRF with table {expected}",
    FaultKind.WRONG_VRF: "is in VRF {found}, not {expected}",
    FaultKind.WRONG_MTU: "has MTU {found}, not {expected}",
    FaultKind.WRONG_VLAN: "is not VLAN {expected}",
    FaultKind.ADDRESS_MISSING: "has no address {expected}",
    FaultKind.ADDRESS_TOO_MUCH: "has the address {found} too",
    FaultKind.ADDRESS_UNKNOWN: "zebra does not know {expected}",
    FaultKind.LABELS_REFUSED: "takes in no labels, with mpls-enable yes",
    FaultKind.LABELS_ACCEPTED: "takes in labels, and the text does not say so",
    FaultKind.POLICY_MISSING: "lacks the IPsec policy {expected}",
}

_JOINING = (
    FaultKind.NOT_VRF,
    FaultKind.WRONG_VRF,
    FaultKind.WRONG_VLAN,
    FaultKind.LABELS_ACCEPTED,
    FaultKind.POLICY_MISSING,
)


@dataclass(frozen=True, slots=True)
class LinuxFault:
    """Where Linux is not as the interfaces text says; `str(fault)` is the sentence for people.

    >>> str(LinuxFault(FaultKind.WRONG_MTU, "eth1", expected="1500", found="1400"))
    'eth1: has MTU 1400, not 1500'
    """

    kind: FaultKind
    #: The interface's name.
    subject: str
    #: What the text says; "" where the kind says it all.
    expected: str = ""
    #: What Linux has; "" where the kind says it all.
    found: str = ""

    def __str__(self) -> str:
        words = _SENTENCES[self.kind].format(expected=self.expected, found=self.found)
        return f"{self.subject}: {words}"

    @property
    def joins_tables(self) -> bool:
        """Whether packets may pass between routing tables that the text keeps apart.

        A port that takes in labels is a way into any VPN (RFC 4364, section 13.1); one of another
        VLAN has another customer's frames in its VRF. Without a policy of IPsec, labels in a
        tunnel come from and go to anybody.
        """
        return self.kind in _JOINING

    @property
    def unowned(self) -> bool:
        """Whether the text does not have the interface at all, so that no commit repairs it."""
        return self.kind is FaultKind.NOT_IN_TEXT
