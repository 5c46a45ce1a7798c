"""The proof before a push: what the network will be, and every state on the way there.

Nothing that is not proved is pushed. Who must push all the same gives a name and a reason, and both
stand in the journal with what was found.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from egovnet.inventory.paused_collector import paused_collector
from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.symptoms import by_cause
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from egovnet.playbooks.change.plan import Plan
from egovnet.playbooks.core.approved_lines import expectation_of
from egovnet.playbooks.core.former import former_inventory
from egovnet.playbooks.core.intended import Inventory
from egovnet.playbooks.core.progress import Progress
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.progress_names import NETWORK
from egovnet.playbooks.results.push_proof import PushProof
from egovnet.playbooks.results.reported_finding import reported
from egovnet.playbooks.results.verdict import counted, counts
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.read_texts import NativeText, read_all

_OTHERS = Assumption(
    "other routers",
    "Routers that the change does not touch run what the inventory means: those that were planned "
    "were compared, others were not read.",
    ("P1", "P8", "P9", "P11"),
)


@dataclass(frozen=True, slots=True)
class Override:
    """Who pushes what is not proved, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gate:
    """The verdict on the end of a push, and on every state in between."""

    after: Verdict
    push: Verdict
    #: Whether there are routers that the push does not touch.
    others: bool = True

    @property
    def only_on_the_way(self) -> bool:
        """Whether the end is proved, and what is before it is not: then steps may help."""
        return self.after.proved and not self.proved

    @property
    def proved(self) -> bool:
        """Whether the plan may be pushed."""
        return self.after.proved and not self._denying(self.push.findings)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What denies it, the end's first; a finding of both is said once."""
        at_the_end = self._denying(self.after.findings)
        known = {finding.key for finding in at_the_end}
        on_the_way = [f for f in self._denying(self.push.findings) if f.key not in known]
        return (*at_the_end, *on_the_way)

    @staticmethod
    def _denying(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        return tuple(finding for finding in findings if finding.denies)

    def result(self) -> PushProof:
        """What verbs and the journal say of it."""
        return PushProof(
            proved=self.proved,
            reason=self._reason(),
            findings=reported(self.findings),
            properties=tuple(self.push.checked.properties),
            assumptions=(*self.push.assumptions, *((_OTHERS,) if self.others else ())),
        )

    def _reason(self) -> str:
        if self.proved:
            checked = counted(self.after.checked.devices, "device")
            return f"no path that must not be, in {checked}, at the end and at any moment before it"
        found = counts(by_cause(self.findings))
        if self._denying(self.after.findings):
            return f"{found} in what the network would be"
        return f"{found} on the way there, and none at its end"


def gate(
    workspace: Workspace, progress: Progress, plan: Plan, former: Inventory | None = None
) -> Gate:
    """Prove `plan` over the whole network. Linear in the network.

    `former` is what the network runs before it; None: what was applied last.

    Raises:
        ConfigTextError: a text of the plan cannot be read as a router's.
    """
    progress.stage("proof", 1)
    progress.device("proof", NETWORK, "begin")
    with paused_collector():
        result = _prove(workspace, plan, former)
    progress.device("proof", NETWORK, "done" if result.proved else "failed")
    return result


def _prove(workspace: Workspace, plan: Plan, former: Inventory | None) -> Gate:
    platforms = {name: router.platform for name, router in workspace.network.routers.items()}
    others = [name for name in workspace.network.routers if name not in plan.devices]
    unchanged = _read(workspace.intended(others), "as intended", platforms)
    before = _read({n: e.before for n, e in plan.devices.items()}, "running", platforms)
    after = _read({n: e.intended for n, e in plan.devices.items()}, "planned", platforms)
    expectation = expectation_of(workspace)
    known = former or former_inventory(workspace)
    were = None if known is None else from_inventory(known.network, known.allocation)
    old, new = {**unchanged, **before}, {**unchanged, **after}
    return replace(proof_of(old, new, expectation, were), others=bool(others))


def proof_of(
    old: Mapping[str, DeviceFacts],
    new: Mapping[str, DeviceFacts],
    expectation: Expectation,
    former: Expectation | None,
) -> Gate:
    """The proof of going from `old` to `new`.

    On the way there the network is also what it was made from, where that is known: a customer that
    leaves is no stranger while it is still there, and one whose port or target another takes is
    still the one whose routes the other routers have.
    """
    way = expectation if former is None else expectation.with_former(former)
    return Gate(prove(new, expectation), prove_push(old, new, way), others=False)


def _read(
    texts: Mapping[str, str], what: str, platforms: Mapping[str, str]
) -> dict[str, DeviceFacts]:
    return read_all(
        {
            name: NativeText(text, f"{name} ({what})", platforms.get(name), name)
            for name, text in texts.items()
        }
    )


def override_from(name: str | None, reason: str | None) -> Override | None:
    """The two options together, or neither.

    Raises:
        UsageError: one without the other, or an empty one.
    """
    if name is None and reason is None:
        return None
    if not (name or "").strip() or not (reason or "").strip():
        raise UsageError(
            "--unproved-by and --reason go together: who answers for a push that is not "
            "proved, and why; both stand in the journal"
        )
    return Override(str(name).strip(), str(reason).strip())
