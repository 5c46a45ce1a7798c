"""Wording and order that every report of a drift run shares. Plain text, not yet escaped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from egovnet.playbooks.report.text.moments import full_moment
from egovnet.playbooks.results.drift_report import (
    DeviceRow,
    Difference,
    DriftClass,
    DriftReport,
    LastKnown,
    Status,
    rank,
)
from egovnet.playbooks.results.verdict import counted

#: Seconds: what was first seen within these of the run's begin, or after it, is new.
_NEW = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a report, by its number in this run: a difference, or an unreachable device."""

    number: int
    difference: Difference | None = None
    unreachable: DeviceRow | None = None

    @property
    def device(self) -> str:
        """The device's name; empty: the network as a whole."""
        return self.difference.device if self.difference else self.row.device

    @property
    def row(self) -> DeviceRow:
        """The row of the unreachable device."""
        assert self.unreachable is not None, "an entry is one or the other"  # noqa: S101 -- for types
        return self.unreachable

    @property
    def kind(self) -> str:
        """The class, or "unreachable"."""
        return self.difference.klass.value if self.difference else "unreachable"


def entries(report: DriftReport) -> tuple[Entry, ...]:
    """Every entry, numbered from 1: leaks, unreachable devices, the other differences."""
    ranked = sorted(report.differences, key=rank)
    leaks = [d for d in ranked if d.klass is DriftClass.LEAK]
    things: list[Difference | DeviceRow] = [*leaks, *report.unreachable, *ranked[len(leaks) :]]
    return tuple(
        Entry(number, difference=thing)
        if isinstance(thing, Difference)
        else Entry(number, unreachable=thing)
        for number, thing in enumerate(things, start=1)
    )


def alike(listed: Iterable[Entry]) -> list[list[Entry]]:
    """Differences that are the same but for the device, together, so that each is listed once."""
    groups: dict[Difference | None, list[Entry]] = {}
    for entry in listed:
        same = None if entry.difference is None else replace(entry.difference, device="")
        groups.setdefault(same, []).append(entry)
    return list(groups.values())


def devices_of(group: Sequence[Entry], most: int = 3) -> str:
    """Names of the devices of such a group, and how many more there are."""
    names, more = cut((entry.device for entry in group), most)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def owner(difference: Difference) -> str:
    """Who owns the network that it touches."""
    return difference.owner or "backbone operator"


def status(difference: Difference) -> str:
    """Whether it counts, until when, who acknowledged it, and why."""
    d = difference
    until = f" until {moment(d.until)}" if d.until else ""
    if d.status is Status.ACKNOWLEDGED:
        why = f": {d.reason}" if d.reason else ""
        return f"acknowledged by {d.acknowledged_by or 'an unnamed person'}{until}{why}"
    if d.status is Status.IN_GRACE:
        return f"in grace{until}"
    return "informational, no drift" if d.status is Status.INFORMATIONAL else d.status.value


def remediation_of(difference: Difference) -> str:
    """What was done about a difference, or what can be."""
    d = difference
    if d.remediated:
        return "remediated"
    if d.not_remediated:
        return f"not remediated: {d.not_remediated}"
    if d.remediable:
        return f"can be restored: egovnet drift --remediate {d.klass.value}"
    if d.awaits_apply:
        return "by apply: it was not applied yet"
    return f"not by remediation: {d.why_not}" if d.why_not else "not by remediation"


def seen(difference: Difference, now: str) -> str:
    """Since when, how long that is, in how many runs."""
    if not difference.first_seen:
        return "first seen in this run"
    long = _between(difference.first_seen, now)
    runs = f", {difference.runs:,} runs in a row" if difference.runs > 1 else ""
    if long < _NEW and difference.runs <= 1:
        return "first seen in this run"
    since = f" ({age(long)} ago)" if long else ""
    return f"first seen {moment(difference.first_seen)}{since}{runs}"


def last_known(known: LastKnown | None) -> str:
    """An unreachable device as it was last read: when, how old, its differences and its state."""
    if known is None:
        return "never read by this job"
    classes = numbers({k: n for k, n in known.classes.items() if n}) or "no difference"
    state = numbers(known.state)
    return f"last read {moment(known.at)}, {age(known.age)} ago: {classes}" + (
        f"; {state}" if state else ""
    )


def numbers(named: Mapping[str, int]) -> str:
    """Such as "2 leak, 1 policy"."""
    return ", ".join(f"{number:,} {name}" for name, number in named.items())


def summary(report: DriftReport) -> list[tuple[str, int, str]]:
    """(words, number, CSS class) of each figure at the top; a class only where it is not 0."""
    figures = [
        (klass, number, klass if number else "") for klass, number in report.classes().items()
    ]
    absent = len(report.unreachable)
    figures.append(("unreachable", absent, "unreachable" if absent else ""))
    waiting = [d for d in report.differences if d.status in (Status.IN_GRACE, Status.ACKNOWLEDGED)]
    figures.append(("in grace or acknowledged", len(waiting), ""))
    figures.append(("remediated", sum(d.remediated for d in report.differences), ""))
    return figures


def remediation(report: DriftReport) -> str:
    """What remediation did, in one sentence; empty where it was not asked for."""
    done = report.remediation
    if done is None:
        return ""
    change = f" as change {done.change}" if done.change is not None else ""
    asked = " and ".join(done.classes) or "no class"
    devices = counted(len(done.devices), "device")
    left = f", {counted(len(done.left), 'device')} left as they are" if done.left else ""
    return f"asked for {asked}: {done.result}{change}, {devices}{left}"


def moment(text: str) -> str:
    """A time of ISO 8601 as this place has it, with its offset; a date, or anything else, as it
    is."""
    return full_moment(text) if len(text) > len("2025-01-31") else text


def age(seconds: float) -> str:
    """Seconds in the largest unit of which there are two or more."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return counted(int(seconds // length), unit)
    return counted(max(int(seconds), 0), "second")


def cut(texts: Iterable[str], most: int) -> tuple[list[str], int]:
    """The first `most`, and how many there are beyond."""
    listed = list(texts)
    return listed[:most], max(len(listed) - most, 0)


def _between(first: str, last: str) -> int:
    """Seconds; 0 where one of the times is none."""
    try:
        return int((datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds())
    except (ValueError, TypeError):
        return 0
