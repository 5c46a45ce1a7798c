"""`keys revoke`: another value at once, in one push, whomever it interrupts; and what that cost."""

from collections.abc import Collection
from dataclasses import replace

from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.approval_gate import authored
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.revocation import RevocationResult
from egovnet.playbooks.verbs.keys.generate import rotate_keys
from egovnet.playbooks.verbs.keys.rotation import require_only_keys
from egovnet.playbooks.verify.loss_meter import LossMeter
from egovnet.playbooks.verify.verifying import Verifying


def revoke_keys(
    workspace: Workspace,
    progress: Progress,
    patterns: Collection[str],
    reason: str,
    options: Options,
    *,
    verifying: Verifying,
) -> Outcome[RevocationResult]:
    """Other values for the keys that `patterns` name, on all routers at once.

    The former values stay in the store, marked by nothing but a lower serial number: where the
    change does not end well, the routers have them again, and the outcome says so.

    Raises:
        as `apply_rotation`.
    """
    require_only_keys(workspace)
    made = rotate_keys(workspace, patterns, keep=True, reason=reason)
    there = workspace.read_again()
    plan = authored(there, make_plan(there, progress, words=Words(disruptive=True)))
    meter = LossMeter(there, [] if verifying.packetless else verifying.sources)
    with meter.running():
        outcome = apply_plan(there, progress, plan, options, verifying=verifying)
    result = RevocationResult(made.result.keys, reason, outcome.result, meter.loss)
    return replace(
        Outcome("keys_revoke", result, result.exit, outcome.notes), acted=True, written=made.written
    )
