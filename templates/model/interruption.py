"""What a change interrupts, as classes: how long each takes is a platform's, as measured."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class ClassProperties:
    """`what` says it of `{devices}` to people. `disruptive`: it takes along more than its own
    site or VRF, and is not pushed without an option of its own."""

    id: str
    what: str
    disruptive: bool = False


class InterruptionClass(Enum):
    """What is lost for a moment, and why; the most far-reaching first."""

    AS_NUMBER = ClassProperties(
        "as-number", "the backbone's AS number changes: every BGP session is made anew", True
    )
    LOOPBACK = ClassProperties(
        "loopback", "the loopback changes: sessions, labels and ways to the router", True
    )
    IGP = ClassProperties(
        "igp-identity", "the IGP's identity changes: all ways through the router", True
    )
    LABELS = ClassProperties(
        "label-distribution", "label distribution changes: all labels of the router", True
    )
    ROUTER_ID = ClassProperties(
        "router-id", "the BGP router id changes: every BGP session is made anew", True
    )
    REFLECTOR = ClassProperties(
        "reflector", "all sessions with route reflectors are made anew, or end", True
    )
    REFLECTOR_ONE = ClassProperties(
        "reflector-redundancy",
        "the session with one of several route reflectors is made anew, or ends",
        True,
    )
    CIRCUIT = ClassProperties("circuit", "a circuit in use is made anew", True)
    LABEL_SESSION = ClassProperties(
        "label-session", "the label session over a circuit in use is made anew", True
    )
    CIRCUIT_GONE = ClassProperties("circuit-gone", "a circuit in use is taken away")
    OTHER = ClassProperties("other-lines", "lines change whose effect is not known")
    TABLE = ClassProperties("vrf-table", "a VRF is made anew, with another table")
    VRF = ClassProperties("vrf-routing", "a VRF's routes are taken in or announced anew")
    DISTINGUISHER = ClassProperties(
        "route-distinguisher", "a VRF's routes are announced with another distinguisher"
    )
    TARGETS = ClassProperties("route-targets", "a VRF's routes change their targets")
    PORT = ClassProperties("port", "an access's port, VLAN, address or VRF changes")
    SESSION = ClassProperties("session", "a customer's BGP session is made anew")
    ROUTE = ClassProperties("static-route", "a customer's static route changes")
    FAR_END = ClassProperties("far-end", "every site that it may reach is interrupted")

    @property
    def id(self) -> str:
        """In JSON."""
        return self.value.id

    @property
    def what(self) -> str:
        """For people."""
        return self.value.what

    @property
    def disruptive(self) -> bool:
        """Whether it is pushed only with an option of its own."""
        return self.value.disruptive

    @property
    def rank(self) -> int:
        """0 is the most far-reaching."""
        return list(InterruptionClass).index(self)


def class_of(name: str) -> InterruptionClass:
    """The class of an id.

    Raises:
        ValueError: there is none.
    """
    for one in InterruptionClass:
        if one.id == name:
            return one
    raise ValueError(f"no class of interruptions {name!r}")
