"""What a line that differs is about, vendor-neutral: what the drift job judges."""

from dataclasses import dataclass
from enum import StrEnum


class LineKind(StrEnum):
    """What kind of thing a line sets."""

    #: Another way to say the same: a description, an alias, a remark.
    COSMETIC = "cosmetic"
    #: A key, a password, a filter, a limit.
    POLICY = "policy"
    #: Anything else that egovnet renders.
    SERVICE = "service"
    #: Nothing that egovnet renders, and not within what it renders.
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class LineMeaning:
    """The object a line belongs to, and what it sets of it.

    `subject` names the object as people do, such as "VRF i-party ipv4" or "interface eth1".
    `reaches`: it stands outside what egovnet renders and names a VRF or a target of ours.
    `by_name` marks a line of a policy whose every effect is in the facts: if those are equal, it
    is another name or number for the same.
    """

    subject: str
    kind: LineKind
    vrf: str = ""
    by_name: bool = False
    reaches: bool = False
    #: The port that it is about, "" where it is about another object.
    port: str = ""
