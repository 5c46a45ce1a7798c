"""Reports of changes by hand: a small one, one that is denied, one of a nation, a hostile one."""

from dataclasses import replace

from egovnet.playbooks.results.change_report import Approval, ChangeReport
from egovnet.playbooks.results.history import HistoryEntry, ShownStep
from egovnet.playbooks.results.plan import PlanResult
from egovnet.playbooks.results.proof_result import proof_result
from egovnet.playbooks.results.provenance import Provenance
from egovnet.playbooks.results.push_proof import PushProof
from tests.playbooks.plans import plan
from tests.playbooks.proofs import LEAKING

MADE = Provenance("2026-03-04T02:16:00+00:00", "li wei", "0.1.0", "a" * 64, "b" * 64)
_PROOF = proof_result(LEAKING)
HOSTILE = "</li></details><script>alert(1)</script>|`~~~\x1b[2J"


def ready(routers: int = 12) -> PlanResult:
    """A plan that nothing is in the way of."""
    whole = plan(routers)
    return replace(
        whole, unreachable={}, needs=(), zone_changes=(), leaving=(), keys_removed={},
        summary=replace(
            whole.summary,
            routers=replace(whole.summary.routers, lost=()),
            joined={site: (name,) for site, name in zip(
                whole.summary.sites.changed, whole.summary.routers.changed, strict=True)},
        ),
    )  # fmt: skip


PLANNED = ChangeReport(ready(), MADE, "li wei")
DENIED = ChangeReport(
    replace(
        plan(),
        proof=PushProof(
            False, "2 leaks (2 between zones)", _PROOF.findings, ("P1",), _PROOF.assumptions
        ),
    ),
    MADE,
    "li wei",
)
NATION = ChangeReport(
    replace(
        ready(3600),
        changes=tuple(
            replace(change, diff=f"{change.diff}\n+ vlan {n}")
            for n, change in enumerate(ready(3600).changes)
        ),
    ),
    MADE,
    "li wei",
)
DONE = ChangeReport(
    ready(),
    MADE,
    "li wei",
    HistoryEntry(7, "apply", "li wei", "2026-03-04T02:16:00+00:00", "reference", "c" * 64,
                 "12 devices, taxation", None, "done", "T-7", None),
    (
        ShownStep("2026-03-04T02:16:01+00:00", "commit", "bj-pe1", "begin", ""),
        ShownStep("2026-03-04T02:16:05+00:00", "commit", "bj-pe1", "failed", "no answer"),
    ),
    (Approval("wang fang", "pushed though it was not proved: the ministry waits", MADE.made),),
)  # fmt: skip
_STEPS = ready(3)
IN_STEPS = ChangeReport(
    replace(_STEPS, lacking=("taxation-01/main",), then=(ready(2),)), MADE, "li wei"
)
HOSTILE_REPORT = ChangeReport(
    replace(
        ready(2),
        network=HOSTILE,
        changes=tuple(replace(c, diff=f"+ {HOSTILE}\n{c.diff}") for c in ready(2).changes),
        unchanged=(HOSTILE,),
    ),
    replace(MADE, author=HOSTILE),
    HOSTILE,
    approvals=(Approval(HOSTILE, HOSTILE, HOSTILE),),
)
REPORTS = {
    "planned": PLANNED, "denied": DENIED, "nation": NATION, "done": DONE, "steps": IN_STEPS,
    "hostile": HOSTILE_REPORT,
}  # fmt: skip
