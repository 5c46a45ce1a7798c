"""What a night came to: differences, devices, the proof, what was mended. Data only.

Words: a *difference* is one object of one device (a VRF, a session, a port) that is not as the
inventory means it, in the device's configuration or in its state. Times are ISO 8601 in UTC with
seconds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from egovnet.inventory.model.drift_class import DriftClass

RANKED = tuple(DriftClass)
#: The remedy of a difference that was put back and seen to be gone.
MENDED = "mended"


class Standing(StrEnum):
    """Whether a difference counts tonight."""

    OPEN = "open"
    #: Younger than the class's grace period.
    GRACE = "grace"
    #: Somebody answers for it until a day that is not over.
    ACKNOWLEDGED = "acknowledged"
    #: Said for completeness: a difference that is no drift.
    TOLD = "told"


_STANDINGS = tuple(Standing)


class Separation(StrEnum):
    """Whether the networks were kept apart: a fact, whoever answers for a leak."""

    HELD = "held"
    NOT_HELD = "not held"
    #: A leak was found and mended tonight, and what runs now is proved.
    HELD_AGAIN = "held again"
    #: What was read holds; some devices did not answer.
    HELD_WHERE_READ = "held where read"
    #: Nothing was read that could be judged.
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not as meant."""

    device: str
    klass: DriftClass
    #: "configuration" or "state".
    kind: str
    #: The object, such as "VRF i-party ipv4", "BGP session 10.0.0.1", "interface eth3.101".
    subject: str
    #: What is wrong, in one line.
    message: str
    vrf: str = ""
    vpn: str = ""
    #: Agency of the VPN; "" is the backbone's operator.
    owner: str = ""
    #: Native lines, "- " what runs, "+ " what is meant, without secrets; empty for a state.
    lines: tuple[str, ...] = ()
    #: The proof's witness path, one step a line.
    path: tuple[str, ...] = ()
    #: Whether `--remediate` may touch it, and if not, why.
    mendable: bool = False
    why_not: str = ""
    #: When it was first seen, and in how many runs in a row, tonight's included.
    first_seen: str = ""
    runs: int = 1
    standing: Standing = Standing.OPEN
    #: End of the grace period or of the acknowledgement, and who answers for it, and why.
    until: str = ""
    answered_by: str = ""
    reason: str = ""
    #: What the night did about it: "", "mended", "not mended: WHY".
    remedy: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same difference in another night."""
        return (self.device, self.kind, self.subject)

    @property
    def counts(self) -> bool:
        """Whether it is drift that nobody answers for."""
        return self.standing is Standing.OPEN


def rank(difference: Difference) -> tuple[int, int, str, str, str]:
    """Sorts differences: the gravest class first, within it those that count."""
    d = difference
    return (RANKED.index(d.klass), _STANDINGS.index(d.standing), d.device, d.kind, d.subject)


@dataclass(frozen=True, slots=True)
class LastKnown:
    """A device that did not answer, as it was when it last did."""

    at: str
    #: Seconds between that and tonight's run.
    age: int
    #: Differences then, by class.
    classes: Mapping[str, int] = field(default_factory=dict)
    #: Its state then, such as {"IS-IS adjacencies": 2, "BGP sessions": 6}.
    state: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceNight:
    """A device's row. Every chosen device has one."""

    device: str
    region: str
    tier: str
    #: "" when it answered, else why it did not.
    unreachable: str = ""
    #: Seconds that reading it took.
    seconds: float = 0.0
    #: When it was read; "" when it was not.
    read_at: str = ""
    #: Numbers of its state, as in LastKnown.
    state: Mapping[str, int] = field(default_factory=dict)
    #: Everything between what runs and what is meant, native lines without secrets.
    diff: str = ""
    last_known: LastKnown | None = None
    #: It said word for word what it said when it was last as meant.
    as_before: bool = False


@dataclass(frozen=True, slots=True)
class NightBefore:
    """An earlier run, for the trend."""

    at: str
    devices: int
    unreachable: int
    proved: bool
    #: Open differences by class.
    classes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remediation:
    """What was put back."""

    #: Classes that were asked for.
    classes: tuple[str, ...] = ()
    #: The change in the journal; None: nothing was begun.
    change: int | None = None
    #: "done", "undone", "refused", "nothing to do", or as `apply` says.
    result: str = "nothing to do"
    devices: tuple[str, ...] = ()
    #: Device -> why it was left as it is.
    left: Mapping[str, str] = field(default_factory=dict)
    #: Most devices that a night may change, and what that is of the network (0 to 1).
    limit: int = 0
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Night:
    """The whole run."""

    run: int
    network: str
    started: str
    seconds: float
    devices: tuple[DeviceNight, ...]
    differences: tuple[Difference, ...]
    #: As `prove --json` prints it, over what was read.
    proof: Mapping[str, Any]
    #: Earlier runs over the same devices, the oldest first, without this one.
    trend: tuple[NightBefore, ...] = ()
    remediation: Remediation | None = None
    #: What the policy of the job says that no longer holds, such as an expired acknowledgement.
    policy_notes: tuple[str, ...] = ()

    @property
    def proved(self) -> bool:
        """Whether separation held for what was read."""
        return bool(self.proof.get("proved"))

    @property
    def unreachable(self) -> tuple[DeviceNight, ...]:
        """The devices that did not answer."""
        return tuple(row for row in self.devices if row.unreachable)

    @property
    def separation(self) -> Separation:
        """The night's one answer. A leak that somebody answers for is one all the same."""
        grave = any(f.get("severity") != "hygiene" for f in self.proof.get("findings", ()))
        checked = self.proof.get("checked") or {}
        if grave or any(d.remedy != "mended" for d in self._leaks):
            return Separation.NOT_HELD
        if len(self.unreachable) == len(self.devices) or not checked.get("vrfs"):
            return Separation.NOT_KNOWN
        # A proof that was told who did not answer denies itself for that alone.
        if not self.proved and not self.proof.get("unreachable"):
            return Separation.NOT_HELD
        if self._leaks:
            return Separation.HELD_AGAIN
        return Separation.HELD_WHERE_READ if self.unreachable else Separation.HELD

    @property
    def _leaks(self) -> tuple[Difference, ...]:
        return tuple(
            d
            for d in self.differences
            if d.klass is DriftClass.LEAK and d.standing is not Standing.TOLD
        )

    @property
    def reason(self) -> str:
        """Why that is the answer, in one sentence without a full stop."""
        answer, silent = self.separation, len(self.unreachable)
        parts = [f"{silent:,} of {len(self.devices):,} devices did not answer"] if silent else []
        if answer is Separation.NOT_HELD:
            leaks = self._leaks
            mended = sum(d.remedy == "mended" for d in leaks)
            if mended:
                parts.insert(0, f"{mended:,} of them mended tonight")
            if leaks:
                parts.insert(0, _paths(len(leaks)))
            else:
                parts.insert(0, str(self.proof.get("reason", "the proof does not hold")))
        elif answer is Separation.HELD_AGAIN:
            parts.insert(
                0, f"{_paths(len(self._leaks))}, found and mended; what runs now is proved"
            )
        elif answer is Separation.HELD:
            parts.append(str(self.proof.get("reason", "proved over what was read")))
        elif answer is Separation.HELD_WHERE_READ:
            read = len(self.devices) - silent
            parts.append(f"what the other {read:,} run keeps the networks apart")
        else:
            parts.append("nothing was read that could be judged")
        return "; ".join(parts)

    def open(self, klass: DriftClass | None = None) -> tuple[Difference, ...]:
        """Differences that count (of one class)."""
        return tuple(
            d for d in self.differences if d.counts and (klass is None or d.klass is klass)
        )

    def of(self, device: str) -> tuple[Difference, ...]:
        """A device's differences, the gravest first."""
        return tuple(d for d in self.differences if d.device == device)

    def classes(self) -> dict[str, int]:
        """Open differences by class, every class named."""
        counted = Counter(d.klass for d in self.differences if d.counts)
        return {klass.value: counted[klass] for klass in RANKED}

    def data(self) -> dict[str, Any]:
        """What `drift --json` prints."""
        return {
            "run": self.run,
            "network": self.network,
            "started": self.started,
            "seconds": round(self.seconds, 3),
            "separation": self.separation.value,
            "reason": self.reason,
            "proved": self.proved,
            "classes": self.classes(),
            "differences": [_plain(asdict(d)) for d in self.differences],
            "devices": [_plain(asdict(row)) for row in self.devices],
            "unreachable": {row.device: row.unreachable for row in self.unreachable},
            "proof": dict(self.proof),
            "trend": [_plain(asdict(night)) for night in self.trend],
            "remediation": None if self.remediation is None else _plain(asdict(self.remediation)),
            "policy_notes": list(self.policy_notes),
        }


def _paths(number: int) -> str:
    ways = "1 path" if number == 1 else f"{number:,} paths"
    return f"{ways} that must not be, or that nothing rules out"


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    if "klass" in entry:
        entry = {("class" if key == "klass" else key): value for key, value in entry.items()}
    return {
        key: value.value if isinstance(value, StrEnum) else value for key, value in entry.items()
    }
