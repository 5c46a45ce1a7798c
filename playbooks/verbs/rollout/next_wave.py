"""`rollout next`: the next wave of a rollout, as a plan.

What was begun and no closed change has is finished first: a plan may have stopped between waves.
Then come planned sites, whole ones: overdue, then by the days of the plans.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.model import Site
from egovnet.inventory.registers.rollout import REGISTER, Targets
from egovnet.inventory.source.replace_file import replace_text
from egovnet.inventory.today import today
from egovnet.playbooks.change.apply import planned, shown
from egovnet.playbooks.change.approval_gate import asked_by_policy
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.change.words import NOTHING_SAID, Words
from egovnet.playbooks.core.intended import applied_once
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.rollout import ProposedSite, RolloutNext
from egovnet.playbooks.verbs.rollout.new_states import begun
from egovnet.playbooks.verbs.rollout.provisioned import NOT_BEGUN, Standing
from egovnet.playbooks.verbs.rollout.status import progress_of, written_sites

#: Sites of a wave unless it is said.
DEFAULT_SITES = 20


@dataclass(frozen=True)
class Proposal:
    """A wave that was proposed, and what becomes of it."""

    outcome: Outcome[RolloutNext]
    plan: Plan | None
    #: Path within the inventory -> (text there, text of the wave).
    texts: Mapping[str, tuple[str, str]]


def rollout_next(
    workspace: Workspace,
    progress: Progress,
    most: int = DEFAULT_SITES,
    *,
    waves_by: Sequence[str] = (),
    canary: str | None = None,
    words: Words = NOTHING_SAID,
) -> Proposal:
    """A wave of at most `most` sites on the chosen routers, and the plan that provisions it.

    Nothing is written. Exit 3 where there is a wave, else as `plan` ends.

    Raises:
        InventoryError: with everything that is wrong with the inventory or with its plans.
        UsageError: a state in a file cannot be changed by itself.
    """
    network = workspace.network
    sites, chosen = written_sites(network), frozenset(workspace.chosen)
    targets = Targets(REGISTER.read(workspace.directory, network), network)
    standings, _ = progress_of(workspace, sites)
    proposed = {
        name: _proposed(name, site, targets, standings.get(name, NOT_BEGUN))
        for name, site in sites.items()
    }
    started = [name for name, one in proposed.items() if one.begun and chosen & {*one.routers}]
    # a site is taken whole: one with an access on a router that was not chosen is left
    new = [
        name
        for name, site in sites.items()
        if site.planned_accesses and chosen.issuperset(proposed[name].routers)
    ]
    wave = [*_in_order(started, proposed), *_in_order(new, proposed)[: max(0, most - len(started))]]
    taken = [name for name in wave if name not in started]
    left = sum(bool(site.planned_accesses) for site in sites.values()) - len(taken)
    files = workspace.on_disk.intent.files
    texts = begun(files, taken)
    result = RolloutNext(
        network.backbone.name, tuple(proposed[name] for name in wave), left, texts, None
    )
    if not wave:
        return Proposal(Outcome("rollout_next", result), None, {})
    there = workspace
    if texts:
        there = workspace.intending(applied_once(Intent({**files, **texts})))
    plan = planned(there, progress, waves_by=tuple(waves_by), canary=canary, words=words)
    plan, asked = asked_by_policy(there, plan)
    made = shown(there, progress, plan)
    notes = (*made.notes, *(one.note for one in asked))
    outcome = Outcome(
        "rollout_next", replace(result, plan=made.result), made.exit, notes, made.warnings
    )
    return Proposal(outcome, plan, {path: (files[path], text) for path, text in texts.items()})


def write_states(workspace: Workspace, proposal: Proposal) -> tuple[str, ...]:
    """Write the new states of a wave's sites to the inventory; the files that were written.

    Raises:
        InventoryError: a file says something else by now, or cannot be written.
    """
    for path, (old, new) in proposal.texts.items():
        replace_text(workspace.directory, path, old, new)
    return tuple(str(workspace.directory / path) for path in proposal.texts)


def _proposed(name: str, site: Site, targets: Targets, standing: Standing) -> ProposedSite:
    target = targets.of(name, site)
    late = target is not None and target.day < today()
    accesses = site.planned_accesses or tuple(site.site_network_accesses)
    return ProposedSite(
        site=name,
        region=site.region,
        vpn=site.vpn,
        routers=tuple(sorted({site.site_network_accesses[access].pe for access in accesses})),
        target=None if target is None else target.day.isoformat(),
        overdue=late,
        begun=standing == NOT_BEGUN
        and len(site.planned_accesses) < len(site.site_network_accesses),
    )


def _in_order(names: Iterable[str], proposed: Mapping[str, ProposedSite]) -> list[str]:
    """By the day that was promised, so that what is overdue comes first; the others last."""
    return sorted(names, key=lambda name: (proposed[name].target or date.max.isoformat(), name))
