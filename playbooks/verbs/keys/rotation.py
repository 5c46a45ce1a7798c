"""`keys rotate --apply` and `keys revoke`: other values, and the transactions that bring them.

Values are made and sealed first, and known to the inventory; whatever ends in between, the same
command without a name goes on with what is made and not on the routers yet.
"""

import copy
from collections.abc import Collection
from dataclasses import replace

from egovnet.inventory.history.snapshot import Intent, Sections
from egovnet.inventory.model.keys import KeyPurpose
from egovnet.inventory.session_keys import needed_keys
from egovnet.playbooks.archive.journal_check import require_whole_journal
from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.approval_gate import authored
from egovnet.playbooks.change.key_turns import DRAINED_METRIC
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.plan_steps import make_plan_in_steps
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.words import Words
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.verbs.keys.generate import rotate_keys
from egovnet.playbooks.verify.verifying import Verifying

#: What `--scope` names -> purposes of keys.
SCOPES: dict[str, tuple[KeyPurpose, ...]] = {
    "isis": (KeyPurpose.HELLO, KeyPurpose.DOMAIN),
    "ldp": (KeyPurpose.LDP,),
    "bgp": (KeyPurpose.BGP,),
    "platform": (KeyPurpose.PLATFORM,),
    "site": (KeyPurpose.SITE,),
    "all": tuple(KeyPurpose),
}
#: Nothing is lost by it: the sessions with the other reflectors stay (docs/interruptions.md).
_WITHOUT_LOSS = frozenset({"reflector-redundancy"})


def patterns_of(workspace: Workspace, names: Collection[str], scope: str | None) -> tuple[str, ...]:
    """The patterns that names and a scope stand for.

    Raises:
        UsageError: the policy asks for no key of the scope.
    """
    if scope is None:
        return tuple(names)
    used = {need.purpose for need in needed_keys(workspace.network).values()}
    found = tuple(f"{purpose}/*" for purpose in SCOPES[scope] if purpose in used)
    if not found:
        raise UsageError(f"--scope {scope}: authentication in network.yaml asks for no such key")
    return (*names, *found)


def apply_rotation(
    workspace: Workspace,
    progress: Progress,
    patterns: Collection[str],
    options: Options,
    verifying: Verifying,
    *,
    disruptive: bool,
) -> Outcome[TransactionResult]:
    """Other values for the keys that `patterns` name, and every value that is made and not on the
    routers yet brought there, in as many transactions as lose nothing.

    Raises:
        UsageError: no key is called so; the network is not known to be as the inventory says but
            for its keys; a part of it was chosen.
        KeyStoreError: the store cannot be used here.
        others as `apply`.
    """
    require_only_keys(workspace)
    there = workspace
    if patterns:
        rotate_keys(workspace, patterns, keep=True)
        there = workspace.read_again()
    plan = make_plan_in_steps(there, progress, Words(disruptive=disruptive))
    if not disruptive and not _losing(plan):
        plan = _with_words(plan, Words(disruptive=True))
    plan = authored(there, plan)
    return apply_plan(there, progress, plan, options, verifying=verifying)


def require_only_keys(workspace: Workspace) -> None:
    """See that nothing but keys waits to be applied: it would go along, and nobody reviewed it.

    Raises:
        UsageError: something does, or nobody knows what the network was made from.
        JournalAlteredError: what the journal says of it is nothing to go by.
    """
    require_whole_journal(workspace)
    former = former_inventory(workspace)
    was, now = None if former is None else former.intent, workspace.intent
    if was is None or now is None:
        raise UsageError(
            "the journal does not know what the network was made from; take it over first with: "
            "egovnet adopt"
        )
    if _but_keys(was, now) != _but_keys(now, now) or was.lock.pools != now.lock.pools:
        raise UsageError(
            "the inventory has other changes that are not applied, which would go along: apply "
            "them first, or review all of it with: egovnet plan --steps"
        )


def _but_keys(intent: Intent, now: Intent) -> Sections:
    """Sections without what is known of keys; a circuit that a rotation left drained is as it is
    intended now."""
    sections: Sections = copy.deepcopy(dict(intent.sections))
    sections.pop("keys", None)
    for name, circuit in sections.get("circuits", {}).items():
        if circuit.get("metric") == DRAINED_METRIC:
            intended = now.sections.get("circuits", {}).get(name, {})
            circuit.pop("metric")
            if "metric" in intended:
                circuit["metric"] = intended["metric"]
    return {name: entries for name, entries in sections.items() if entries}


def _losing(plan: Plan) -> bool:
    """Whether a site's packets are lost by one of its transactions."""
    return any(
        one.sites and one.klass.id not in _WITHOUT_LOSS
        for part in (plan, *plan.then)
        for one in part.affected.disruptive
    )


def _with_words(plan: Plan, words: Words) -> Plan:
    return replace(plan, words=words, then=tuple(_with_words(p, words) for p in plan.then))
