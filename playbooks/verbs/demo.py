"""`demo`: the whole story on the lab, step by step; every step must be true.

Works on copies of the reference inventory in the state directory of a network called "demo",
so that nobody's journal or lab is touched.
"""

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.allocation.lock_file import LOCK_FILE
from egovnet.inventory.errors import EgovnetError, InventoryError
from egovnet.inventory.model import ServiceState
from egovnet.lab.customer import plug_in, site_lans
from egovnet.lab.errors import LabError
from egovnet.lab.generate import ce_name
from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.plan import Plan, make_plan
from egovnet.playbooks.core.devices import sessions_kept
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.proof.prove import prove
from egovnet.playbooks.results.demo import DemoResult, DemoStep
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.results.verification import CheckFinding, Verification, WaitingAccess
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.playbooks.verbs import lab as lab_playbook
from egovnet.playbooks.verbs.lab import LabOptions
from egovnet.playbooks.verbs.lab_backends import backend
from egovnet.playbooks.verbs.lab_connections import lab_senders
from egovnet.playbooks.verbs.lab_hosts import LabHosts
from egovnet.playbooks.verify.defaults import DEFAULT_CONVERGE
from egovnet.playbooks.verify.verify import Verifier
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.tasks.credentials import state_directory

NAME = "demo"
NEW_SITE = "party-shanghai"
_NEW_ACCESS = "main"
_NEW_SITE: dict[str, Any] = {
    NEW_SITE: {
        "description": "Municipal party committee, Shanghai",
        "region": "shanghai",
        "vpn": "party",
        "prefixes": ["10.1.13.0/24", "fde9:1:13::/64"],
        "state": ServiceState.WAITING.value,
        "site-network-accesses": {
            _NEW_ACCESS: {"pe": "sh-pe1", "port": "eth3", "routing-protocol": "bgp"}
        },
    }
}
#: The other sites of the party network, whose hosts the new site must reach.
_COLLEAGUE = "party-beijing"
_STRANGER = "public-beijing"
#: A tag that the customer's equipment does not use.
_WRONG_VLAN = 3900
#: How often it is looked whether the new customer's router has come up.
_LOOKS = 5


class StepFailedError(EgovnetError):
    """A step of the story was not true."""


@dataclass
class _Story:
    """The demo's inventories, and what has been told so far."""

    root: Path
    progress: Progress
    #: What the command was given; the story's own are beside it.
    given: Workspace
    #: Hears every line of the story.
    tell: Callable[[str], None]
    steps: list[DemoStep] = field(default_factory=list)
    change: int = 0
    #: What the last verification saw of customers that are awaited.
    waiting: tuple[WaitingAccess, ...] = ()

    def workspace(self, name: str) -> Workspace:
        return self.given.beside(self.root / name)

    def step(self, title: str, action: Callable[[], str]) -> bool:
        """Tell a step, do it, and keep whether it was true."""
        self.tell(f"\n== {len(self.steps) + 1}. {title}")
        begun = time.monotonic()
        try:
            seen, ok = action(), True
        except (EgovnetError, LabError) as error:
            seen, ok = str(error), False
        self.progress.finish()
        seconds = time.monotonic() - begun
        self.steps.append(DemoStep(title, ok, seconds, seen))
        self.tell(f"   {'ok' if ok else 'FAILED'} after {seconds:.1f} s: {seen}")
        return ok


def demo(
    workspace: Workspace, progress: Progress, tell: Callable[[str], None], *, keep: bool
) -> Outcome[DemoResult]:
    """Tell the story; exit 0 only if every step was true. `keep` leaves the lab up."""
    root = state_directory(NAME) / "inventories"
    story = _Story(root, progress, workspace, tell)
    _write_inventories(root)
    lab = backend(story.workspace("next"))
    try:
        for title, action in _STEPS:
            if not story.step(title, lambda action=action: action(story)):  # type: ignore[misc] # bound at once
                break
    finally:
        if not keep:
            lab.down()
    ok = len(story.steps) == len(_STEPS) and all(step.ok for step in story.steps)
    code = Exit.DONE if ok else Exit.LEAK_OR_FAILED_VERIFICATION
    return Outcome("demo", DemoResult(ok, tuple(story.steps)), code)


def _write_inventories(root: Path) -> None:
    """`base`: the reference; `next`: with the new site, whose customer is not there yet; `served`:
    he is; `wrong`: a mistyped VLAN; `clash`."""
    shutil.rmtree(root, ignore_errors=True)
    for name in ("base", "next", "served", "wrong", "clash"):
        shutil.copytree(
            REFERENCE, root / name, ignore=shutil.ignore_patterns("*.py", "__pycache__")
        )
        text = (root / name / "network.yaml").read_text(encoding="utf-8")
        renamed = text.replace("name: reference", f"name: {NAME}", 1)
        (root / name / "network.yaml").write_text(renamed, encoding="utf-8")
    for name in ("next", "served", "wrong", "clash"):
        _edit(root / name / "sites" / "shanghai.yaml", lambda sites: sites.update(_NEW_SITE))

    def mistype(sites: dict[str, Any]) -> None:
        sites["gov-shanghai"]["site-network-accesses"]["main"]["vlan"] = _WRONG_VLAN

    def overlap(sites: dict[str, Any]) -> None:
        sites[NEW_SITE]["prefixes"] = ["10.1.22.0/25", "fde9:1:13::/64"]

    for name in ("served", "wrong"):
        _edit(root / name / "sites" / "shanghai.yaml", lambda sites: sites[NEW_SITE].pop("state"))
    _edit(root / "wrong" / "sites" / "shanghai.yaml", mistype)
    _edit(root / "clash" / "sites" / "shanghai.yaml", overlap)


def _edit(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    sites = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(sites)
    path.write_text(yaml.safe_dump(sites, sort_keys=False), encoding="utf-8")


# -- the steps: each returns what was seen, or raises ------------------------------------------


def _lab_up(story: _Story) -> str:
    workspace = story.workspace("next")
    outcome = lab_playbook.up(workspace, LabOptions(reconfigure=True), story.tell)
    lab = outcome.result
    routers = sum(node.kind == "router" for node in lab.nodes)
    return (
        f"{len(lab.nodes)} nodes, {routers} routers with management and SSH only, "
        f"ready for SSH after {lab.seconds['ssh']:.1f} s"
    )


def _plan(workspace: Workspace, story: _Story) -> Plan:
    plan = make_plan(workspace, story.progress)
    workspace.on_disk.keep_allocation()
    if plan.unreachable:
        raise StepFailedError(f"unreachable: {plan.unreachable}")
    return plan


def _apply(workspace: Workspace, story: _Story, plan: Plan) -> str:
    """Apply, and tell what the verification saw."""
    outcome = apply_plan(workspace, story.progress, plan, verifying=_verifying(workspace))
    ended = outcome.result
    if outcome.exit is not Exit.DONE or not isinstance(ended.verification, Verification):
        raise StepFailedError(_why(ended))
    story.change = ended.change or 0
    story.waiting = ended.verification.waiting
    return _seen(ended.verification)


def _verifying(workspace: Workspace, converge: int = DEFAULT_CONVERGE) -> Verifying:
    return Verifying(converge, lab_senders(workspace))


def _why(ended: TransactionResult) -> str:
    findings = ended.verification.findings if ended.verification else ()
    return f"{ended.result} in {ended.failed_stage}: {dict(ended.failures)} {_messages(findings)}"


def _messages(findings: Iterable[CheckFinding]) -> str:
    return "; ".join(finding.message for finding in islice(findings, 5))


def _first_apply(story: _Story) -> str:
    workspace = story.workspace("base")
    with sessions_kept(workspace):
        plan = _plan(workspace, story)
        if len(plan.devices) != len(workspace.network.routers):
            raise StepFailedError("not every router had something to provision")
        lines = sum(d.count("\n") for d in plan.diffs().values())
        seen = _apply(workspace, story, plan)
        return f"change {story.change}: {len(plan.devices)} routers, {lines} lines; {seen}"


def _seen(verification: Verification) -> str:
    matrix, labels = verification.matrix, verification.labels.examples
    return (
        f"{matrix.probed} of {matrix.pairs} pairs probed from {' and '.join(matrix.sources)}"
        f", none across; {labels[0] if labels else 'no label'}"
    )


def _matrix(story: _Story) -> str:
    return _verified(story, "base")


def _verified(story: _Story, name: str) -> str:
    workspace = story.workspace(name)
    found = Verifier(workspace, story.progress, _verifying(workspace)).verify()
    if found.exit is not Exit.DONE:
        raise StepFailedError(
            f"not verified: {dict(found.unreachable)} {_messages(found.findings)}"
        )
    story.waiting = found.waiting
    if LabHosts.name not in found.matrix.sources:
        raise StepFailedError("no host of the lab took part")
    return _seen(found)


def _empty_plan(story: _Story) -> str:
    plan = _plan(story.workspace("base"), story)
    if plan.devices:
        raise StepFailedError(f"these would change again: {plan.diffs()}")
    return f"{len(plan.unchanged)} routers run what the inventory means; plan {plan.hash[:12]}"


def _proved(story: _Story) -> str:
    proof = prove(story.workspace("base"), story.progress, running=True)
    if proof.exit is not Exit.DONE:
        first = "; ".join(finding.message for finding in proof.result.findings[:3])
        raise StepFailedError(f"{proof.result.reason}: {first}")
    checked = proof.result.checked
    return f"proved over {checked.lines} lines that run in {checked.devices} routers"


def _mistyped_target(story: _Story) -> str:
    """A hand that edits a router's text: one more route target in a VRF of the other network."""
    workspace = story.workspace("base")
    own, other = (workspace.allocation.route_target[vpn] for vpn in ("public", "party"))
    text = workspace.intended()["sh-pe1"]
    wrong = text.replace(f"rt vpn both 65000:{own}", f"rt vpn both 65000:{own} 65000:{other}")
    plan = make_plan(workspace, story.progress, intended={"sh-pe1": wrong})
    outcome = apply_plan(workspace, story.progress, plan)
    refused = outcome.result
    if outcome.exit is not Exit.LEAK_OR_FAILED_VERIFICATION or refused.change or not refused.proof:
        raise StepFailedError(f"it was not refused: {_why(refused)}")
    finding = refused.proof.findings[0]
    for number, hop in enumerate(finding.path, start=1):
        where = f"VRF {hop.vrf} on {hop.device}" if hop.vrf else hop.device
        story.tell(f"   {number}. {where} {hop.what} (line {hop.line}: {hop.quote})")
    return f"refused, nothing was touched: {finding.message}"


def _clash(story: _Story) -> str:
    try:
        _ = story.workspace("clash").network
    except InventoryError as error:
        problem = error.problems[0]
        return str(replace(problem, file=Path(problem.file).name))
    raise StepFailedError("an overlapping prefix was accepted")


def _new_site(story: _Story) -> str:
    workspace = story.workspace("next")
    with sessions_kept(workspace):
        plan = _plan(workspace, story)
        if list(plan.devices) != ["sh-pe1"] or plan.affected.sites != (NEW_SITE,):
            raise StepFailedError(f"more than the new site would change: {plan.affected}")
        story.tell("\n".join("   " + line for line in plan.devices["sh-pe1"].diff.splitlines()))
        _apply(workspace, story, plan)
        (access,) = story.waiting
        if access.answers:
            raise StepFailedError("a customer answers that is not there yet")
        return f"change {story.change}: the PE's side is there; {access.words}"


def _customer_comes(story: _Story) -> str:
    """The customer plugs his router in; it is reported, and the engineer sets it in service."""
    workspace = story.workspace("next")
    lines = plug_in(workspace.network, workspace.allocation, NEW_SITE, _NEW_ACCESS)
    backend(workspace).exec(ce_name(NEW_SITE), " && ".join(lines))
    for _ in range(_LOOKS):
        _verified(story, "next")
        (access,) = story.waiting
        if access.answers:
            break
    else:
        raise StepFailedError(access.words)
    story.tell(f"   {access.words}")
    shutil.copyfile(story.root / "next" / LOCK_FILE, story.root / "served" / LOCK_FILE)
    seen = _verified(story, "served")
    _ping(story, NEW_SITE, _COLLEAGUE, reached=True)
    _ping(story, NEW_SITE, _STRANGER, reached=False)
    return f"{NEW_SITE} reaches {_COLLEAGUE}, and not {_STRANGER}; {seen}"


def _ping(story: _Story, source: str, target: str, *, reached: bool) -> None:
    workspace = story.workspace("served")
    lab = backend(workspace)
    for lan in site_lans(workspace.network, target):
        done = lab.exec(f"{source}-host", f"ping -n -c 2 -i 0.2 -W 1 {lan.host.ip}")
        if (done.exit_code == 0) != reached:
            verb = "does not reach" if reached else "reaches"
            raise StepFailedError(f"{source} {verb} {target} ({lan.host.ip})")


def _bad_change(story: _Story) -> str:
    # The mistake is made in the inventory as it stands now, with what it has allocated.
    shutil.copyfile(story.root / "served" / LOCK_FILE, story.root / "wrong" / LOCK_FILE)
    workspace = story.workspace("wrong")
    with sessions_kept(workspace):
        plan = _plan(workspace, story)
        verifying = _verifying(workspace, converge=8)
        outcome = apply_plan(workspace, story.progress, plan, verifying=verifying)
        ended = outcome.result
        if (
            outcome.exit is not Exit.LEAK_OR_FAILED_VERIFICATION
            or ended.result != "undone"
            or ended.verification is None
        ):
            raise StepFailedError(
                f"expected to be undone, was {ended.result} (exit {outcome.exit})"
            )
        new = [finding for finding in ended.verification.findings if not finding.known]
        return f"change {ended.change} undone everywhere: {new[0].message}"


def _as_before(story: _Story) -> str:
    plan = _plan(story.workspace("served"), story)
    if plan.devices:
        raise StepFailedError(f"something of the bad change is left: {plan.diffs()}")
    return "plan empty again; " + _verified(story, "served")


def _rollback(story: _Story) -> str:
    number = story.change
    workspace = story.workspace("served")
    sources = lab_senders(workspace)
    outcome = rollback(workspace, story.progress, number, yes=True, sources=sources)
    ended = outcome.result.done
    if not isinstance(ended, TransactionResult):
        raise StepFailedError("it was only shown")
    if outcome.exit is not Exit.DONE:
        raise StepFailedError(_why(ended))
    _ping(story, NEW_SITE, _COLLEAGUE, reached=False)
    plan = _plan(story.workspace("base"), story)
    if plan.devices:
        raise StepFailedError(f"the rollback left something: {plan.diffs()}")
    return f"change {ended.change} undid change {number}; the routers run what they ran before it"


def _journal(story: _Story) -> str:
    changes = story.workspace("base").journal.changes()[-4:]
    states = [change.state for change in changes]
    if states != ["done", "done", "undone", "done"]:
        raise StepFailedError(f"the journal tells another story: {states}")
    return "; ".join(
        f"{c.id} {c.kind}{f' of {c.undoes}' if c.undoes else ''} {c.state}" for c in changes
    )


_STEPS: tuple[tuple[str, Callable[[_Story], str]], ...] = (
    ("The routers come up with a day-0 configuration", _lab_up),
    ("The whole network is planned and applied as one change", _first_apply),
    ("The packet matrix: what must reach does, what must not does not", _matrix),
    ("A second plan is empty", _empty_plan),
    ("A site whose addresses clash is refused before anything is touched", _clash),
    ("What the routers run is proved to keep the two networks apart", _proved),
    ("One route target too many is refused by the proof, with the path", _mistyped_target),
    ("A new site is planned and applied before its customer's router is there", _new_site),
    ("The customer's router comes, and the site is in service", _customer_comes),
    ("A change with a mistyped VLAN fails its verification and is undone", _bad_change),
    ("Everything is as before the bad change", _as_before),
    ("The new site is rolled back by its change number", _rollback),
    ("The journal knows it all", _journal),
)
