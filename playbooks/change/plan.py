"""`plan`: read the devices, diff, blast radius, hash. Nothing is changed on a device.

A plan is self-contained: it carries each device's intended text and the hash of what the device
ran when the plan was made, so that what is applied is what was reviewed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from egovnet.inventory.allocation.lock_file import LOCK_FILE
from egovnet.inventory.history.snapshot import Intent
from egovnet.inventory.source.regular_file import read_regular
from egovnet.playbooks.change.approval.statement import SignedStatement
from egovnet.playbooks.change.consequences import consequences_of
from egovnet.playbooks.change.fresh_routers import fresh_routers
from egovnet.playbooks.change.key_changes import check_key_waves
from egovnet.playbooks.change.plan_form import AlteredError, check_form, with_checksum
from egovnet.playbooks.change.service_moves import service_moves
from egovnet.playbooks.change.text_diff import text_diff
from egovnet.playbooks.change.waves import Wave, check_ways, make_waves
from egovnet.playbooks.change.words import NOTHING_SAID, Words
from egovnet.playbooks.core.approved_lines import approved_ports
from egovnet.playbooks.core.devices import connected
from egovnet.playbooks.core.leaving_routers import affected_by, leaving_routers
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.output_file import Holds, write_output
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.run_on_devices import run
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.database import is_begun
from egovnet.playbooks.journal.journal import author
from egovnet.playbooks.journal.private_files import close
from egovnet.playbooks.journal.records import DONE
from egovnet.playbooks.results.affected import Affected, affected_from
from egovnet.playbooks.results.leaving import LeavingRouter
from egovnet.playbooks.results.outcome import Exit, Outcome, most_severe
from egovnet.playbooks.results.plan import PlannedDiff, PlannedWave, PlanResult
from egovnet.playbooks.results.plan_summary import Gains, PlanSummary
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.service_move import ServiceMove
from egovnet.playbooks.results.zone_change import ZoneChange
from egovnet.tasks.dry_run import DryRun, dry_run, text_hash
from egovnet.tasks.runners.wire.strict_json import WrongJsonError, parse

FORMAT = 4
#: Bytes: five thousand routers, with their texts before and after.
MOST_OF_PLAN = 1024 * 1024 * 1024


@dataclass(frozen=True)
class DevicePlan:
    """One device's part: its native diff, and the texts between which it was made."""

    running_hash: str
    before: str
    intended: str
    diff: str


@dataclass(frozen=True)
class Plan:
    """Devices that would change, those that would not, and those that did not answer."""

    network: str
    created: str
    author: str
    devices: dict[str, DevicePlan]
    unchanged: dict[str, str] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    affected: Affected = field(default_factory=Affected)
    kind: str = "apply"
    #: Change that this plan undoes, when it is a rollback's.
    undoes: int | None = None
    #: Name of a wave -> its devices, in the order of pushing; empty: all side by side.
    waves: dict[str, list[str]] = field(default_factory=dict)
    #: Device -> lines with keys that egovnet does not manage, without the keys: those that stay
    #: because the device has them, and those that go with what they belong to.
    keys_kept: dict[str, list[str]] = field(default_factory=dict)
    keys_removed: dict[str, list[str]] = field(default_factory=dict)
    #: What it gives from one zone to the other, and the words that were said for it.
    zone_changes: tuple[ZoneChange, ...] = ()
    words: Words = NOTHING_SAID
    #: Routers on their way out of the network.
    leaving: tuple[LeavingRouter, ...] = ()
    #: Files of the inventory that the network is by when this is done; None: the one at hand.
    intent: Mapping[str, str] | None = None
    #: Accesses ("site/access") that it lacks then, though it has them before and in the end.
    lacking: tuple[str, ...] = ()
    #: Services that it takes from one state to another, on the devices that were asked.
    moves: tuple[ServiceMove, ...] = ()
    #: For people; a plan file does not have it.
    summary: PlanSummary = field(default_factory=PlanSummary)
    #: The transactions that follow, in order: each begins where the one before ends.
    then: tuple["Plan", ...] = ()
    #: Under a policy, what its author signed, and by that who it is. No part of the hash: it is
    #: over it.
    authored: SignedStatement | None = None

    @property
    def pending(self) -> bool:
        """Whether there is something to apply: lines, or the states of services alone."""
        return bool(self.devices or self.moves)

    @property
    def needs(self) -> tuple[str, ...]:
        """Options without which it is not pushed."""
        return self.words.missing(self.zone_changes, self.affected)

    def waves_or_one(self) -> tuple[Wave, ...]:
        """The plan's waves; one of all devices when it has none."""
        if not self.waves:
            return (Wave("all", tuple(self.devices)),)
        return tuple(Wave(name, tuple(names)) for name, names in self.waves.items())

    @property
    def hash(self) -> str:
        """SHA-256 over everything that decides what apply would do."""
        return hashlib.sha256(self.manifest.encode()).hexdigest()

    @property
    def manifest(self) -> str:
        """Everything that decides what apply would do, texts by their hashes: JSON. Whoever has it
        and a change's texts sees that these are what a signature of the plan's hash is about."""
        return json.dumps(self._decides(), sort_keys=True)

    def _decides(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "format": FORMAT,
            "network": self.network,
            "kind": self.kind,
            "undoes": self.undoes,
            "devices": {
                name: [entry.running_hash, text_hash(entry.intended), text_hash(entry.diff)]
                for name, entry in sorted(self.devices.items())
            },
            "unchanged": dict(sorted(self.unchanged.items())),
            # Without these an edited file could pass for one that reached every device.
            "unreachable": sorted(self.unreachable),
            "affected": self.affected.to_dict(),
            "interrupted": [one.to_dict() for one in self.affected.interrupted],
            "waves": list(self.waves.items()),
            "zone_changes": [change.to_dict() for change in self.zone_changes],
            "words": self.words.to_dict(),
        }
        if self.intent is not None:
            body["intent"] = Intent(self.intent).digest
        if self.then or self.lacking:
            body["steps"] = [list(self.lacking), *(later._decides() for later in self.then)]
        # named in what was reviewed; without any, as it always was
        if self.keys_kept or self.keys_removed:
            body["keys"] = [self.keys_kept, self.keys_removed]
        if self.moves:
            body["moves"] = [move.to_dict() for move in self.moves]
        if self.leaving:
            body["leaving"] = [router.to_dict() for router in self.leaving]
        return body

    def diffs(self) -> dict[str, str]:
        """Device -> native diff."""
        return {name: entry.diff for name, entry in self.devices.items()}

    def result(self, proof: PushProof | None = None) -> PlanResult:
        """What is shown of it; `proof` None: nothing would change."""
        groups: dict[str, list[str]] = {}
        for name, entry in self.devices.items():
            groups.setdefault(entry.diff, []).append(name)
        return PlanResult(
            network=self.network,
            created=self.created,
            hash=self.hash,
            kind=self.kind,
            changes=tuple(PlannedDiff(tuple(names), diff) for diff, names in groups.items()),
            unchanged=tuple(sorted(self.unchanged)),
            unreachable=self.unreachable,
            affected=self.affected,
            waves=tuple(PlannedWave(wave.name, wave.devices) for wave in self.waves_or_one()),
            proof=proof,
            keys_kept=self.keys_kept,
            keys_removed=self.keys_removed,
            zone_changes=self.zone_changes,
            needs=self.needs,
            leaving=self.leaving,
            lacking=self.lacking,
            moves=self.moves,
            summary=self._summary(),
        )

    def _summary(self) -> PlanSummary:
        """With routers on their way out among those that are lost."""
        routers = self.summary.routers
        out = {router.router for router in self.leaving}
        return replace(
            self.summary,
            routers=Gains(
                routers.gained,
                tuple(name for name in routers.changed if name not in out),
                tuple(sorted(out.union(routers.lost))),
            ),
        )


def make_plan(
    workspace: Workspace,
    progress: Progress,
    intended: dict[str, str] | None = None,
    kind: str = "apply",
    undoes: int | None = None,
    *,
    waves_by: Sequence[str] = (),
    canary: str | None = None,
    words: Words = NOTHING_SAID,
) -> Plan:
    """Ask every chosen device what `intended` (default: the inventory's texts) would change.

    Raises:
        WaveError: waves or a canary that the plan cannot have.
        UsageError: a word for a VPN that changes no zone, or for a router that did not leave.
        InventoryError: the lock file was lost, so that all would be renumbered; or routers were
            taken out of the inventory that were not emptied.
    """
    check_ways(waves_by)
    require_numbers(workspace)
    leaving = leaving_routers(workspace, words.gone) if intended is None else ()
    texts = workspace.intended() if intended is None else intended
    ports = approved_ports(workspace)
    provisioned = intended is None and _was_applied(workspace)
    arguments = {
        name: {"intended": text, "ports": ports.get(name, ()), "provisioned": provisioned}
        for name, text in texts.items()
    }
    with connected(workspace, texts) as nornir:
        answers = run(nornir, "plan", dry_run, arguments, progress)
    devices: dict[str, DevicePlan] = {}
    unchanged: dict[str, str] = {}
    keys_kept: dict[str, list[str]] = {}
    keys_removed: dict[str, list[str]] = {}
    for name in texts:
        answer: DryRun | None = answers.results.get(name)
        if answer is None:
            continue
        if answer.keys_kept:
            keys_kept[name] = list(answer.keys_kept)
        if answer.keys_removed:
            keys_removed[name] = list(answer.keys_removed)
        if answer.diff:
            devices[name] = DevicePlan(
                answer.running_hash, answer.running, answer.intended or texts[name], answer.diff
            )
        else:
            unchanged[name] = answer.running_hash
    plan = Plan(
        network=workspace.network.backbone.name,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        author=author(),
        devices=devices,
        unchanged=unchanged,
        unreachable=answers.failures,
        kind=kind,
        undoes=undoes,
        keys_kept=keys_kept,
        keys_removed=keys_removed,
    )
    consequences = consequences_of(workspace, devices)
    words.check(consequences.zone_changes)
    plan = replace(
        plan,
        affected=consequences.affected | affected_by(workspace, leaving),
        zone_changes=consequences.zone_changes,
        words=words,
        leaving=leaving,
        moves=service_moves(workspace) if intended is None else (),
        summary=consequences.summary,
    )
    if waves_by or canary:
        running = {name: entry.before for name, entry in devices.items()}
        fresh = fresh_routers(workspace.network, running) if waves_by else frozenset()
        waves = make_waves(workspace.network, plan.devices, waves_by, canary, fresh)
        check_key_waves(devices, waves)
        plan.waves.update({wave.name: list(wave.devices) for wave in waves})
    return plan


def _was_applied(workspace: Workspace) -> bool:
    """Whether any change came to its end: then most routers run what is intended."""
    if not is_begun(workspace.state):
        return False
    return any(change.state == DONE for change in workspace.journal.changes())


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan file, readable by its owner only; old or new, never half.

    Raises:
        UsageError: the file cannot be written.
    """
    body = with_checksum({"format": FORMAT, **_body(plan)})
    write_output(path, json.dumps(body, indent=1), Holds.PLAN, what="the plan ")


def _body(plan: Plan) -> dict[str, Any]:
    bare = replace(plan, affected=Affected(), zone_changes=(), then=(), summary=PlanSummary())
    body = asdict(bare)
    del body["summary"], body["authored"]
    if plan.authored is not None:
        body["authored"] = plan.authored.to_dict()
        body["author_key"] = plan.authored.statement.key
    return {
        **body,
        "affected": plan.affected.to_dict(),
        "interrupted": [one.to_dict() for one in plan.affected.interrupted],
        "zone_changes": [asdict(change) for change in plan.zone_changes],
        "then": [_body(later) for later in plan.then],
        "hash": plan.hash,
    }


def read_plan(path: Path) -> Plan:
    """Read a plan file back.

    Raises:
        UsageError: not a plan, of another format, or altered since it was written.
    """
    try:
        body = parse(read_regular(path, MOST_OF_PLAN).decode())
        close(path)  # it has configurations whole: a copy may have left it open
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except WrongJsonError as error:  # what is reviewed is not what is read
        raise UsageError(
            f"{path}: is not a plan file as it is written: it {error}, or was altered after it was "
            "planned; plan again"
        ) from error
    except (ValueError, RecursionError) as error:  # of brackets by the thousand
        raise UsageError(
            f"{path}: is not a plan file; make one with: egovnet plan -o FILE"
        ) from error
    try:
        if body["format"] != FORMAT or "checksum" not in body:
            raise UsageError(f"{path}: a plan of another version of egovnet; plan again")
        check_form(body)
        del body["format"], body["checksum"]
        written_hash = body["hash"]
        plan = _plan_of(body)
        whole = plan.hash == written_hash and _is_whole(plan)
    except AlteredError:
        whole = False
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path}: is not a plan file; make one with: egovnet plan -o FILE"
        ) from error
    if not whole:
        raise UsageError(f"{path}: was altered after it was planned; plan again")
    return plan


def _plan_of(body: dict[str, Any]) -> Plan:
    """What `_body` made.

    Raises:
        KeyError, TypeError, AttributeError, ValueError: it did not make this.
    """
    body.pop("hash")
    devices = {name: DevicePlan(**entry) for name, entry in body.pop("devices").items()}
    said = body.pop("words")
    body.pop("author_key", None)
    signed = body.pop("authored", None)
    return Plan(
        devices=devices,
        affected=affected_from(body.pop("affected"), body.pop("interrupted")),
        zone_changes=tuple(ZoneChange(**change) for change in body.pop("zone_changes")),
        words=Words(tuple(said["zone_change"]), said["disruptive"] is True, tuple(said["gone"])),
        leaving=tuple(
            LeavingRouter(one["router"], one["how"], tuple(one["sites"]))
            for one in body.pop("leaving")
        ),
        lacking=tuple(body.pop("lacking")),
        moves=tuple(ServiceMove(**move) for move in body.pop("moves", ())),
        then=tuple(_plan_of(later) for later in body.pop("then")),
        authored=signed and SignedStatement(signed["statement"], signed["signature"]),
        **body,
    )


def _is_whole(plan: Plan) -> bool:
    """Whether each text before is the one whose hash is in the plan's, and each later diff is what
    its texts make: there is no device yet to make it again."""
    steps = (plan, *plan.then)
    return all(
        # What a failed apply goes back to; its hash is in the plan's.
        text_hash(entry.before) == entry.running_hash
        for step in steps
        for entry in step.devices.values()
    ) and all(
        entry.diff == text_diff(entry.before, entry.intended)
        for step in plan.then
        for entry in step.devices.values()
    )


def plan_outcome(
    plan: Plan,
    proof: PushProof | None = None,
    later: Sequence[PushProof] = (),
    *,
    lock_written: bool = False,
    lock_proposed: bool = False,
) -> Outcome[PlanResult]:
    """Exit 3 when changes are pending, 4 when they are not proved or need confirmation, 5 when a
    device did not answer.

    `proof` is what `proof_gate` says of the plan; None when nothing would change. `later` is that
    of each transaction that follows.
    """
    needs = plan.needs if plan.devices else ()
    denied = any(not one.proved for one in (*([proof] if proof else ()), *later)) or needs
    codes = [
        Exit.LEAK_OR_FAILED_VERIFICATION if denied else Exit.DONE,
        Exit.CHANGES if plan.pending else Exit.DONE,
        Exit.DEVICES_FAILED if plan.unreachable else Exit.DONE,
    ]
    notes: tuple[str, ...] = ()
    if lock_written:
        notes = (f"{LOCK_FILE} was written: commit it",)
    elif lock_proposed:
        notes = (f"numbers are proposed, or retired: apply writes {LOCK_FILE}, or plan --keep",)
    if needs:
        notes = (*notes, f"nothing is pushed without: {' '.join(needs)}")
    result = plan.result(proof)
    if plan.then:
        parts = zip_longest(plan.then, later)
        result = replace(result, then=tuple(step.result(its) for step, its in parts))
    return Outcome("plan", result, most_severe(codes), notes)
