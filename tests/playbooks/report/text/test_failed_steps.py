"""What failed in a change is said once, in words, by the device that it was on."""

import json

from egovnet.playbooks.report.text.stages import failures_of, stages_of
from egovnet.playbooks.results.history import ShownStep
from egovnet.playbooks.results.verification import CheckFinding

AT = "2026-12-01T04:27:21+00:00"
FINDING = CheckFinding(
    "VRF routes", "fault", "pe2", "10.1.2.0/24", "lacks 10.1.2.0/24", known=False
)


def failed(stage: str, device: str, detail: object) -> ShownStep:
    text = detail if isinstance(detail, str) else json.dumps(detail)
    return ShownStep(AT, stage, device, "failed", text)


def test_a_failure_is_said_once_and_in_words() -> None:
    steps = [
        ShownStep(AT, "commit", "pe1", "done", ""),
        failed("commit", "pe2", "no port eth6"),
        failed("commit", "*", {"pe2": "no port eth6"}),
        failed("verify", "*", {"findings": [FINDING.to_dict()], "waiting": []}),
        failed("verify", "*", {}),
        failed("interrupted", "*", {"*": "stopped"}),
        failed("proof", "*", "a sentence"),
    ]
    assert list(failures_of(steps)) == [
        ("commit", "pe2", "no port eth6"),
        ("verify", "pe2", "VRF routes: lacks 10.1.2.0/24"),
        ("interrupted", "*", "stopped"),
        ("proof", "*", "a sentence"),
    ]
    assert [len(stage.failed) for stage in stages_of(steps)] == [1, 1, 1, 1]
