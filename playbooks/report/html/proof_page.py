"""The proof as one self-contained HTML page: verdict, matrix, map, findings, coverage.

Domains that have nothing to say are only listed where there are many.
"""

from egovnet.playbooks.report.html.backbone_map import BackboneMap, Mark, backbone_map
from egovnet.playbooks.report.html.page import environment
from egovnet.playbooks.results.matrix import CellState, Matrix
from egovnet.playbooks.results.network_map import NetworkMap
from egovnet.playbooks.results.proof_result import ProofResult
from egovnet.playbooks.results.provenance import Provenance
from egovnet.playbooks.results.reported_finding import ReportedFinding, Severity
from egovnet.playbooks.results.verdict import counted

#: With more domains than this the cells hold marks instead of words.
MOST_IN_WORDS = 13
#: With more than this, domains that reach nobody but themselves are only listed.
MOST_IN_MATRIX = 60

#: Leaking pairs that are named above the matrix.
_MOST_LEAKING = 40

_MEANING = {
    Severity.LEAK: "A path that must not be.",
    Severity.RISK: "No path was found, and what would rule it out is missing or not understood.",
    Severity.HYGIENE: "Harmless here and now, and worth a look. Does not deny the proof.",
}


def proof_page(
    result: ProofResult, network: NetworkMap | None, title: str, made: Provenance | None = None
) -> str:
    """The whole page. Without a network there is no map; `made` is named at its foot."""
    table = result.matrix
    shown, quiet = _shown(table)
    drawn = None if network is None else backbone_map(network, _by_device(result.findings))
    leaking = [
        (cell.source, cell.target, cell.findings[0] if cell.findings else 0)
        for cell in table.cells.values()
        if cell.state is CellState.LEAK
    ]
    reasons = sorted({cell.reason for cell in table.cells.values() if cell.reason})
    return (
        environment()
        .get_template("proof_page.html.j2")
        .render(
            title=title,
            made=made,
            result=result,
            table=table,
            zones=shown,
            quiet=quiet,
            compact=sum(map(len, shown.values())) > MOST_IN_WORDS,
            reasons={text: number for number, text in enumerate(reasons, start=1)},
            State=CellState,
            leaking=leaking,
            leaking_from={source for source, _, _ in leaking},
            leaking_to={target for _, target, _ in leaking},
            most_leaking=_MOST_LEAKING,
            severities=_by_severity(result.findings),
            meaning=_MEANING,
            map=drawn,
            marks=_marks(drawn, result.findings),
            finding_of={
                name: f"#finding-{numbers[0]}"
                for name, numbers in _by_device(result.findings).items()
            },
        )
    )


def _shown(table: Matrix) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Domains of the matrix by zone, and those that are left out because nothing is to be said."""
    zones = table.by_zone()
    if len(table.domains) <= MOST_IN_MATRIX:
        return zones, ()
    busy = {
        domain
        for cell in table.cells.values()
        for domain in (cell.source, cell.target)
        if cell.source != cell.target or cell.state is CellState.LEAK
    }
    kept = {zone: tuple(d for d in domains if d in busy) for zone, domains in zones.items()}
    quiet = tuple(domain for domain in table.domains if domain not in busy)
    return {zone: domains for zone, domains in kept.items() if domains}, quiet


def _by_severity(
    findings: tuple[ReportedFinding, ...],
) -> dict[Severity, dict[str, list[tuple[int, ReportedFinding]]]]:
    """Severity -> class -> numbered findings. Numbers are the page's anchors."""
    groups: dict[Severity, dict[str, list[tuple[int, ReportedFinding]]]] = {s: {} for s in Severity}
    for number, finding in enumerate(findings, start=1):
        groups[finding.severity].setdefault(finding.klass, []).append((number, finding))
    return groups


def _marks(drawn: BackboneMap | None, findings: tuple[ReportedFinding, ...]) -> dict[str, Mark]:
    """Each marked node leads to its most severe finding."""
    marks: dict[str, Mark] = {}
    for node in drawn.nodes if drawn else ():
        if node.findings:
            worst = findings[node.findings[0] - 1].severity.value
            many = counted(len(node.findings), "finding")
            marks[node.name] = Mark(
                worst,
                f"#finding-{node.findings[0]}",
                f"{worst}: {many}",
                f"{many}, the most severe a {worst}",
            )
    return marks


def _devices(finding: ReportedFinding) -> dict[str, None]:
    """Those that have a part in a finding, its symptoms included, in order."""
    found = [finding.device, *(hop.device for hop in finding.path)]
    found += [place.device for place in finding.places]
    for symptom in finding.symptoms:
        found += [symptom.device, *(hop.device for hop in symptom.path)]
    return dict.fromkeys(found)


def _by_device(findings: tuple[ReportedFinding, ...]) -> dict[str, list[int]]:
    """Numbers of the findings that each device has a part in, hops included."""
    numbers: dict[str, list[int]] = {}
    for number, finding in enumerate(findings, start=1):
        for device in _devices(finding):
            if device:
                numbers.setdefault(device, []).append(number)
    return numbers
