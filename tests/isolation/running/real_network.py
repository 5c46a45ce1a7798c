"""The reference network as real routers answered: FRR 8.4.4 on Debian 12, provisioned, in rest.

`answers/` has what each router printed to `running_script`; the texts are the rendered ones.
"""

import re
from functools import cache
from pathlib import Path

from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove_running import prove_running
from egovnet.playbooks.core.workspace import Workspace
from egovnet.templates.frr.state.running_reader import read_running
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config
from tests.inventories import BACKBONE

Answers = dict[str, str]


@cache
def _answers() -> Answers:
    files = sorted((Path(__file__).parent / "answers").glob("*.txt"))
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def answers() -> Answers:
    return dict(_answers())


@cache
def _intended() -> tuple[dict[str, DeviceFacts], Expectation]:
    workspace = Workspace(BACKBONE)
    texts = workspace.intended()
    facts = {name: read_config(text, name, "frr") for name, text in texts.items()}
    return facts, from_inventory(workspace.network, workspace.allocation)


def intended(name: str) -> DeviceFacts:
    """What the text of a router means."""
    return _intended()[0][name]


def verdict_of(said: Answers, *texts: DeviceFacts) -> Verdict:
    """The verdict over these states, with `texts` in place of what their routers intend."""
    facts, expectation = _intended()
    facts = facts | {text.name: text for text in texts}
    states = {name: read_running(answer) for name, answer in said.items()}
    return prove_running(facts, states, expectation)


def with_line(answer: str, section: str, line: str) -> str:
    """The router prints a line more in a section, such as "rules ipv4"."""
    head = f"kernel# show running {section}\n"
    assert head in answer
    return answer.replace(head, f"{head}{line}\n", 1)


def without(answer: str, section: str, pattern: str) -> str:
    """The router does not print the lines of a section that match."""
    before, head, rest = answer.partition(f"kernel# show running {section}\n")
    own, mark, after = rest.partition("kernel# ")
    kept = [line for line in own.splitlines(keepends=True) if not re.search(pattern, line)]
    assert len(kept) < len(own.splitlines()), pattern
    return before + head + "".join(kept) + mark + after


def instead(answer: str, old: str, new: str) -> str:
    assert old in answer, old
    return answer.replace(old, new)


def of_state(verdict: Verdict) -> list[Finding]:
    """Findings that come from what the routers do."""
    return [f for f in verdict.findings if any("state: " in str(hop) for hop in f.path)]
