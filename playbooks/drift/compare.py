"""Lines, facts and state to differences: pure. The proof's part is in `separation`.

Differences are of facts, not of strings: a configuration that is only written differently has none
that counts. Lines are gathered by the object they belong to, and an object is as severe as its most
severe line.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from egovnet.isolation.model.finding import STATE
from egovnet.playbooks.drift.pending import UNKNOWN, Former
from egovnet.playbooks.results.difference import NOT_APPLIED
from egovnet.playbooks.results.drift_report import Difference, DriftClass
from egovnet.playbooks.verify.control_plane import ROUTE_TARGETS, Check
from egovnet.tasks.driver import DeviceFault, LineChange
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import BgpInstance, DeviceFacts, NeighborFacts
from egovnet.templates.model.lines import LineKind, LineMeaning
from egovnet.templates.registry import platform, redact

_CLASS_OF = {
    LineKind.COSMETIC: DriftClass.COSMETIC,
    LineKind.POLICY: DriftClass.POLICY,
    LineKind.SERVICE: DriftClass.SERVICE,
    LineKind.FOREIGN: DriftClass.UNMANAGED,
}
#: Checks that report once more what differing lines of the configuration report already.
_REPORTED_BY_LINES = (ROUTE_TARGETS,)
#: Lines that nobody applied, that a difference shows.
_LINES = 12
#: How subjects begin that are what a device does besides its text.
OWN = "running state: "


def configuration_differences(
    device: Device,
    changes: Iterable[LineChange],
    facts: DeviceFacts,
    intended: DeviceFacts,
    former: Former | None = None,
) -> list[tuple[Difference, tuple[LineChange, ...]]]:
    """One difference for each object whose lines differ, with the changes that would restore it.

    `facts` are of the running configuration, `intended` of the intended one; `former` is what the
    device was given, where that is something else.
    """
    grouped: dict[tuple[str, bool], list[tuple[LineChange, LineMeaning]]] = {}
    for change in changes:
        meaning = _meaning(device, change, former)
        foreign = meaning.kind is LineKind.FOREIGN
        grouped.setdefault((meaning.subject, foreign), []).append((change, meaning))
    both = Counter((c.sign, c.line) for entries in grouped.values() for c, _ in entries)
    renamed = both if _policies(facts) == _policies(intended) else None
    found = []
    for (subject, foreign), entries in grouped.items():
        reaches = not foreign and any(meaning.reaches for _, meaning in entries)
        klass = DriftClass.LEAK if reaches else _class(entries, renamed)
        lines = _lines(device, (change for change, _ in entries))
        difference = Difference(
            device=device.name,
            klass=klass,
            kind="configuration",
            subject=subject,
            message=_message(klass, entries)
            if not reaches
            else "a line that the inventory does not own reaches into a VRF or its targets",
            vrf=next((meaning.vrf for _, meaning in entries if meaning.vrf), ""),
            port=_port(meaning for _, meaning in entries),
            lines=lines,
            remediable=not foreign,
            why_not="unowned: nothing of the inventory renders it" if foreign else "",
        )
        if former is not None and not foreign:
            why = UNKNOWN if former.device is None else NOT_APPLIED
            difference = replace(difference, remediable=False, why_not=why)
        found.append((difference, tuple(change for change, _ in entries)))
    return found


def _port(meanings: Iterable[LineMeaning]) -> str:
    """The port that all of it is about, or ""."""
    ports = {meaning.port for meaning in meanings}
    return ports.pop() if len(ports) == 1 else ""


def _meaning(device: Device, change: LineChange, former: Former | None) -> LineMeaning:
    """What a line is about; one that the device was given, and is not to have any more, is
    egovnet's own and reaches nowhere: what follows from it the proof says."""
    meaning_of = platform(device.platform).line_meaning
    where = (change.part, change.path, change.line, change.sign)
    meaning = meaning_of(device, *where, shared=change.shared)
    if former is None or change.sign != "-" or not former.had(change):
        return meaning
    if former.device is not None:
        meaning = meaning_of(former.device, *where, shared=True)
    return replace(meaning, reaches=False)


def linux_differences(device: Device, faults: Iterable[DeviceFault]) -> Iterator[Difference]:
    """Where a device's Linux is not as its own text says; a commit repairs that."""
    by_name: dict[str, list[DeviceFault]] = {}
    for fault in faults:
        by_name.setdefault(fault.subject, []).append(fault)
    vrf_of = {i.name: i.vrf or "" for i in device.interfaces}
    names = {vrf.name for vrf in device.vrfs}
    loopback = platform(device.platform).capabilities.loopback
    encrypted = [vrf.name for vrf in device.vrfs if vrf.next_hops]
    for name, found in by_name.items():
        opens = any(fault.joins_tables for fault in found)
        unowned = any(fault.unowned for fault in found)
        klass = DriftClass.LEAK if opens else DriftClass.SERVICE
        if unowned and not opens:
            klass = DriftClass.UNMANAGED
        vrf = name if name in names else vrf_of.get(name, "")
        message = "; ".join(map(str, found))
        if opens and name == loopback and encrypted:
            vrf = encrypted[0]
            message += f"; {', '.join(encrypted)} may be in clear on the backbone"
        yield Difference(
            device=device.name,
            klass=klass,
            kind="state",
            subject=f"Linux interface {name}",
            message=message,
            port="" if name in names else name,
            vrf=vrf,
            remediable=not unowned,
            why_not="unowned: its configuration does not have it" if unowned else "",
        )


def state_differences(
    checks: Iterable[Check],
    reported: Collection[tuple[str, str]],
    explained: Callable[[Check], bool] = lambda _: False,
) -> Iterator[Difference]:
    """Checks of the control plane that fail: drift though the configuration be right.

    `reported` are (device, VRF) whose differing lines report the targets already; `explained`:
    that something is there which is not intended comes of what was not applied yet.
    """
    for check in checks:
        if check.passed:
            continue
        if check.kind in _REPORTED_BY_LINES and (check.device, check.vrf) in reported:
            continue
        leak = check.severity == "leak" and not explained(check)
        yield Difference(
            device=check.device,
            klass=DriftClass.LEAK if leak else DriftClass.SERVICE,
            kind="state",
            subject=f"{check.kind} {check.subject}",
            message=check.message,
            vrf=check.vrf,
            why_not="a state: only configuration is restored",
        )


def running_differences(noted: Mapping[str, DeviceFacts]) -> Iterator[Difference]:
    """One for all notes about one thing; the proof raises those that a path follows from."""
    for name, facts in noted.items():
        about: dict[str, list[str]] = {}
        unread: dict[str, bool] = {}
        ends: dict[str, str] = {}
        for note in facts.state_notes:
            about.setdefault(note.about, []).append(note.text)
            unread[note.about] = note.unread
            if note.ends:
                ends[note.about] = note.ends
        for subject, texts in about.items():
            vrf = subject.removeprefix("VRF ")
            message = "the router does what no text explains"
            if unread[subject]:
                message = f"was not read: {subject}"
            elif subject in ends:
                message = f"packets of {ends[subject]} may be thrown away"
            is_service = unread[subject] or subject in ends
            yield Difference(
                device=name,
                klass=DriftClass.SERVICE if is_service else DriftClass.UNMANAGED,
                kind="state",
                subject=f"{OWN}{subject}",
                message=message,
                vrf=vrf if vrf in facts.vrfs else "",
                port=subject if subject in facts.interfaces else "",
                lines=tuple(f"{STATE}{text}" for text in texts),
                why_not="a state: only configuration is restored",
            )


def _class(
    entries: list[tuple[LineChange, LineMeaning]], renamed: Counter[tuple[str, str]] | None
) -> DriftClass:
    """`renamed`: (sign, line) of all the device's changes, if its policies do what they are to."""
    kinds = {meaning.kind for _, meaning in entries}
    if renamed is not None and LineKind.FOREIGN not in kinds and _only_names(entries, renamed):
        return DriftClass.COSMETIC
    return min((_CLASS_OF[kind] for kind in kinds), key=lambda klass: klass.rank)


def _only_names(
    entries: list[tuple[LineChange, LineMeaning]], renamed: Counter[tuple[str, str]]
) -> bool:
    """Whether all that differs is names and numbers, and the rest is on both sides."""
    rest = [
        change
        for change, meaning in entries
        if not meaning.by_name and meaning.kind is not LineKind.COSMETIC
    ]
    other = {"+": "-", "-": "+"}
    return any(meaning.by_name for _, meaning in entries) and all(
        renamed["+", change.line] == renamed["-", change.line]
        and renamed[other[change.sign], change.line]
        for change in rest
    )


def _policies(facts: DeviceFacts) -> list[Any]:
    """Everything that policies and packet filters do on a device, without their names."""
    of_sessions = sorted(
        (
            (str(vrf), *_of_instance(instance, neighbor))
            for vrf, instance in facts.bgp.items()
            for neighbor in instance.neighbors.values()
        ),
        key=lambda entry: entry[:2],
    )
    return [*of_sessions, facts.packet_filter]


def _of_instance(instance: BgpInstance, neighbor: NeighborFacts) -> tuple[Any, ...]:
    families: Mapping[str, Any] = neighbor.families
    policies = {name: (f.policy_in, f.policy_out) for name, f in families.items()}
    return neighbor.address, policies


def _lines(device: Device, changes: Iterable[LineChange]) -> tuple[str, ...]:
    """As a diff shows them, each with its context; without secrets."""
    shown = []
    for change in changes:
        where = " > ".join(change.path)
        line = redact(change.line, device.platform) if change.line else ""
        text = f"{where} > {line}" if where and line else line or where
        shown.append(f"{'-' if change.sign == '-' else '+'} {text}")
    return tuple(shown)


def _message(klass: DriftClass, entries: list[tuple[LineChange, LineMeaning]]) -> str:
    lacks = sum(change.sign == "+" for change, _ in entries)
    has = len(entries) - lacks
    if klass is DriftClass.COSMETIC:
        return "is the same, written differently"
    parts = []
    if lacks:
        parts.append(f"lacks {lacks} {'line' if lacks == 1 else 'lines'}")
    if has:
        parts.append(f"has {has} {'line' if has == 1 else 'lines'} that it should not have")
    if klass is DriftClass.UNMANAGED:
        return f"has {has} {'line' if has == 1 else 'lines'} that the inventory does not own"
    return " and ".join(parts)


def unapplied_differences(
    device: Device, former: Former, running: str | None
) -> Iterator[Difference]:
    """A router that runs what the inventory has, though no change gave it: somebody wrote it there
    by another way, and it would pass for applied. `running` None: it runs all that is intended."""
    lines = former.not_given(device, running)
    if lines:
        more = f", {len(lines) - _LINES} more of them" if len(lines) > _LINES else ""
        yield Difference(
            device=device.name,
            klass=DriftClass.UNAPPLIED,
            kind="configuration",
            subject="lines that no change gave it",
            message=f"runs {len(lines)} lines of the inventory that no change in the journal gave "
            f"it: nobody applied them{more}",
            lines=tuple(f"- {redact(line, device.platform)}" for line in lines[:_LINES]),
            why_not=NOT_APPLIED,
        )
