"""The matrix says of every pair what the verdict says, and a leak leads to its finding."""

from dataclasses import replace

from egovnet.isolation.model.verdict import AllowedCell, Finding, Severity
from egovnet.playbooks.results.matrix import State, matrix
from egovnet.playbooks.results.verdict import reason, verdict_data
from tests.playbooks.proofs import LEAK, LEAKING, NOTHING, PROVED, TIDY, TRANSIT


def test_a_proved_verdict_has_no_leak() -> None:
    table = matrix(PROVED)
    assert {cell.state for cell in table.cells.values()} == {State.ALLOWED, State.UNUSED}
    assert table.cell("party", "party").reason == "one VPN"
    assert table.cell("cppcc", "cppcc").state is State.UNUSED
    assert table.cell("party", "public").state is State.NONE


def test_leaks_lead_to_their_findings_and_one_without_is_a_leak_all_the_same() -> None:
    table = matrix(LEAKING)
    assert table.findings[:2] == (LEAK, TRANSIT)
    assert table.findings[-1] == TIDY
    assert table.cell("party", "public").findings == (1,)
    assert table.cell("government", "taxation").findings == (2,)
    unexplained = table.cell("public", "party")
    assert (unexplained.state, unexplained.findings) == (State.LEAK, ())


def test_a_pair_that_may_meet_is_a_leak_where_a_finding_says_so() -> None:
    message = "court/spoke and court/spoke meet in VRF i-court1 (spoke-to-spoke)"
    finding = Finding("P2 two-domains-in-one-vrf", Severity.LEAK, "gz-pe1", "i-court1", message)
    cell = matrix(replace(PROVED, findings=(finding,))).cell("court/spoke", "court/spoke")
    assert (cell.state, cell.findings) == (State.LEAK, (1,))


def test_a_label_within_a_longer_one_is_not_taken_for_it() -> None:
    finding = replace(LEAK, message="court/hub reaches court/spoke-of-somebody by chance")
    assert matrix(replace(PROVED, findings=(finding,))).cell("court/hub", "court/spoke").state is (
        State.ALLOWED
    )


def test_domains_stand_by_zone_and_what_only_a_path_knows_comes_last() -> None:
    table = matrix(replace(PROVED, found=PROVED.found | {("unknown VRF", "party")}))
    assert list(table.by_zone()) == ["intranet", "extranet", ""]
    assert table.by_zone()[""] == ("backbone", "management", "unknown VRF")
    assert table.cell("unknown VRF", "party").state is State.LEAK
    assert table.crosses("party", "public")
    assert not table.crosses("party", "court/hub")
    assert not table.crosses("party", "backbone")


def test_the_reason_says_all_that_denies_the_proof() -> None:
    assert "in 7 devices" in reason(PROVED)
    assert "2 paths that must not be" in reason(LEAKING)
    assert "3 risks" in reason(LEAKING)
    assert "nothing was checked" in reason(NOTHING)
    assert "1 device did not answer" in reason(PROVED, {"gd-pe1": "no answer"})
    part = replace(PROVED, checked=replace(PROVED.checked, missing=("sc-pe1",)))
    assert "1 device took no part" in reason(part)


def test_data_is_not_proved_where_a_device_did_not_answer() -> None:
    assert verdict_data(PROVED)["proved"] is True
    assert verdict_data(PROVED, {"gd-pe1": "no answer"})["proved"] is False
    assert verdict_data(NOTHING)["proved"] is False


def test_cells_of_the_data_point_at_its_findings() -> None:
    data = verdict_data(LEAKING)
    leaks = [cell for cell in data["matrix"]["cells"] if cell["findings"]]
    assert len(leaks) == 2
    for cell in leaks:
        finding = data["findings"][cell["findings"][0]]
        assert finding["message"].startswith(f"{cell['source']} reaches {cell['target']}")


def test_an_allowed_exchange_keeps_its_reason() -> None:
    allowed = AllowedCell("party", "government", "exchange 12, approved")
    cell = matrix(replace(PROVED, allowed=(allowed,))).cell("party", "government")
    assert (cell.state, cell.reason) == (State.UNUSED, "exchange 12, approved")
