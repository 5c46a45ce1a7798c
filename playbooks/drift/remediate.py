"""Put differences back through the same transaction that pushes changes, and nothing else.

What is pushed to a device is what it runs now with the chosen lines as meant: lines that egovnet
does not own stay. Nothing is put back that nobody asked for, that somebody answers for, beyond the
night's share of the network, or that the inventory means and nobody applied yet.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model.drift_class import DriftClass
from egovnet.isolation.model.expectation import from_inventory
from egovnet.playbooks.archive.catch_up import archived
from egovnet.playbooks.change.health_gate import Health
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.change.proof_gate import Gate, gate
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options, Verdict
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.inventory_snapshots import Intents, network_runs, record
from egovnet.playbooks.core.run_on_devices import Progress, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.compare import Change
from egovnet.playbooks.drift.separation import devices_of, prove_read, read_facts
from egovnet.playbooks.journal.records import REMEDIATE, UNDONE
from egovnet.playbooks.results.drift_report import Difference, Remediation, rank
from egovnet.playbooks.rollback.undo_intent import means_the_same, meant
from egovnet.tasks.restore_lines import put_back
from egovnet.templates.registry import render

#: Hours that one night is: what was put back in them counts towards its share.
NIGHT = 12
_SETTLE = 60
Found = tuple[Difference, tuple[Change, ...]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: classes, and the percentage of the network that may be changed."""

    classes: frozenset[DriftClass]
    share: int


@dataclass
class Remediator:
    """What a night's remediation works on. `found` are the differences with what would mend each,
    `texts` what the devices run that are not as meant."""

    workspace: Workspace
    progress: Progress
    wish: Wish
    found: Sequence[Found]
    texts: Mapping[str, str]
    ticket: str | None = None
    #: Device -> why it is left as it is.
    left: dict[str, str] = field(default_factory=dict)

    def run(self) -> Remediation:
        """Put back what is asked for. Every device with something to put back is in the result's
        `devices` or `left`."""
        routers, wish = len(self.workspace.network.routers), self.wish
        limit = max(1, routers * wish.share // 100) if wish.share else 0
        self.left = _not_applied(self.workspace, self._wanted())
        changed = _changed_tonight(self.workspace)
        room = limit - len(changed)
        names: list[str] = []
        for name in (name for name in self._wanted() if name not in self.left):
            # what the night changed already adds nothing to its share
            if room > 0 or (room == 0 and name in changed):
                names.append(name)
                room -= name not in changed
            else:
                self.left[name] = (
                    f"the night may change {limit} of {routers} routers ({wish.share} %), and that "
                    "is used up: the gravest come first"
                )
        classes = tuple(sorted(klass.value for klass in wish.classes))
        base = Remediation(classes, limit=limit, share=wish.share / 100)
        result = self._push(plan, base) if (plan := self._plan(names)).devices else base
        return replace(result, left=dict(sorted(self.left.items())))

    def _asked(self) -> Iterator[Found]:
        for difference, changes in self.found:
            asked = difference.klass in self.wish.classes
            if asked and difference.mendable and difference.counts:
                yield difference, changes

    def _wanted(self) -> list[str]:
        """Devices with something to put back, the gravest first."""
        ranked = sorted((difference for difference, _ in self._asked()), key=rank)
        return list(dict.fromkeys(difference.device for difference in ranked))

    def _plan(self, names: Sequence[str]) -> Plan:
        """A plan that puts back what was asked for.

        Where a leak is not closed by the lines that it was seen in, all that is egovnet's on the
        devices in its path is put back.
        """
        chosen = {n: [c for d, cs in self._asked() if d.device == n for c in cs] for n in names}
        targets = self._targets(chosen)
        if DriftClass.LEAK in self.wish.classes:
            wide = self._still_leaking(targets) & targets.keys()
            targets |= self._targets({name: self._all_ours(name) for name in wide})
        plan = make_plan(self.workspace, self.progress, intended=targets, kind=REMEDIATE)
        self.left |= plan.unreachable
        self.left |= dict.fromkeys(plan.unchanged, "it is as meant by now")
        return replace(plan, unreachable={})

    def _all_ours(self, name: str) -> list[Change]:
        return [
            change
            for difference, changes in self.found
            if difference.device == name
            and difference.mendable
            and difference.klass is not DriftClass.COSMETIC
            for change in changes
        ]

    def _targets(self, chosen: Mapping[str, Collection[Change]]) -> dict[str, str]:
        """What each device would run with its chosen changes made."""
        arguments = {
            name: {"intended": render(self.workspace.devices[name]), "changes": changes}
            for name, changes in chosen.items()
        }
        with connected(self.workspace, chosen) as nornir:
            answers = run(nornir, "put back", put_back, arguments, self.progress)
        self.left |= answers.failures
        return dict(answers.results)

    def _still_leaking(self, targets: Mapping[str, str]) -> frozenset[str]:
        """Devices in the paths that are left when the targets run."""
        workspace = self.workspace
        facts, _ = read_facts({**self.texts, **targets}, workspace.devices)
        expectation = from_inventory(workspace.network, workspace.allocation)
        verdict = prove_read(workspace.devices, facts, expectation)
        return frozenset(name for finding in verdict.findings for name in devices_of(finding))

    def _push(self, plan: Plan, base: Remediation) -> Remediation:
        proof = gate(self.workspace, self.progress, plan)
        if not proof.proved:
            # what is not egovnet's may leak on: such devices are a person's
            unproved = {name for finding in proof.findings for name in devices_of(finding)}
            rest = {n: entry for n, entry in plan.devices.items() if n not in unproved}
            self.left |= dict.fromkeys(
                plan.devices.keys() - rest.keys(),
                "not proved with it put back: something that is not egovnet's leaks too",
            )
            plan = replace(plan, devices=rest)
            if not rest or not (proof := gate(self.workspace, self.progress, plan)).proved:
                return replace(base, result="refused")
        data = self._transaction(plan, proof)
        self.left |= {**data["left_out"], **data["failures"]}
        result = str(data["result"])
        done = [name for name in plan.devices if name not in self.left] if result == "done" else []
        return replace(base, change=data["change"], result=result, devices=tuple(done))

    def _transaction(self, plan: Plan, proof: Gate) -> dict[str, Any]:
        """Push, and keep it when the devices are no worse than they were: drift that was not
        asked for is there before and after."""
        names = list(plan.devices)
        health = Health(self.workspace, self.progress, _SETTLE)
        health.take_baseline(names)

        def verify(apart: frozenset[str]) -> Verdict:
            return health.check([name for name in names if name not in apart])

        outcome = Transaction(
            self.workspace,
            plan,
            verify,
            self.progress,
            (Wave("all", tuple(names)),),
            health,
            # one device that cannot be mended keeps no other from it
            Options(max_failures=len(names) - 1, ticket=self.ticket),
            proof,
            None,
            on_begin=lambda change: record(self.workspace, change),
        ).run()
        return archived(self.workspace, outcome).data


def _changed_tonight(workspace: Workspace) -> frozenset[str]:
    """Devices that this night's earlier runs changed, or are changing."""
    since = (datetime.now(UTC) - timedelta(hours=NIGHT)).isoformat()
    journal = workspace.journal
    changes = [
        c
        for c in journal.changes()
        if c.kind == REMEDIATE and c.created >= since and c.state != UNDONE
    ]
    return frozenset(name for c in changes for name in journal.configurations(c.id))


def _not_applied(workspace: Workspace, names: Iterable[str]) -> dict[str, str]:
    """Devices for which the inventory means something else than what was applied last."""
    intents = Intents(workspace.journal.engine)
    digest = network_runs(intents, workspace.journal.changes())
    if digest is None:
        return {}
    intent = intents.get(digest)
    if workspace.intent is not None and means_the_same(intent, workspace.intent):
        return {}
    try:
        applied = workspace.meaning(intent, *meant(intent))
    except InventoryError:
        return {}  # checks became stricter since: as if nobody knew
    why = "the inventory has changes for it that were not applied yet: apply them by day"
    return {
        name: why
        for name in names
        if name not in applied.devices
        or render(applied.devices[name]) != render(workspace.devices[name])
    }
