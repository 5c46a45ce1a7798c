"""What the backbone's IGP counts for sending out of a port.

IS-IS counts 10 where nothing is said (isisd/isis_circuit.h), one number for each level and for
both families. What OSPF counts where nothing is said follows from the port's bandwidth, which the
text does not have. Where a router finds ways by more than the sum of costs (an overload bit, narrow
metrics, several topologies, LDP that is waited for), what counts is not known.
"""

from egovnet.templates.frr.config.draft import FrrDraft, PortDraft
from egovnet.templates.model.device import AddressFamily

_DEFAULT = 10
_LEVELS = {"level-1": (1,), "level-2": (2,), "level-2-only": (2,), "level-1-2": (1, 2)}
_BOTH = (1, 2)
#: What neighbours must say alike, behind `isis` and behind `ip ospf` at a port. Not all of it
#: keeps them apart each time.
ISIS_TERMS = frozenset(("circuit-type", "hello", "network", "password", "three-way-handshake"))
OSPF_TERMS = frozenset(
    (
        *("authentication", "authentication-key", "dead-interval", "hello-interval"),
        *("ifmtu", "instance-id", "message-digest-key", "mtu-ignore", "network"),
    )
)


def read_cost(port: PortDraft, words: list[str]) -> None:
    """`isis metric|circuit-type|topology|mpls ...`, without its first word."""
    what, *rest = words
    if what == "metric" and rest:
        for level in _LEVELS.get(rest[0], _BOTH):
            port.isis_metric[level - 1] = int(rest[-1]) if rest[-1].isdigit() else None
    elif what == "circuit-type" and rest:
        port.isis_levels = _LEVELS.get(rest[0], _BOTH)
    elif what in ("topology", "mpls"):
        port.isis_metric[:] = None, None
    if what in ISIS_TERMS:
        port.igp_terms[f"isis {what}"] = " ".join(rest[: 1 if what == "password" else None])


def forget_cost(port: PortDraft, words: list[str]) -> None:
    """The same behind `no isis`."""
    what, *rest = words
    if what == "metric":
        for level in _LEVELS.get(rest[0], _BOTH) if rest else _BOTH:
            port.isis_metric[level - 1] = _DEFAULT
    elif what == "circuit-type":
        port.isis_levels = _BOTH
    elif what in ("topology", "mpls"):
        port.isis_metric[:] = None, None
    if what in ISIS_TERMS:
        port.igp_terms.pop(f"isis {what}", None)
        if what == "hello":
            port.igp_terms["isis hello"] = " ".join(["no", *rest])


def igp_terms(
    port: PortDraft, families: frozenset[AddressFamily], frr: FrrDraft
) -> frozenset[str] | None:
    """What its neighbours must say alike, in the words of the text; None without the backbone's
    IGP. Keys are only known to be there."""
    if not families:
        return None
    of_instances = {
        f"{igp.protocol} {name} {value}"
        for igp in frr.igps.values()
        if igp.vrf is None
        for name, value in igp.terms.items()
    }
    of_port = {f"{name} {value}" for name, value in port.igp_terms.items()}
    # hellos of IS-IS are as long as the MTU, and OSPF compares it (RFC 2328 section 10.6)
    return frozenset(of_instances | of_port | ({f"mtu {port.mtu}"} if port.mtu else set()))


def cost_of(port: PortDraft, families: frozenset[AddressFamily], frr: FrrDraft) -> int | None:
    """The one cost of a port in `families` of the backbone's IGP; None: not one, or not known."""
    if not families or any(igp.other_costs for igp in frr.igps.values() if igp.vrf is None):
        return None
    found: set[int | None] = {port.ospf_cost.get(family) for family in families - port.igp}
    if port.igp:
        found |= {port.isis_metric[level - 1] for level in port.isis_levels}
    found |= {port.ospf_cost.get(family) for family in port.ospf}
    return found.pop() if len(found) == 1 else None
