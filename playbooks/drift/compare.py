"""Lines, facts and state to differences: pure. The proof's part is in `separation`.

Differences are of facts, not of strings: a device that says the same in other words has none that
counts. Lines are gathered by the object they belong to, and an object is as grave as its gravest
line.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from egovnet.inventory.model.drift_class import DriftClass
from egovnet.playbooks.results.drift_report import RANKED, Difference
from egovnet.playbooks.verify.control_plane import Check
from egovnet.tasks.driver import DeviceFault
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import BgpInstance, DeviceFacts, NeighborFacts
from egovnet.templates.model.lines import LineKind, LineMeaning
from egovnet.templates.registry import PLATFORMS, redact

_CLASS_OF = {
    LineKind.COSMETIC: DriftClass.COSMETIC,
    LineKind.POLICY: DriftClass.POLICY,
    LineKind.SERVICE: DriftClass.SERVICE,
    LineKind.FOREIGN: DriftClass.UNMANAGED,
}
#: What the state says of a VRF's targets once more when its configuration says so already.
_SAID_BY_LINES = ("route targets",)

#: (part, path, line, sign, shared), as the driver has it.
Change = Any


def configuration_differences(
    device: Device,
    changes: Iterable[Change],
    facts: DeviceFacts,
    intended: DeviceFacts,
) -> list[tuple[Difference, tuple[Change, ...]]]:
    """One difference for each object whose lines differ, with the changes that would mend it.

    `facts` are of what runs, `intended` of what is meant.
    """
    meaning_of = PLATFORMS[device.platform].line_meaning
    grouped: dict[tuple[str, bool], list[tuple[Change, LineMeaning]]] = {}
    for change in changes:
        meaning = meaning_of(
            device, change.part, change.path, change.line, change.sign, shared=change.shared
        )
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
            else "something that nobody's inventory has reaches into a VRF or its targets",
            vrf=next((meaning.vrf for _, meaning in entries if meaning.vrf), ""),
            lines=lines,
            mendable=not foreign,
            why_not="not egovnet's: nothing of the inventory owns it" if foreign else "",
        )
        found.append((difference, tuple(change for change, _ in entries)))
    return found


def linux_differences(device: Device, faults: Iterable[DeviceFault]) -> Iterator[Difference]:
    """Where a device's Linux is not as its own text says; a commit repairs that."""
    by_name: dict[str, list[DeviceFault]] = {}
    for fault in faults:
        by_name.setdefault(fault.subject, []).append(fault)
    vrf_of = {i.name: i.vrf or "" for i in device.interfaces}
    names = {vrf.name for vrf in device.vrfs}
    for name, found in by_name.items():
        opens = any(fault.joins_tables for fault in found)
        unowned = any(fault.unowned for fault in found)
        klass = DriftClass.LEAK if opens else DriftClass.SERVICE
        if unowned and not opens:
            klass = DriftClass.UNMANAGED
        yield Difference(
            device=device.name,
            klass=klass,
            kind="state",
            subject=f"Linux interface {name}",
            message="; ".join(map(str, found)),
            vrf=name if name in names else vrf_of.get(name, ""),
            mendable=not unowned,
            why_not="not egovnet's: its text does not have it" if unowned else "",
        )


def state_differences(
    checks: Iterable[Check], told: Collection[tuple[str, str]]
) -> Iterator[Difference]:
    """Checks of the control plane that fail: drift though the configuration be right.

    `told` are (device, VRF) of which lines say already that their targets differ.
    """
    for check in checks:
        if check.passed:
            continue
        vrf = check.subject.split()[0] if _of_vrf(check) else ""
        if check.kind in _SAID_BY_LINES and (check.device, vrf) in told:
            continue
        klass = DriftClass.LEAK if check.severity == "leak" else DriftClass.SERVICE
        yield Difference(
            device=check.device,
            klass=klass,
            kind="state",
            subject=f"{check.kind} {check.subject}",
            message=check.message,
            vrf=vrf,
            why_not="a state: only configuration is put back",
        )


def _of_vrf(check: Check) -> bool:
    return check.kind in (
        "CE session",
        "route targets",
        "unreachable default",
        "VRF routes",
        "no stray routes",
    )


def _class(
    entries: list[tuple[Change, LineMeaning]], renamed: Counter[tuple[str, str]] | None
) -> DriftClass:
    """`renamed`: (sign, line) of all the device's changes, if its policies do what they are to."""
    kinds = {meaning.kind for _, meaning in entries}
    if renamed is not None and LineKind.FOREIGN not in kinds and _only_names(entries, renamed):
        return DriftClass.COSMETIC
    return min((_CLASS_OF[kind] for kind in kinds), key=RANKED.index)


def _only_names(
    entries: list[tuple[Change, LineMeaning]], renamed: Counter[tuple[str, str]]
) -> bool:
    """Whether all that differs is names and numbers, and the rest stands on both sides."""
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
    """Everything that policies do on a device, without their names."""
    return sorted(
        (
            (str(vrf), *_of_instance(instance, neighbor))
            for vrf, instance in facts.bgp.items()
            for neighbor in instance.neighbors.values()
        ),
        key=lambda entry: entry[:2],
    )


def _of_instance(instance: BgpInstance, neighbor: NeighborFacts) -> tuple[Any, ...]:
    families: Mapping[str, Any] = neighbor.families
    policies = {name: (f.policy_in, f.policy_out) for name, f in families.items()}
    return neighbor.address, policies


def _lines(device: Device, changes: Iterable[Change]) -> tuple[str, ...]:
    """As a diff shows them, each with the context it stands in; without secrets."""
    shown = []
    for change in changes:
        where = " > ".join(change.path)
        line = redact(change.line, device.platform) if change.line else ""
        text = f"{where} > {line}" if where and line else line or where
        shown.append(f"{'-' if change.sign == '-' else '+'} {text}")
    return tuple(shown)


def _message(klass: DriftClass, entries: list[tuple[Change, LineMeaning]]) -> str:
    lacks = sum(change.sign == "+" for change, _ in entries)
    has = len(entries) - lacks
    if klass is DriftClass.COSMETIC:
        return "says the same in other words"
    parts = []
    if lacks:
        parts.append(f"lacks {lacks} {'line' if lacks == 1 else 'lines'}")
    if has:
        parts.append(f"has {has} {'line' if has == 1 else 'lines'} that it should not have")
    if klass is DriftClass.UNMANAGED:
        return f"has {has} {'line' if has == 1 else 'lines'} that nobody's inventory has"
    return " and ".join(parts)
