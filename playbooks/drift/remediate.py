"""Restore differences through the same transaction that pushes changes, and nothing else.

What is pushed to a device is its running configuration with the chosen lines as intended: lines
that egovnet does not own stay. Nothing is restored that was not asked for, that is acknowledged,
that is beyond the run's share of the network, or that the inventory intends and nobody applied
yet.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from egovnet.playbooks.archive.catch_up import archived
from egovnet.playbooks.change.approval_gate import governed, not_to_restore
from egovnet.playbooks.change.health_gate import Health
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.change.proof_gate import Gate, gate
from egovnet.playbooks.change.record_intent import record_intent
from egovnet.playbooks.change.transaction import Transaction
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.change.waves import Wave
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.drift.pending import UNKNOWN, Pending
from egovnet.playbooks.drift.separation import Found, devices_of, prove_read, read_facts
from egovnet.playbooks.journal.records import REMEDIATE, UNDONE
from egovnet.playbooks.results.difference import NOT_APPLIED
from egovnet.playbooks.results.drift_report import Difference, DriftClass, Remediation, rank
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import HealthReport
from egovnet.tasks.driver import LineChange
from egovnet.tasks.restore_lines import restore_lines
from egovnet.templates.model.interruption import InterruptionClass
from egovnet.templates.registry import render

#: Hours: what was restored within them counts towards the share of a run.
SHARE_HOURS = 12
_SETTLE = 60


@dataclass(frozen=True, slots=True)
class RemediationRequest:
    """What is asked for: classes, and the percentage of the network that may be changed."""

    classes: frozenset[DriftClass]
    share: int
    ticket: str | None = None

    def asks_for(self, difference: Difference) -> bool:
        """Whether the difference is to be restored."""
        return difference.remediable and self.concerns(difference)

    def concerns(self, difference: Difference) -> bool:
        """Whether the difference is of what is asked for, also where it is not restored since it
        was not applied yet."""
        if difference.klass not in self.classes or not difference.counts:
            return False
        return difference.remediable or difference.why_not in (NOT_APPLIED, UNKNOWN)


@dataclass
class Remediator:
    """What a run's remediation works on. `found` are the differences with what would restore each,
    `texts` the running configurations that are not compliant."""

    workspace: Workspace
    progress: Progress
    request: RemediationRequest
    found: Sequence[Found]
    texts: Mapping[str, str]
    pending: Pending
    #: Device -> why it is left as it is.
    left: dict[str, str] = field(default_factory=dict)

    def run(self) -> Remediation:
        """Restore what is asked for. Every device with something to restore is in the result's
        `devices` or `left`."""
        routers, request = len(self.workspace.network.routers), self.request
        limit = max(1, routers * request.share // 100) if request.share else 0
        self.left = {n: why for n in self._wanted() if (why := self.pending.why(n))}
        changed = _recently_changed(self.workspace)
        room = limit - len(changed)
        names: list[str] = []
        for name in (name for name in self._wanted() if name not in self.left):
            # what was changed already adds nothing to the share
            if room > 0 or (room == 0 and name in changed):
                names.append(name)
                room -= name not in changed
            else:
                self.left[name] = (
                    f"a run may change {limit} of {routers} routers ({request.share} %), and that "
                    "is used up: the most severe come first"
                )
        classes = tuple(sorted(klass.value for klass in request.classes))
        base = Remediation(classes, limit=limit, share=request.share / 100)
        result = self._push(plan, base) if (plan := self._plan(names)).devices else base
        return replace(result, left=dict(sorted(self.left.items())))

    def _asked(self) -> Iterator[Found]:
        for difference, changes in self.found:
            if self.request.asks_for(difference):
                yield difference, changes

    def _wanted(self) -> list[str]:
        """Devices with something to restore, the most severe first."""
        concerned = (d for d, _ in self.found if self.request.concerns(d))
        ranked = sorted(concerned, key=rank)
        return list(dict.fromkeys(difference.device for difference in ranked))

    def _plan(self, names: Sequence[str]) -> Plan:
        """A plan that restores what was asked for.

        Where a leak is not closed by the lines that it was seen in, everything that egovnet owns
        on the devices in its path is restored.
        """
        chosen = {n: [c for d, cs in self._asked() if d.device == n for c in cs] for n in names}
        targets = self._targets(chosen)
        if DriftClass.LEAK in self.request.classes:
            wide = self._still_leaking(targets) & targets.keys()
            targets |= self._targets({name: self._all_owned(name) for name in wide})
        plan = make_plan(self.workspace, self.progress, intended=targets, kind=REMEDIATE)
        self.left |= plan.unreachable
        self.left |= dict.fromkeys(plan.unchanged, "it is compliant by now")
        return self._without_disruption(replace(plan, unreachable={}))

    def _without_disruption(self, plan: Plan) -> Plan:
        """`plan` without devices whose lines interrupt the backbone: a person plans these."""
        left = {
            name: f"to restore it is disruptive ({row.klass.id}): plan and apply it"
            for row in plan.affected.disruptive
            # the other reflectors keep the routes meanwhile
            if row.klass is not InterruptionClass.REFLECTOR_ONE
            for name in row.devices
        }
        self.left |= left
        rest = {name: entry for name, entry in plan.devices.items() if name not in left}
        return replace(plan, devices=rest)

    def _all_owned(self, name: str) -> list[LineChange]:
        return [
            change
            for difference, changes in self.found
            if difference.device == name
            and difference.remediable
            and difference.klass.properties.is_drift
            for change in changes
        ]

    def _targets(self, chosen: Mapping[str, Collection[LineChange]]) -> dict[str, str]:
        """What each device would run with its chosen changes made, by device."""
        arguments = {
            name: {"intended": render(self.workspace.devices[name]), "changes": changes}
            for name, changes in chosen.items()
        }
        with connected(self.workspace, chosen) as nornir:
            answers = run(nornir, "restore", restore_lines, arguments, self.progress)
        self.left |= answers.failures
        return dict(answers.results)

    def _still_leaking(self, targets: Mapping[str, str]) -> frozenset[str]:
        """Devices in the paths that are left when the targets run."""
        verdict = self._verdict(targets)
        denying = (one for one in verdict.findings if one.severity is not Severity.HYGIENE)
        return frozenset(name for finding in denying for name in devices_of(finding))

    def _verdict(self, targets: Mapping[str, str]) -> Verdict:
        """Of what runs, with the targets in place of what they replace."""
        workspace = self.workspace
        facts, _ = read_facts({**self.texts, **targets}, workspace.devices)
        pending = self.pending
        return prove_read(workspace.devices, facts, pending.expectation, pending.unknown)

    def _push(self, plan: Plan, base: Remediation) -> Remediation:
        denied = not_to_restore(governed(self.workspace, plan) if plan.devices else None)
        self.left |= denied
        rest = {name: entry for name, entry in plan.devices.items() if name not in denied}
        plan = replace(plan, devices=rest)
        if not rest:
            return base
        proof = gate(self.workspace, self.progress, plan)
        if held := self._held_back(proof):
            # unowned lines may leak on: such devices are for a person
            rest = {n: entry for n, entry in plan.devices.items() if n not in held}
            self.left |= dict.fromkeys(
                plan.devices.keys() - rest.keys(),
                "not proved with it restored: something that egovnet does not own leaks too",
            )
            plan = replace(plan, devices=rest)
            if not rest or self._held_back(proof := gate(self.workspace, self.progress, plan)):
                return replace(base, result="refused")
        ended = self._transaction(plan, proof)
        self.left |= {**ended.left_out, **ended.failures}
        kept = ended.result == "done"
        done = tuple(name for name in plan.devices if name not in self.left) if kept else ()
        return replace(base, change=ended.change, result=ended.result, devices=done)

    def _held_back(self, proof: Gate) -> frozenset[str]:
        """Devices in the paths of a leak, or of a risk that is not there today: what nobody can
        know of lines that egovnet does not own is as before when the others are restored.
        """
        if proof.proved:
            return frozenset()
        today = {finding.key for finding in self._verdict({}).findings}
        return frozenset(
            name
            for finding in proof.findings
            if finding.severity is Severity.LEAK or finding.key not in today
            for name in devices_of(finding)
        )

    def _transaction(self, plan: Plan, proof: Gate) -> TransactionResult:
        """Push, and keep it when the devices are no worse than they were: drift that was not
        asked for is there before and after."""
        names = list(plan.devices)
        health = Health(self.workspace, self.progress, _SETTLE)
        health.take_baseline(names)

        def verify(apart: frozenset[str]) -> HealthReport:
            return health.check([name for name in names if name not in apart])

        known = governed(self.workspace, plan)
        statements = () if known is None else known.applied(plan)

        def begun(change: int) -> None:
            if known is not None:
                known.record(change, plan, statements)
            record_intent(self.workspace, change, plan.unchanged)

        outcome = Transaction(
            self.workspace,
            plan,
            verify,
            self.progress,
            (Wave("all", tuple(names)),),
            health,
            # one device that cannot be restored keeps no other from it
            Options(max_failures=len(names) - 1, ticket=self.request.ticket),
            proof.result(),
            None,
            on_begin=begun,
        ).run()
        return archived(self.workspace, outcome).result


def _recently_changed(workspace: Workspace) -> frozenset[str]:
    """Devices that remediation changed in the last hours, or is changing."""
    since = (datetime.now(UTC) - timedelta(hours=SHARE_HOURS)).isoformat()
    journal = workspace.journal
    changes = [
        c
        for c in journal.changes()
        if c.kind == REMEDIATE and c.created >= since and c.state != UNDONE
    ]
    return frozenset(name for c in changes for name in journal.configurations(c.id))
