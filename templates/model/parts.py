"""What the statements of a router's text are about, vendor-neutral: the parts that sites depend on.

Facts (`model.facts`) say what bears on separation. Parts say what a change of a line takes along:
every statement belongs to one, so that no line changes without somebody depending on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What a statement sets; the value is its name for people."""

    #: Descriptions, aliases, the router's own name, logging: no packet depends on them.
    WORDS = "descriptions"
    #: Timers, metrics, BFD: how soon and by which way, and not whether.
    TIMING = "timing"
    #: What is accepted from a session, announced to it or put on its routes, by the session or by
    #: the policy's name.
    FILTER = "filter of a session"
    POLICY = "policy"

    #: What packets may do that come in by a port, or leave by it where sources are translated;
    #: without a name: all packets.
    PACKET_FILTER = "packet filter"

    # a port, by its name
    PORT = "port"
    #: IGP and label distribution on it.
    BACKBONE_PORT = "backbone port"

    # a VRF
    #: A statement of its number ends with it.
    TABLE = "table of a VRF"
    #: The names of the ports that are in it.
    MEMBERS = "ports of a VRF"
    DISTINGUISHER = "route distinguisher"
    #: Each ends with `import` or `export` and one target.
    TARGETS = "route targets"
    #: Other statements of how its routes come and go.
    VRF_ROUTES = "routes of a VRF"
    #: Routes of last resort and the like: no customer's packet takes them.
    VRF_GUARD = "last resort of a VRF"
    #: By its prefix.
    ROUTE = "static route"

    # BGP and the router as a whole; in `vrf` where a VRF has its own
    #: By the neighbour's address.
    SESSION = "BGP session"
    AS_NUMBER = "AS number"
    ROUTER_ID = "BGP router id"
    REFLECTION = "route reflection"
    BGP = "BGP options"
    LOOPBACK = "loopback"
    IGP = "IGP identity"
    LABELS = "label distribution"
    #: What stands for a key of egovnet's; whom it interrupts, the key's name says.
    KEY = "key of a session"
    #: None of these, or nobody knows: everything on the router may depend on it.
    OTHER = "other lines"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that statements are about; `vrf` is "" for the default table."""

    kind: PartKind
    vrf: str = ""
    #: A port, a neighbour's address, a policy, a prefix; "" where there is one of the kind.
    name: str = ""


#: Statements in a form where equal ones set the same, by what they are about.
Parts = Mapping[Part, frozenset[str]]
