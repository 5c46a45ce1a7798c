"""What a drift run came to: devices, differences, the proof, what was remediated. Data only.

Times are ISO 8601 in UTC with seconds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.results.difference import Difference, Status, rank
from egovnet.playbooks.results.network_map import NetworkMap
from egovnet.playbooks.results.outcome import Exit, most_severe
from egovnet.playbooks.results.proof_result import ProofResult
from egovnet.playbooks.results.provenance import Provenance
from egovnet.playbooks.results.verification import WaitingAccess

__all__ = [
    "DeviceRow",
    "Difference",
    "DriftClass",
    "DriftReport",
    "EarlierRun",
    "LastKnown",
    "Remediation",
    "Separation",
    "Status",
    "Tone",
    "rank",
]


class Tone(StrEnum):
    """How a report shows an answer: good, bad, or with a reservation."""

    YES = "yes"
    NO = "no"
    PART = "part"


class Separation(StrEnum):
    """Whether the networks were kept apart: a fact, whoever acknowledged a leak.

    Each answer has the sentence (without a full stop) and the tone that reports show it in.
    """

    HELD = "held", "Separation held", Tone.YES
    NOT_HELD = "not held", "Separation did NOT hold", Tone.NO
    #: A leak was found and remediated in this run, and the running configurations are proved now.
    HELD_AGAIN = "held again", "Separation did not hold, and was restored", Tone.PART
    #: What was read holds; some devices did not answer.
    HELD_WHERE_READ = "held where read", "Separation held for what was read", Tone.PART
    #: Nothing was read that could be evaluated.
    NOT_KNOWN = "not known", "Not known whether separation held", Tone.PART

    sentence: str
    tone: Tone

    def __new__(cls, name: str, sentence: str = "", tone: Tone = Tone.PART) -> Self:
        """A member with its sentence and tone; `Separation("held")` finds one and makes none."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.sentence, member.tone = sentence, tone
        return member

    @property
    def proved(self) -> bool:
        """Whether all that was read is proved in the end."""
        return self not in (Separation.NOT_HELD, Separation.NOT_KNOWN)


@dataclass(frozen=True, slots=True)
class LastKnown:
    """A device that did not answer, as it was when it last did."""

    at: str
    #: Seconds between that and this run.
    age: int
    #: Differences then, by class.
    classes: Mapping[str, int] = field(default_factory=dict)
    #: Its state then, such as {"IS-IS adjacencies": 2, "BGP sessions": 6}.
    state: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As `drift --json` prints it."""
        return {
            "at": self.at,
            "age": self.age,
            "classes": dict(self.classes),
            "state": dict(self.state),
        }


@dataclass(frozen=True, slots=True)
class DeviceRow:
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
    #: Everything between the running and the intended, native lines without secrets.
    diff: str = ""
    last_known: LastKnown | None = None
    #: Its answer has the digests of the last one that was compliant.
    unchanged: bool = False

    def to_dict(self) -> dict[str, Any]:
        """As `drift --json` prints it; `as_before` is the former name of `unchanged`."""
        return {
            "device": self.device,
            "region": self.region,
            "tier": self.tier,
            "unreachable": self.unreachable,
            "seconds": self.seconds,
            "read_at": self.read_at,
            "state": dict(self.state),
            "diff": self.diff,
            "last_known": None if self.last_known is None else self.last_known.to_dict(),
            "unchanged": self.unchanged,
            "as_before": self.unchanged,
        }


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """An earlier run, for the trend."""

    at: str
    devices: int
    unreachable: int
    proved: bool
    #: Open differences by class.
    classes: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As `drift --json` prints it."""
        return {
            "at": self.at,
            "devices": self.devices,
            "unreachable": self.unreachable,
            "proved": self.proved,
            "classes": dict(self.classes),
        }


@dataclass(frozen=True, slots=True)
class Remediation:
    """What was restored."""

    #: Classes that were asked for.
    classes: tuple[str, ...] = ()
    #: The change in the journal; None: nothing was begun.
    change: int | None = None
    #: "done", "undone", "refused", "nothing to do", or as `apply` reports.
    result: str = "nothing to do"
    devices: tuple[str, ...] = ()
    #: Device -> why it was left as it is.
    left: Mapping[str, str] = field(default_factory=dict)
    #: Most devices that a run may change, and what that is of the network (0 to 1).
    limit: int = 0
    share: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As `drift --json` prints it."""
        return {
            "classes": list(self.classes),
            "change": self.change,
            "result": self.result,
            "devices": list(self.devices),
            "left": dict(self.left),
            "limit": self.limit,
            "share": self.share,
        }


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The whole run."""

    run: int
    network: str
    started: str
    seconds: float
    devices: tuple[DeviceRow, ...]
    differences: tuple[Difference, ...]
    #: Over what was read.
    proof: ProofResult
    #: Earlier runs over the same devices, the oldest first, without this one.
    trend: tuple[EarlierRun, ...] = ()
    remediation: Remediation | None = None
    #: Drift rules that no longer hold, such as an expired acknowledgement.
    policy_notes: tuple[str, ...] = ()
    #: What else a reader of the report has to know, such as a journal that knows nothing.
    notes: tuple[str, ...] = ()
    #: What is intended is what was applied last: the inventory has mistakes.
    of_applied: bool = False
    #: What reports draw of the inventory; no part of the JSON. None: they draw no map.
    network_map: NetworkMap | None = None
    #: Accesses that wait for their customer: no drift, whether he answers or not.
    waiting: tuple[WaitingAccess, ...] = ()
    #: Where the report comes from; `texts` is over the digests that routers gave of what they run.
    made: Provenance | None = None

    @property
    def proved(self) -> bool:
        """Whether separation held for what was read."""
        return self.proof.proved

    @property
    def unreachable(self) -> tuple[DeviceRow, ...]:
        """The devices that did not answer."""
        return tuple(row for row in self.devices if row.unreachable)

    @property
    def separation(self) -> Separation:
        """The run's one answer. A leak that somebody acknowledged is one all the same."""
        if self.proof.denied or any(not d.remediated for d in self._leaks):
            return Separation.NOT_HELD
        if len(self.unreachable) == len(self.devices) or not self.proof.checked.vrfs:
            return Separation.NOT_KNOWN
        # A proof that knows who did not answer denies itself for that alone.
        if not self.proved and not self.proof.unreachable:
            return Separation.NOT_HELD
        if self._leaks:
            return Separation.HELD_AGAIN
        return Separation.HELD_WHERE_READ if self.unreachable else Separation.HELD

    @property
    def exit(self) -> Exit:
        """0 nothing; 3 drift that counts, or an inventory that nothing could be compared with; 4 a
        leak, or not proved; 5 devices did not answer."""
        still = [d for d in self.open() if not d.remediated]
        codes = [Exit.CHANGES] if still or self.of_applied else []
        if not self.proved or any(d.klass is DriftClass.LEAK for d in still):
            codes.append(Exit.LEAK_OR_FAILED_VERIFICATION)
        if self.unreachable:
            codes.append(Exit.DEVICES_FAILED)
        return most_severe(codes)

    @property
    def _leaks(self) -> tuple[Difference, ...]:
        return tuple(
            d
            for d in self.differences
            if d.klass is DriftClass.LEAK and d.status is not Status.INFORMATIONAL
        )

    @property
    def reason(self) -> str:
        """Why that is the answer, in one sentence without a full stop."""
        answer, absent = self.separation, len(self.unreachable)
        parts = [f"{absent:,} of {len(self.devices):,} devices did not answer"] if absent else []
        if answer is Separation.NOT_HELD:
            leaks = self._leaks
            remediated = sum(d.remediated for d in leaks)
            if remediated:
                parts.insert(0, f"{remediated:,} of them remediated in this run")
            if leaks:
                parts.insert(0, _paths(len(leaks)))
            else:
                parts.insert(0, self.proof.reason)
        elif answer is Separation.HELD_AGAIN:
            parts.insert(
                0,
                f"{_paths(len(self._leaks))}, found and remediated; the running configurations "
                "are proved now",
            )
        elif answer is Separation.HELD:
            parts.append(self.proof.reason)
        elif answer is Separation.HELD_WHERE_READ:
            read = len(self.devices) - absent
            parts.append(f"the configurations of the other {read:,} keep the networks apart")
        else:
            parts.append("nothing was read that could be evaluated")
        return "; ".join(parts)

    def open(self, klass: DriftClass | None = None) -> tuple[Difference, ...]:
        """Differences that count (of one class)."""
        return tuple(
            d for d in self.differences if d.counts and (klass is None or d.klass is klass)
        )

    def classes(self) -> dict[str, int]:
        """Open differences by class, every class named."""
        counted = Counter(d.klass for d in self.differences if d.counts)
        return {klass.value: counted[klass] for klass in DriftClass}

    def to_dict(self) -> dict[str, Any]:
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
            "differences": [difference.to_dict() for difference in self.differences],
            "devices": [row.to_dict() for row in self.devices],
            "unreachable": {row.device: row.unreachable for row in self.unreachable},
            "proof": self.proof.to_dict(),
            "trend": [run.to_dict() for run in self.trend],
            "remediation": None if self.remediation is None else self.remediation.to_dict(),
            "policy_notes": list(self.policy_notes),
            "waiting": [access.to_dict() for access in self.waiting],
            "notes": list(self.notes),
            "compared_with": "applied" if self.of_applied else "inventory",
            "made": None if self.made is None else self.made.to_dict(),
        }


def _paths(number: int) -> str:
    paths = "1 path" if number == 1 else f"{number:,} paths"
    return f"{paths} that must not be, or that nothing rules out"
