"""P9: no circuit takes the outer label from VPN packets that another router's table is to look up.

A VPN packet has two labels (RFC 4364 section 5). A router that has no label of its next hop for
the outer one's router takes it off and sends on what is below: ldpd's best effort for a broken
path, right only where the next hop is the router that the packet is for (RFC 3031 section 3.16).
Where it is another PE, the inner label is looked up there, and is one of that PE's VRFs or none.
The same does a PE itself whose routes have a second way of the same cost: bgpd takes a next hop
for labelled where at least one of its ways is (bgpd/bgp_nht.c), and zebra sends over both.

Which ways packets take follows from the IGP's costs. What a cost is that the text does not say
lies between nothing and more than any path; a circuit that may then be on a way is taken to be.
"""

from collections.abc import Iterator

from egovnet.isolation.model.cause import Cause, CauseKind, Place
from egovnet.isolation.model.classes import p9
from egovnet.isolation.model.finding import Hop, finding
from egovnet.isolation.model.finding_drafts import FindingDraft, single
from egovnet.isolation.model.property import SceneCheck
from egovnet.isolation.model.scene import Scene
from egovnet.isolation.routes.label_paths import Circuit, LabelPaths, Lost, graphs
from egovnet.templates.model.device import AddressFamily


def unlabelled_circuits(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene."""
    found: dict[tuple[str, str, AddressFamily], FindingDraft] = {}
    denied: set[tuple[str, str, AddressFamily]] = set()
    for paths in graphs(scene):
        for family in paths.families:
            for circuit in paths.without_labels(family):
                lacks = _lacking(paths, circuit, family)
                key = (lacks.near.device, lacks.port.name, family)
                if key in denied:
                    continue
                lost = paths.lost(circuit, family)
                if lost is not None:
                    denied.add(key)
                    found[key] = _lost(circuit, lacks, family, lost)
                elif paths.is_pe(circuit.near):
                    found.setdefault(key, _hygiene(lacks, family))
    yield from found.values()


def _lacking(paths: LabelPaths, circuit: Circuit, family: AddressFamily) -> Circuit:
    """The circuit as the end has it that is to be changed."""
    back = circuit.turned
    if family in circuit.port.ldp and (
        family not in back.port.ldp or paths.limit(back.near, family) is not None
    ):
        return back
    return circuit


def _cause(lacks: Circuit, family: AddressFamily, why: str) -> Cause:
    near, port = lacks.near, lacks.port
    says = f"{port.name} of {near.device} {why}"
    place = Place(near.device, near.name, port.line, near.facts.quote(port.line))
    return Cause(CauseKind.LABEL, ("no LDP", near.device, port.name, family), says, place)


def _why(lacks: Circuit, family: AddressFamily) -> str:
    if family in lacks.port.ldp:
        return f"may lack labels of LDP in {family}"
    return f"has the IGP and no LDP in {family}"


def _lost(circuit: Circuit, lacks: Circuit, family: AddressFamily, lost: Lost) -> FindingDraft:
    near, far = circuit.near, circuit.far
    path: tuple[Hop, ...] = ()
    if lost.source is not near:
        path = (lost.source.hop(f"sends packets for {lost.egress.device} by {near.device}"),)
    why = _why(lacks, family)
    path += (
        lacks.near.hop(f"{lacks.port.name} {why}", lacks.port.line),
        far.hop(f"gets them with the inner label alone from {near.device}"),
    )
    return single(
        finding(
            p9.LABEL_LOST,
            near.device,
            near.name,
            path=path,
            line=circuit.port.line,
            family=family,
            causes=(_cause(lacks, family, why),),
            words={"port": circuit.port.name, "far": far.device, "egress": lost.egress.device},
        )
    )


def _hygiene(lacks: Circuit, family: AddressFamily) -> FindingDraft:
    near, port = lacks.near, lacks.port
    return single(
        finding(
            p9.CIRCUIT_WITHOUT_LABELS,
            near.device,
            near.name,
            path=(near.hop(f"has the IGP at {port.name}, and no LDP", port.line),),
            line=port.line,
            family=family,
            causes=(_cause(lacks, family, _why(lacks, family)),),
            words={"port": port.name, "far": lacks.far.device},
        )
    )


PROPERTY = SceneCheck("P9", unlabelled_circuits)
