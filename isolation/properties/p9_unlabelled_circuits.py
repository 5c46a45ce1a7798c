"""P9: no VPN packet loses its outer label before the router that it is for.

A VPN packet has two labels (RFC 4364 section 5). Without the outer one it is looked up at the next
PE by the inner one, which there is another VRF's or none. It goes without in two places (FRR 8.4):

- A PE has two ways of the same cost, and a label for one of them. bgpd takes a next hop for
  labelled where at least one of its ways is (bgpd/bgp_nht.c), and zebra sends over both.
- A PE sends on what is for others over ports on none of which LDP runs. Then ldpd takes it for the
  end of the labelled network (`lde_fec_outside_mpls_network` in ldpd/lde.c) and gives implicit
  null: its neighbours take the outer label off, and the PE looks up the inner one itself.

Where LDP runs at a port and has no label of the other end, ldpd has no entry for what comes with
one: it is lost, and arrives nowhere (without `install allow-broken-lsps`, which is not read).

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
from egovnet.isolation.routes.circuits import Circuit
from egovnet.isolation.routes.label_paths import Lost, graphs
from egovnet.isolation.routes.label_sessions import limits
from egovnet.templates.model.device import AddressFamily


def unlabelled_circuits(scene: Scene) -> Iterator[FindingDraft]:
    """P9 over a scene."""
    found: dict[tuple[str, str, AddressFamily], FindingDraft] = {}
    denied: set[tuple[str, str, AddressFamily]] = set()
    for paths in graphs(scene):
        for family in paths.families:
            for circuit in paths.without_labels(family):
                lacks = _lacking(circuit, family)
                key = (lacks.near.device, lacks.port.name, family)
                if key in denied:
                    continue
                lost = paths.lost(circuit, family)
                if lost is not None:
                    denied.add(key)
                    found[key] = _lost(circuit, lacks, family, lost)
                elif paths.is_pe(circuit.far) and circuit.far_port.mpls:
                    found.setdefault(key, _hygiene(lacks, family))
    yield from found.values()


def _lacking(circuit: Circuit, family: AddressFamily) -> Circuit:
    """The circuit as the end has it that is to be changed."""
    back = circuit.turned
    if family in circuit.port.ldp and (family not in back.port.ldp or limits(back.near, family)):
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
    near, at, egress = circuit.near, lost.at, lost.egress.device
    path: tuple[Hop, ...] = ()
    if lost.source is not near:
        path = (lost.source.hop(f"sends packets for {egress} by {near.device}"),)
    why = _why(lacks, family)
    path += (
        lacks.near.hop(f"{lacks.port.name} {why}", lacks.port.line),
        at.hop(f"gets packets for {egress} with the inner label alone"),
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
            words={"port": circuit.port.name, "at": at.device, "egress": egress},
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
