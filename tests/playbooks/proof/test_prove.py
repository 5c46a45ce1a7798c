"""`prove` as a user meets it: exit codes, words, report files and refusals."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.isolation.model.symptoms import by_cause
from egovnet.isolation.model.verdict import Verdict
from egovnet.playbooks.core.provenance import digest_of
from egovnet.playbooks.proof.prove import exit_code
from egovnet.playbooks.report.console.output import show
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.results.proof_result import proof_result
from tests.playbooks.console import all_down, copy_of_backbone, egovnet, logged_in
from tests.playbooks.proofs import HOSTILE, LEAKING, NOTHING, PROVED, TIDYING, hostile

SILENT = {"gd-pe1": "ConnectTimeoutError: no answer"}
OTHER_ZONE = ("rt vpn both 65000:1005", "rt vpn both 65000:1005 65000:2001")


# -- exit codes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "unreachable", "code"),
    [
        (PROVED, {}, Exit.DONE),
        (TIDYING, {}, Exit.DONE),
        (LEAKING, {}, Exit.LEAK_OR_FAILED_VERIFICATION),
        (replace(LEAKING, findings=LEAKING.findings[2:3]), {}, Exit.LEAK_OR_FAILED_VERIFICATION),
        (NOTHING, {}, Exit.LEAK_OR_FAILED_VERIFICATION),
        (PROVED, SILENT, Exit.DEVICES_FAILED),
        (NOTHING, SILENT, Exit.DEVICES_FAILED),
        (LEAKING, SILENT, Exit.LEAK_OR_FAILED_VERIFICATION),
    ],
)
def test_exit_codes(verdict: Verdict, unreachable: dict[str, str], code: Exit) -> None:
    result = proof_result(verdict, unreachable)
    assert exit_code(result) is code
    assert result.proved is (code is Exit.DONE)


# -- what is printed -------------------------------------------------------------------------


def test_a_person_reads_every_finding_its_path_and_the_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show(Outcome("prove", proof_result(LEAKING, SILENT)), as_json=False)
    out = capsys.readouterr().out
    for one in by_cause(LEAKING.findings):
        finding = one.finding
        assert f"{finding.severity}: {finding.klass}: {finding.device}" in out
        assert finding.message in out
        assert f"  to do: {one.remedy}\n" in out
        for number, hop in enumerate(finding.path, start=1):
            assert f"  {number}. {hop}\n" in out
    assert "  cause: party has the route target 65000:2001 of public\n" in out
    assert (
        "  of the same cause:\n    - leak: P1 zone-leak: gd-pe1 VRF i-party, line 207, ipv6" in out
    )
    for one in LEAKING.assumptions:
        assert f"  - {one.sentence}" in out
    assert "  - Routers do what their text says. (P1, P2)\n" in out
    assert "unreachable: gd-pe1: ConnectTimeoutError: no answer" in out
    assert "took no part: sc-pe1" in out
    assert "over 6 devices, 21 VRFs, 71 interfaces, 2,072 lines (1 not understood)" in out
    assert out.splitlines()[0].startswith("not proved: 2 leaks (2 between zones), 3 risks (")
    assert out.splitlines()[-1] == out.splitlines()[0]


def test_a_yes_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    show(Outcome("prove", proof_result(PROVED)), as_json=False)
    out = capsys.readouterr().out
    assert "not proved" not in out
    assert "leak" not in out
    assert out.splitlines()[0].startswith("proved: no path between zones")


def test_no_text_of_a_device_moves_the_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    show(Outcome("prove", proof_result(hostile(), {HOSTILE[4]: HOSTILE[4]})), as_json=False)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "<script>" in out


# -- the command -----------------------------------------------------------------------------


def rendered(tmp_path: Path) -> Path:
    out = tmp_path / "configs"
    assert egovnet("render", "-o", out, state=tmp_path / "state").code == 0
    return out


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_rendered_reference_is_proved_and_nothing_is_written(tmp_path: Path) -> None:
    ran = egovnet("prove", state=tmp_path / "state")
    assert (ran.code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[0].startswith("proved: ")
    assert not (tmp_path / "state").exists()


def test_a_leak_in_given_texts_is_exit_4_with_its_path_and_a_report(tmp_path: Path) -> None:
    configs, report = rendered(tmp_path), tmp_path / "a" / "report"
    edit(configs / "gd-pe1.cfg", *OTHER_ZONE)
    words = ("prove", "--configs", configs, "--report", report)
    ran = egovnet(*words, "--json", state=tmp_path / "state")
    assert ran.code == 4
    assert ran.json["proved"] is False
    leak = ran.json["findings"][0]
    assert leak["severity"] == "leak"
    assert any(hop["line"] and "65000:2001" in hop["quote"] for hop in leak["path"])
    assert json.loads((report / "proof.json").read_text(encoding="utf-8")) == ran.own_json
    page = (report / "proof.html").read_text(encoding="utf-8")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in configs.glob("*.cfg")}
    assert f'texts <code title="{digest_of(texts)}">' in page, "of what it was made"
    assert "Not proved" in page
    assert leak["message"] in page
    assert re.search(r"Made \d{4}-\d\d-\d\d .* by tester with egovnet .*; inventory <code", page)
    assert str(report / "proof.html") in ran.json["written"]


def test_a_part_of_the_network_says_who_took_no_part(tmp_path: Path) -> None:
    ran = egovnet("prove", "--region", "guangdong", "--json", state=tmp_path / "state")
    assert ran.code == 0
    assert ran.json["checked"]["devices"] == 2
    assert "sc-pe1" in ran.json["checked"]["missing"]
    others = len(ran.json["checked"]["missing"])
    assert f"{others} devices took no part" in ran.json["reason"]


def test_a_chosen_router_must_be_among_the_texts(tmp_path: Path) -> None:
    configs = rendered(tmp_path)
    (configs / "gz-pe1.cfg").unlink()
    words = ("prove", "--configs", configs, "--limit", "gd-pe1,gz-pe1")
    ran = egovnet(*words, state=tmp_path / "state")
    assert ran.code == 2
    assert "gz-pe1.cfg: no such file" in ran.stderr


def test_texts_without_an_inventory_are_proved_by_zones(tmp_path: Path) -> None:
    configs, zones = rendered(tmp_path), tmp_path / "zones.yaml"
    for text in configs.glob("*-fw*.cfg"):
        text.unlink()  # what its agencies may exchange, an inventory says
    zones.write_text("zones: {intranet: {vrfs: [i-*]}, extranet: {vrfs: [e-*]}}\n")
    words = ("prove", "--inventory", tmp_path, "--configs", configs, "--zones", zones, "--json")
    assert egovnet(*words, state=tmp_path / "state").code == 0
    edit(configs / "gd-pe1.cfg", *OTHER_ZONE)
    ran = egovnet(*words, "--report", tmp_path / "report", state=tmp_path / "state")
    assert ran.code == 4
    cells = {(c["source"], c["target"]): c["state"] for c in ran.json["matrix"]["cells"]}
    assert cells["intranet", "extranet"] == "leak"
    assert '<svg class="map"' not in (tmp_path / "report" / "proof.html").read_text()


def test_what_runs_cannot_be_proved_of_routers_that_are_down(tmp_path: Path) -> None:
    root, state = copy_of_backbone(tmp_path / "network"), tmp_path / "state"
    names = all_down(root)
    words = ("prove", "--running", "--inventory", root, "--json")
    ran = egovnet(*words, state=state, env=logged_in(state))
    assert ran.code == 5
    assert ran.json["proved"] is False
    assert set(ran.json["unreachable"]) == set(ran.json["checked"]["missing"]) == set(names)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--configs", "configs", "--running"], "name one"),
        (["--configs", "configs", "--zones", "zones.yaml", "--limit", "bj-p1"], "--limit"),
        (["--configs", "configs", "--report", "configs"], "the texts' own directory"),
        (["--configs", "nowhere"], "cannot be read as a directory"),
        (["--zones", "nowhere.yaml"], "is missing"),
        (["--report", "file"], "file: cannot be made: it is not a directory"),
    ],
)
def test_bad_usage(
    words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("in the way")
    ran = egovnet("prove", *words, state=tmp_path / "state")
    assert ran.code == 2
    assert told in ran.stderr


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_every_bad_text_is_told_at_once(as_json: list[str], tmp_path: Path) -> None:
    configs = rendered(tmp_path)
    (configs / "gd-pe1.cfg").write_bytes(b"\0")
    (configs / "gz-pe1.cfg").write_text("")
    ran = egovnet("prove", "--configs", configs, *as_json, state=tmp_path / "state")
    assert ran.code == 2
    assert len(ran.stderr.splitlines()) == 2
    if as_json:
        assert len(ran.json["problems"]) == 2


def test_texts_that_are_cut_in_half_are_told_at_once(tmp_path: Path) -> None:
    configs = rendered(tmp_path)
    for name in ("gd-pe1.cfg", "gz-pe1.cfg"):
        text = (configs / name).read_text()
        (configs / name).write_text(text[: text.index("# ports.conf")])
    ran = egovnet("prove", "--configs", configs, state=tmp_path / "state")
    assert ran.code == 2
    (told,) = ran.stderr.splitlines()
    assert re.findall(r"\w+-pe1\.cfg(?=:\d)", told) == ["gd-pe1.cfg", "gz-pe1.cfg"]
