"""What a policy says of a plan: who stands behind it, and which lines nobody covers."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line that a plan changes on a router."""

    device: str
    #: "+" added, "-" removed, "!" restored.
    sign: str
    text: str
    #: In the configuration that runs ("-") or is intended ("+"), from 1; None: it has no one place.
    number: int | None = None

    @property
    def words(self) -> str:
        """Such as "gd-pe1 line 92: + address 10.200.0.33/30"."""
        at = "" if self.number is None else f" line {self.number}"
        return f"{self.device}{at}: {self.sign} {self.text}"


@dataclass(frozen=True, slots=True)
class Uncovered:
    """What lines of a plan lack, by one rule of the policy."""

    #: "owner", "plan", "approve", "author", "apply", "two persons" or "amend".
    rule: str
    #: The scope whose rule it is; "" where it is the policy's own.
    scope: str
    #: Where the rule is written, such as "policy.yaml:12".
    place: str
    why: str
    #: None where it is of the plan as a whole.
    lines: tuple[NamedLine, ...] = ()

    @property
    def note(self) -> str:
        """What is said of a plan before anybody applies it."""
        return f"policy: {self.words}"

    @property
    def words(self) -> str:
        """The rule with its place and what it asks for."""
        of = f", scope {self.scope}" if self.scope else ""
        return f"{self.place}: rule {self.rule}{of}: {self.why}"

    def to_dict(self) -> dict[str, Any]:
        """One of `uncovered` in JSON."""
        return {
            "rule": self.rule,
            "scope": self.scope,
            "place": self.place,
            "why": self.why,
            "lines": [asdict(line) for line in self.lines],
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan stands under a policy."""

    #: By name, in order.
    authors: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    #: Of the lines, what they lack.
    uncovered: tuple[Uncovered, ...] = ()
    #: Statements that do not count, each with its place and why.
    ignored: tuple[str, ...] = ()

    @property
    def covered(self) -> bool:
        """Whether every line is."""
        return not self.uncovered

    def to_dict(self) -> dict[str, Any]:
        """`approvals` in JSON."""
        return {
            "authors": list(self.authors),
            "approvers": list(self.approvers),
            "covered": self.covered,
            "uncovered": [one.to_dict() for one in self.uncovered],
            "ignored": list(self.ignored),
        }


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """A plan, approved by one more person."""

    plan_hash: str
    person: str
    #: Fingerprint of their key.
    key: str
    #: Scopes that the approval counts in.
    scopes: tuple[str, ...]
    devices: tuple[str, ...]
    lines: int
    #: Why it may be pushed though it is not proved; "" where it may not.
    unproved: str = ""
    standing: Standing = field(default_factory=Standing)

    def to_dict(self) -> dict[str, Any]:
        """What `approve --json` prints."""
        return {
            "plan_hash": self.plan_hash,
            "person": self.person,
            "key": self.key,
            "scopes": list(self.scopes),
            "devices": list(self.devices),
            "lines": self.lines,
            "unproved": self.unproved,
            **self.standing.to_dict(),
        }
