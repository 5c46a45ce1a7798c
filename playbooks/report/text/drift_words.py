"""The words and the order that every report of a night shares. Plain text, not yet escaped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.results.drift_report import (
    MENDED,
    DeviceNight,
    Difference,
    LastKnown,
    Night,
    Separation,
    Standing,
    rank,
)
from egovnet.playbooks.results.verdict import counted

ANSWERS = {
    Separation.HELD: "Separation held",
    Separation.NOT_HELD: "Separation did NOT hold",
    Separation.HELD_AGAIN: "Separation did not hold, and was mended",
    Separation.HELD_WHERE_READ: "Separation held for what was read",
    Separation.NOT_KNOWN: "Not known whether separation held",
}
#: Answers by which all that was read is proved in the end.
PROVED = {Separation.HELD, Separation.HELD_AGAIN, Separation.HELD_WHERE_READ}
MEANING = {
    DriftClass.LEAK: "A path that must not be, or that nothing rules out.",
    DriftClass.SERVICE: "A customer or the backbone is served otherwise than meant.",
    DriftClass.POLICY: "Keys, passwords, filters and limits are not as meant.",
    DriftClass.UNMANAGED: "Lines that egovnet does not own. It never takes them away.",
    DriftClass.COSMETIC: "Another way to say the same. Told, and no drift.",
}
#: Seconds: what was first seen within these of the run's begin, or after it, is new.
_TONIGHT = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to look at, by its number tonight: a difference, or a device without an answer."""

    number: int
    difference: Difference | None = None
    silent: DeviceNight | None = None

    @property
    def device(self) -> str:
        """The device's name; empty: the network as a whole."""
        return self.difference.device if self.difference else self.silent_row.device

    @property
    def silent_row(self) -> DeviceNight:
        """The row of the device that did not answer."""
        assert self.silent is not None, "an entry is one or the other"  # noqa: S101 -- for types
        return self.silent

    @property
    def kind(self) -> str:
        """The class, or "unreachable"."""
        return self.difference.klass.value if self.difference else "unreachable"


def entries(night: Night) -> tuple[Entry, ...]:
    """All there is to look at, numbered from 1: leaks, devices without an answer, the rest."""
    ranked = sorted(night.differences, key=rank)
    leaks = [d for d in ranked if d.klass is DriftClass.LEAK]
    things: list[Difference | DeviceNight] = [*leaks, *night.unreachable, *ranked[len(leaks) :]]
    return tuple(
        Entry(number, difference=thing)
        if isinstance(thing, Difference)
        else Entry(number, silent=thing)
        for number, thing in enumerate(things, start=1)
    )


def alike(listed: Iterable[Entry]) -> list[list[Entry]]:
    """Differences that are the same but for the device, together, so that each is told once."""
    groups: dict[Difference | None, list[Entry]] = {}
    for entry in listed:
        same = None if entry.difference is None else replace(entry.difference, device="")
        groups.setdefault(same, []).append(entry)
    return list(groups.values())


def devices_of(group: Sequence[Entry], most: int = 3) -> str:
    """Names of the devices of such a group, and how many more there are."""
    names, more = cut((entry.device for entry in group), most)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def difference_of(data: Mapping[str, Any]) -> Difference:
    """A difference back from `Night.data()`."""
    words = {("klass" if key == "class" else key): value for key, value in data.items()}
    words |= {"klass": DriftClass(words["klass"]), "standing": Standing(words["standing"])}
    words |= {key: tuple(words[key]) for key in ("lines", "path")}
    return Difference(**{field.name: words[field.name] for field in fields(Difference)})


def owner(difference: Difference) -> str:
    """Whose network it touches."""
    return difference.owner or "backbone operator"


def standing(difference: Difference) -> str:
    """Whether it counts, until when, who answers for it, and why."""
    d = difference
    until = f" until {moment(d.until)}" if d.until else ""
    if d.standing is Standing.ACKNOWLEDGED:
        why = f": {d.reason}" if d.reason else ""
        return f"acknowledged by {d.answered_by or 'nobody named'}{until}{why}"
    if d.standing is Standing.GRACE:
        return f"in grace{until}"
    return {Standing.OPEN: "open", Standing.TOLD: "told, no drift"}[d.standing]


def remedy(difference: Difference) -> str:
    """What was done about it, or what can be."""
    d = difference
    if d.remedy:
        return d.remedy
    if d.mendable:
        return f"can be mended: egovnet drift --remediate {d.klass.value}"
    return f"not by remediation: {d.why_not}" if d.why_not else "not by remediation"


def seen(difference: Difference, now: str) -> str:
    """Since when, how long that is, in how many runs."""
    if not difference.first_seen:
        return "first seen tonight"
    long = _between(difference.first_seen, now)
    runs = f", {difference.runs:,} runs in a row" if difference.runs > 1 else ""
    if long < _TONIGHT and difference.runs <= 1:
        return "first seen tonight"
    since = f" ({age(long)} ago)" if long else ""
    return f"first seen {moment(difference.first_seen)}{since}{runs}"


def last_known(known: LastKnown | None) -> str:
    """A silent device as it was: when, how old, its differences and its state then."""
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


def summary(night: Night) -> list[tuple[str, int, str]]:
    """(words, number, CSS class) of each figure at the top; a class only where it is not 0."""
    figures = [
        (klass, number, klass if number else "") for klass, number in night.classes().items()
    ]
    silent = len(night.unreachable)
    figures.append(("unreachable", silent, "unreachable" if silent else ""))
    waiting = [
        d for d in night.differences if d.standing in (Standing.GRACE, Standing.ACKNOWLEDGED)
    ]
    figures.append(("grace or accepted", len(waiting), ""))
    figures.append(("mended", sum(d.remedy == MENDED for d in night.differences), ""))
    return figures


def verdict(night: Night) -> str:
    """The one line that matters."""
    return f"{ANSWERS[night.separation]}: {night.reason}"


def remediation(night: Night) -> str:
    """What remediation did, in one sentence; empty when it was not asked for."""
    done = night.remediation
    if done is None:
        return ""
    change = f" as change {done.change}" if done.change is not None else ""
    asked = " and ".join(done.classes) or "no class"
    devices = counted(len(done.devices), "device")
    left = f", {counted(len(done.left), 'device')} left as they are" if done.left else ""
    return f"asked for {asked}: {done.result}{change}, {devices}{left}"


def moment(text: str) -> str:
    """A time of ISO 8601 for people; anything else as it stands."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= len("2025-01-31"):
        return text
    return at.strftime("%Y-%m-%d %H:%M") + (" UTC" if at.tzinfo else "")


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
