"""`demo`: the whole story on the lab, step by step; every step must be true.

Works on copies of the reference inventory in the state directory of a network called "demo",
so that nobody's journal or lab is touched.
"""

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.allocation.lock_file import LOCK_FILE
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.model import ServiceState
from egovnet.lab.customer import plug_in, site_lans
from egovnet.lab.generate import ce_name
from egovnet.playbooks.change.apply import apply_plan
from egovnet.playbooks.change.plan import make_plan
from egovnet.playbooks.core.devices import sessions_kept
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.workspace import REFERENCE, Workspace
from egovnet.playbooks.proof.prove import prove
from egovnet.playbooks.results.demo import DemoResult
from egovnet.playbooks.results.outcome import Exit, Outcome
from egovnet.playbooks.results.transaction import TransactionResult
from egovnet.playbooks.rollback.rollback import rollback
from egovnet.playbooks.verbs import demo_exchange as exchange
from egovnet.playbooks.verbs import lab as lab_playbook
from egovnet.playbooks.verbs.demo_story import (
    StepFailedError,
    Story,
    apply_it,
    new_plan,
    verified_in,
    verifying_here,
    waiting_at,
    why_not,
)
from egovnet.playbooks.verbs.lab import LabOptions
from egovnet.playbooks.verbs.lab_backends import backend
from egovnet.playbooks.verbs.lab_connections import lab_senders
from egovnet.tasks.credentials import state_directory

NAME = "demo"
NEW_SITE = "party-shanghai"
_NEW_ACCESS = "main"
_NEW_PE = "sh-pe1"
_NEW_SITE: dict[str, Any] = {
    NEW_SITE: {
        "description": "Municipal party committee, Shanghai",
        "region": "shanghai",
        "vpn": "party",
        "prefixes": ["10.1.13.0/24", "fde9:1:13::/64"],
        "state": ServiceState.WAITING.value,
        "site-network-accesses": {
            _NEW_ACCESS: {"pe": _NEW_PE, "port": "eth3", "routing-protocol": "bgp"}
        },
    }
}
#: The other sites of the party network, whose hosts the new site must reach.
_COLLEAGUE = "party-beijing"
_STRANGER = "public-beijing"
#: A tag that the customer's equipment does not use.
_WRONG_VLAN = 3900
#: Seconds in which the new customer's router comes up, and between two looks at it.
_PATIENCE, _PAUSE = 60.0, 0.5
#: The story cuts no cable, and its nodes share a processor or two: at the network's own intervals
#: BFD takes more of them than all other daemons.
_FAILURE_DETECTION = {"bfd": {of: {"interval": 1000} for of in ("circuits", "accesses")}}
#: Seconds that a customer is waited for whose VLAN is mistyped: he never comes.
_MISTYPED_WAIT = 4


def demo(
    workspace: Workspace, progress: Progress, tell: Callable[[str], None], *, keep: bool
) -> Outcome[DemoResult]:
    """Tell the story; exit 0 only if every step was true. `keep` leaves the lab up."""
    root = state_directory(NAME) / "inventories"
    story = Story(root, progress, workspace, tell)
    _write_inventories(root)
    lab = backend(story.workspace("next"))
    try:
        with sessions_kept(story.workspace("next")):
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
    he is; `wrong`: a mistyped VLAN; `clash`. Of `base` with an exchange more: `asked` for, approved
    and so in force (`exchange`), and `ended`."""
    shutil.rmtree(root, ignore_errors=True)
    sites = ("next", "served", "wrong", "clash")
    for name in ("base", *sites, "asked", "exchange", "ended"):
        shutil.copytree(
            REFERENCE, root / name, ignore=shutil.ignore_patterns("*.py", "__pycache__")
        )
        text = (root / name / "network.yaml").read_text(encoding="utf-8")
        renamed = text.replace("name: reference", f"name: {NAME}", 1)
        more = yaml.safe_dump(_FAILURE_DETECTION)
        (root / name / "network.yaml").write_text(f"{renamed}\n{more}", encoding="utf-8")
    exchange.declare(root / "asked", approved=False)
    exchange.declare(root / "exchange")
    exchange.declare(root / "ended", ended=True)
    for name in sites:
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


def _lab_up(story: Story) -> str:
    workspace = story.workspace("next")
    outcome = lab_playbook.up(workspace, LabOptions(reconfigure=True), story.tell)
    lab = outcome.result
    routers = sum(node.kind == "router" for node in lab.nodes)
    return (
        f"{len(lab.nodes)} nodes, {routers} routers with management and SSH only, "
        f"ready for SSH after {lab.seconds['ssh']:.1f} s"
    )


def _first_apply(story: Story) -> str:
    workspace = story.workspace("base")
    with sessions_kept(workspace):
        plan = new_plan(workspace, story)
        if len(plan.devices) != len(workspace.network.routers):
            raise StepFailedError("not every router had something to provision")
        lines = sum(d.count("\n") for d in plan.diffs().values())
        seen = apply_it(workspace, story, plan)
        return f"change {story.change}: {len(plan.devices)} routers, {lines} lines; {seen}"


def _matrix(story: Story) -> str:
    return verified_in(story, "base")


def _empty_plan(story: Story) -> str:
    plan = new_plan(story.workspace("base"), story)
    if plan.devices:
        raise StepFailedError(f"these would change again: {plan.diffs()}")
    return f"{len(plan.unchanged)} routers run what the inventory means; plan {plan.hash[:12]}"


def _proved(story: Story) -> str:
    proof = prove(story.workspace("base"), story.progress, running=True)
    if proof.exit is not Exit.DONE:
        first = "; ".join(finding.message for finding in proof.result.findings[:3])
        raise StepFailedError(f"{proof.result.reason}: {first}")
    checked = proof.result.checked
    return f"proved over {checked.lines} lines that run in {checked.devices} routers"


def _mistyped_target(story: Story) -> str:
    """A hand that edits a router's text: one more route target in a VRF of the other network."""
    workspace = story.workspace("base")
    own, other = (workspace.allocation.route_target[vpn] for vpn in ("public", "party"))
    text = workspace.intended()["sh-pe1"]
    wrong = text.replace(f"rt vpn both 65000:{own}", f"rt vpn both 65000:{own} 65000:{other}")
    plan = make_plan(workspace, story.progress, intended={"sh-pe1": wrong})
    outcome = apply_plan(workspace, story.progress, plan)
    refused = outcome.result
    if outcome.exit is not Exit.LEAK_OR_FAILED_VERIFICATION or refused.change or not refused.proof:
        raise StepFailedError(f"it was not refused: {why_not(refused)}")
    finding = refused.proof.findings[0]
    for number, hop in enumerate(finding.path, start=1):
        where = f"VRF {hop.vrf} on {hop.device}" if hop.vrf else hop.device
        story.tell(f"   {number}. {where} {hop.what} (line {hop.line}: {hop.quote})")
    return f"refused, nothing was touched: {finding.message}"


def _clash(story: Story) -> str:
    try:
        _ = story.workspace("clash").network
    except InventoryError as error:
        problem = error.problems[0]
        return str(replace(problem, file=Path(problem.file).name))
    raise StepFailedError("an overlapping prefix was accepted")


def _new_site(story: Story) -> str:
    workspace = story.workspace("next")
    with sessions_kept(workspace):
        plan = new_plan(workspace, story)
        if list(plan.devices) != [_NEW_PE] or plan.affected.sites != (NEW_SITE,):
            raise StepFailedError(f"more than the new site would change: {plan.affected}")
        story.tell("\n".join("   " + line for line in plan.devices["sh-pe1"].diff.splitlines()))
        apply_it(workspace, story, plan)
        (access,) = story.waiting
        if access.answers:
            raise StepFailedError("a customer answers that is not there yet")
        return f"change {story.change}: the PE's side is there; {access.words}"


def _customer_comes(story: Story) -> str:
    """The customer plugs his router in; it is reported, and the engineer sets it in service."""
    workspace = story.workspace("next")
    lines = plug_in(workspace.network, workspace.allocation, NEW_SITE, _NEW_ACCESS)
    backend(workspace).exec(ce_name(NEW_SITE), " && ".join(lines))
    deadline = time.monotonic() + _PATIENCE
    while not (access := waiting_at(story, "next", _NEW_PE)).answers:
        if time.monotonic() > deadline:
            raise StepFailedError(access.words)
        time.sleep(_PAUSE)
    story.tell(f"   {access.words}")
    shutil.copyfile(story.root / "next" / LOCK_FILE, story.root / "served" / LOCK_FILE)
    seen = verified_in(story, "served")
    _ping(story, NEW_SITE, _COLLEAGUE, reached=True)
    _ping(story, NEW_SITE, _STRANGER, reached=False)
    return f"{NEW_SITE} reaches {_COLLEAGUE}, and not {_STRANGER}; {seen}"


def _ping(story: Story, source: str, target: str, *, reached: bool) -> None:
    workspace = story.workspace("served")
    addresses = [str(lan.host.ip) for lan in site_lans(workspace.network, target)]
    # at the same time: silence takes its second
    pings = "".join(
        f"ping -n -q -c 2 -i 0.2 -W 1 {address} && echo answers: {address} & "
        for address in addresses
    )
    said = backend(workspace).exec(f"{source}-host", f"{pings}wait").stdout.splitlines()
    wrong = [address for address in addresses if (f"answers: {address}" in said) != reached]
    if wrong:
        verb = "does not reach" if reached else "reaches"
        raise StepFailedError(f"{source} {verb} {target} ({', '.join(wrong)})")


def _bad_change(story: Story) -> str:
    # The mistake is made in the inventory as it stands now, with what it has allocated.
    shutil.copyfile(story.root / "served" / LOCK_FILE, story.root / "wrong" / LOCK_FILE)
    workspace = story.workspace("wrong")
    with sessions_kept(workspace):
        plan = new_plan(workspace, story)
        verifying = verifying_here(workspace, converge=_MISTYPED_WAIT)
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


def _as_before(story: Story) -> str:
    plan = new_plan(story.workspace("served"), story)
    if plan.devices:
        raise StepFailedError(f"something of the bad change is left: {plan.diffs()}")
    return "plan empty again; " + verified_in(story, "served")


def _rollback(story: Story) -> str:
    number = story.change
    workspace = story.workspace("served")
    sources = lab_senders(workspace)
    outcome = rollback(workspace, story.progress, number, yes=True, sources=sources)
    ended = outcome.result.done
    if not isinstance(ended, TransactionResult):
        raise StepFailedError("it was only shown")
    if outcome.exit is not Exit.DONE:
        raise StepFailedError(why_not(ended))
    _ping(story, NEW_SITE, _COLLEAGUE, reached=False)
    plan = new_plan(story.workspace("base"), story)
    if plan.devices:
        raise StepFailedError(f"the rollback left something: {plan.diffs()}")
    return f"change {ended.change} undid change {number}; the routers run what they ran before it"


def _journal(story: Story) -> str:
    changes = story.workspace("base").journal.changes()[-6:]
    states = [change.state for change in changes]
    if states != ["done", "done", "undone", "done", "done", "done"]:
        raise StepFailedError(f"the journal tells another story: {states}")
    return "; ".join(
        f"{c.id} {c.kind}{f' of {c.undoes}' if c.undoes else ''} {c.state}" for c in changes
    )


_STEPS: tuple[tuple[str, Callable[[Story], str]], ...] = (
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
    ("An exchange between two agencies is refused before it is approved", exchange.not_approved),
    ("Approved, it passes the firewalls, and nothing beside it does", exchange.exchanged),
    ("It ends: drift reports the leak, and the next plan takes it away", exchange.ended),
    ("The journal knows it all", _journal),
)
