"""The matrix says of every pair what the verdict says, and a leak leads to its finding."""

import json
from dataclasses import replace
from functools import partial

import pytest

from egovnet.isolation.model.domains import ANYWHERE, MANAGEMENT, OUTSIDE, Domain
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.symptoms import by_cause
from egovnet.isolation.model.verdict import AllowedCell, Verdict
from egovnet.playbooks.results.matrix import CellState, matrix
from egovnet.playbooks.results.proof_result import ProofResult, proof_result
from egovnet.playbooks.results.verdict import reason
from tests.isolation.networks import edit_interface, reference, verdict_of
from tests.isolation.properties.case import Case, all_cases
from tests.playbooks.proofs import LEAK, LEAKING, NOTHING, PROVED, TIDY, TRANSIT, hostile


def test_a_proved_verdict_has_no_leak() -> None:
    table = matrix(PROVED)
    assert {cell.state for cell in table.cells.values()} == {CellState.ALLOWED, CellState.UNUSED}
    assert table.cell("party", "party").reason == "one VPN"
    assert table.cell("cppcc", "cppcc").state is CellState.UNUSED
    assert table.cell("party", "public").state is CellState.NONE


def test_leaks_lead_to_their_findings_and_one_without_is_a_leak_all_the_same() -> None:
    table, causes = matrix(LEAKING), by_cause(LEAKING.findings)
    assert [one.finding for one in causes[:2]] == [LEAK, TRANSIT]
    assert causes[-1].finding == TIDY
    assert table.cell("party", "public").findings == (1,)
    assert table.cell("government", "taxation").findings == (2,)
    unexplained = table.cell("public", "party")
    assert (unexplained.state, unexplained.findings) == (CellState.LEAK, ())


def test_a_pair_that_may_meet_is_a_leak_where_a_finding_says_so() -> None:
    message = "court/spoke and court/spoke meet in VRF i-court1 (spoke-to-spoke)"
    spoke = Domain("court/spoke", "court")
    finding = Finding(
        "P2 two-domains-in-one-vrf",
        Severity.LEAK,
        "gz-pe1",
        "i-court1",
        message,
        source=spoke,
        target=spoke,
        both_ways=True,
    )
    cell = matrix(replace(PROVED, findings=(finding,))).cell("court/spoke", "court/spoke")
    assert (cell.state, cell.findings) == (CellState.LEAK, (1,))


def test_a_label_within_a_longer_one_is_not_taken_for_it() -> None:
    finding = replace(
        LEAK, source=Domain("court/hub", "court"), target=Domain("court/spoke-of-somebody", "x")
    )
    table = matrix(replace(PROVED, findings=(finding,)))
    assert table.cell("court/hub", "court/spoke-of-somebody").findings == (1,)
    assert matrix(replace(PROVED, findings=(finding,))).cell("court/hub", "court/spoke").state is (
        CellState.ALLOWED
    )


def test_a_leak_to_anywhere_is_in_the_whole_row_but_where_the_way_is_allowed() -> None:
    finding = replace(LEAK, source=MANAGEMENT, target=ANYWHERE)
    table = matrix(replace(PROVED, findings=(finding,)))
    row = {target: table.cell("management", target) for target in table.domains}
    assert row.pop("management").state is CellState.ALLOWED
    assert row.pop("backbone").state is CellState.ALLOWED
    assert {(cell.state, cell.findings) for cell in row.values()} == {(CellState.LEAK, (1,))}
    assert table.cell("party", "management").state is CellState.NONE


def test_whoever_is_outside_has_a_row_and_a_column_where_a_leak_lets_them_in() -> None:
    finding = replace(LEAK, source=OUTSIDE, target=ANYWHERE, both_ways=True)
    table = matrix(replace(PROVED, findings=(finding,)))
    assert table.domains[-1] == OUTSIDE.label
    for domain in table.domains[:-1]:
        assert table.cell(OUTSIDE.label, domain).findings == (1,)
        assert table.cell(domain, OUTSIDE.label).findings == (1,)


def test_domains_stand_by_zone_and_what_only_a_path_knows_comes_last() -> None:
    table = matrix(replace(PROVED, found=PROVED.found | {("unknown VRF", "party")}))
    assert list(table.by_zone()) == ["intranet", "extranet", ""]
    assert table.by_zone()[""] == ("backbone", "management", "unknown VRF")
    assert table.cell("unknown VRF", "party").state is CellState.LEAK
    assert table.crosses("party", "public")
    assert not table.crosses("party", "court/hub")
    assert not table.crosses("party", "backbone")


def test_the_reason_says_all_that_denies_the_proof() -> None:
    assert "in 7 devices" in reason(PROVED)
    assert "2 leaks (2 between zones)" in reason(LEAKING)
    assert "3 risks (1 device without a configuration, 1 line not understood)" in reason(LEAKING)
    assert "nothing was checked" in reason(NOTHING)
    assert "1 device did not answer" in reason(PROVED, {"gd-pe1": "no answer"})
    part = replace(PROVED, checked=replace(PROVED.checked, missing=("sc-pe1",)))
    assert "1 device took no part" in reason(part)


def test_data_is_not_proved_where_a_device_did_not_answer() -> None:
    assert proof_result(PROVED).proved is True
    assert proof_result(PROVED, {"gd-pe1": "no answer"}).proved is False
    assert proof_result(NOTHING).proved is False


def test_cells_of_the_data_point_at_its_findings() -> None:
    data = proof_result(LEAKING).to_dict()
    leaks = [cell for cell in data["matrix"]["cells"] if cell["findings"]]
    assert len(leaks) == 2
    for key in ("source", "target"):
        assert all(data["findings"][cell["findings"][0]][key] == cell[key] for cell in leaks)
    for cell in leaks:
        finding = data["findings"][cell["findings"][0]]
        assert finding["message"].startswith(f"{cell['source']} reaches {cell['target']}")


def test_an_allowed_exchange_keeps_its_reason() -> None:
    allowed = AllowedCell("party", "government", "exchange 12, approved")
    cell = matrix(replace(PROVED, allowed=(allowed,))).cell("party", "government")
    assert (cell.state, cell.reason) == (CellState.UNUSED, "exchange 12, approved")


@pytest.mark.parametrize("case", tuple(all_cases()), ids=lambda case: case.name)
def test_every_leak_is_in_a_cell(case: Case) -> None:
    verdict = case.verdict()
    table = matrix(verdict)
    shown = {number for cell in table.cells.values() for number in cell.findings}
    leaks = {
        number
        for number, one in enumerate(by_cause(verdict.findings), start=1)
        if one.severity is Severity.LEAK
    }
    assert shown == leaks
    assert all(table.cell(*pair).state is CellState.LEAK for pair in table.cells if
               table.cells[pair].findings)  # fmt: skip


def test_labels_at_a_customers_port_turn_its_row_red() -> None:
    """Who chooses labels chooses the table: every network is within the customer's reach."""
    change = partial(edit_interface, device="bj-pe1", name="eth3.102", mpls=True)
    verdict = verdict_of(change)
    table = matrix(verdict)
    (finding,) = verdict.findings
    assert finding.klass == "P4 mpls-at-customer"
    assert (finding.source, finding.target) == (reference()[1].domains["party"], ANYWHERE)
    for target in table.domains:
        cell = table.cell("party", target)
        assert (cell.state, cell.findings) == (
            (CellState.ALLOWED, ()) if target == "party" else (CellState.LEAK, (1,))
        )
    assert not any(cell.findings for (source, _), cell in table.cells.items() if source != "party")


@pytest.mark.parametrize("verdict", [PROVED, LEAKING, NOTHING, hostile()])
def test_a_result_is_read_back_as_it_was_written(verdict: Verdict) -> None:
    result = replace(proof_result(verdict, {"gd-pe1": "no answer"}), proved_at="2026-01-31")
    written = json.loads(json.dumps(result.to_dict()))
    assert ProofResult.from_dict(written) == result
    assert ProofResult.from_dict(written).to_dict() == written


def test_a_result_of_an_earlier_version_is_read() -> None:
    written = proof_result(LEAKING).to_dict()
    for finding in written["findings"]:
        finding["class"] = "P5 a class that is no more"
        for key in ("source", "target", "both_ways", "scope", "cause", "remedy", "places"):
            del finding[key]
        del finding["symptoms"]
    read = ProofResult.from_dict(written)
    assert {(f.klass, f.source) for f in read.findings} == {("P5 a class that is no more", "")}
    assert read.denied
