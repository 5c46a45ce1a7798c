"""What became of a mutant: the verdict held against what was expected. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from egovnet.inventory.allocation.allocate import Allocation
from egovnet.inventory.errors import EgovnetError
from egovnet.inventory.model import Network
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.mutant import Mutant

#: killed: as expected. survived: proved, or not with the leak that was made. false alarm: an
#: equivalent that was not proved. lives: an equivalent, or an open one, as expected.
Fate = Literal["killed", "survived", "false alarm", "lives"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of a mutant, and why when it is not as expected."""

    mutant: Mutant
    fate: Fate
    said: str = ""

    @property
    def good(self) -> bool:
        """Whether it came as expected."""
        return self.fate in ("killed", "lives")


def outcome(mutant: Mutant, network: Network, allocation: Allocation) -> Outcome:
    """Judge a mutant. A text that is refused by name (a declared error) proves nothing either."""
    try:
        verdict = judge(mutant.texts, network, allocation)
    except EgovnetError as error:
        return _refused(mutant, error)
    return held_against(mutant, verdict)


def held_against(mutant: Mutant, verdict: Verdict) -> Outcome:
    """The outcome of a mutant, given its verdict."""
    if mutant.verdict == "open":
        return Outcome(mutant, "lives", said(verdict))
    if mutant.verdict == "equivalent":
        fate: Fate = "lives" if verdict.proved else "false alarm"
        return Outcome(mutant, fate, said(verdict))
    if verdict.proved:
        return Outcome(mutant, "survived", "it was proved")
    if mutant.verdict == "leak" and not any(is_near(f, mutant) for f in leaks(verdict)):
        return Outcome(mutant, "survived", f"no leak near {mutant.where}: {said(verdict)}")
    return Outcome(mutant, "killed", said(verdict))


def leaks(verdict: Verdict) -> tuple[Finding, ...]:
    """Findings of a verdict that are leaks."""
    return tuple(f for f in verdict.findings if f.severity is Severity.LEAK)


def is_near(finding: Finding, mutant: Mutant) -> bool:
    """Whether a finding, or a hop of its path, is on a router where the mutant leaks."""
    hosts = {host for host, _ in mutant.where}
    return finding.device in hosts or any(hop.device in hosts for hop in finding.path)


def said(verdict: Verdict) -> str:
    """The grave findings of a verdict in one line."""
    grave = [f for f in verdict.findings if f.severity is not Severity.HYGIENE]
    first = "; ".join(f"{f.severity} {f.klass}: {f.message}" for f in grave[:3])
    return f"{first}; and {len(grave) - 3} more" if len(grave) > 3 else first


def _refused(mutant: Mutant, error: EgovnetError) -> Outcome:
    fates: Mapping[str, Fate] = {"equivalent": "false alarm", "leak": "survived", "open": "lives"}
    return Outcome(mutant, fates.get(mutant.verdict, "killed"), f"refused: {error}")
