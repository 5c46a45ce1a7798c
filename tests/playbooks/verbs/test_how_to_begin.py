"""A register that is not there: the report that lacks it says how it may begin."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from egovnet.inventory.registers import read_registers
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import AnyOutcome
from egovnet.playbooks.verbs.funding_report import report_funding
from egovnet.playbooks.verbs.init import init
from egovnet.playbooks.verbs.rollout.status import rollout_status

REPORTS: dict[str, Callable[[Workspace], AnyOutcome]] = {
    "funding.yaml": report_funding,
    "rollout.yaml": rollout_status,
}


@pytest.mark.parametrize("like", ["skeleton", "reference", "complete"])
@pytest.mark.parametrize("file", REPORTS)
def test_what_the_note_says_is_valid_and_enough(
    file: str, like: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EGOVNET_STATE", str(tmp_path / "state"))
    directory = tmp_path / "network"
    init(directory, like)
    (directory / file).unlink(missing_ok=True)
    (note,) = REPORTS[file](Workspace(directory)).notes
    first, _, example = note.partition("\n")
    assert first.startswith(f"there is no {directory / file}, which says ")
    (directory / file).write_text(textwrap.dedent(example) + "\n")
    workspace = Workspace(directory)
    read_registers(directory, workspace.network)
    after = REPORTS[file](workspace)
    assert after.notes == ()
    data = after.data
    lacking = data["unassigned"] if file == "funding.yaml" else data["counts"]["without_day"]
    assert not lacking, "everybody has a payer, and every site a day"
