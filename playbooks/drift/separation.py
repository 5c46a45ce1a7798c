"""The proof over what was read, and which difference each of its findings comes from: pure.

A device that was read and is compliant has the intended facts; one that did not answer is taken to
run what it ran when it last did. What denies the proof makes a difference a leak.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from egovnet.inventory.errors import Problem
from egovnet.inventory.model.drift_class import DriftClass
from egovnet.inventory.paused_collector import paused_collector
from egovnet.isolation.model.assumption import Assumption
from egovnet.isolation.model.classes.state import NOT_READ
from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding import STATE, Finding
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove_running import prove_noted
from egovnet.playbooks.results.drift_report import Difference
from egovnet.tasks.driver import LineChange
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.device import Device
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.read_texts import NativeText, read_each
from egovnet.templates.registry import platform, read_config, render

#: A difference of configuration, and the lines that make it.
Found = tuple[Difference, tuple[LineChange, ...]]

AS_LAST_SEEN = Assumption(
    "unreachable routers",
    "Routers that did not answer run what they ran when they last did, or what is intended if "
    "they never did.",
    ("P1", "P8", "P9"),
)
AS_INTENDED = Assumption(
    "other routers",
    "Routers that were not asked run what the inventory intends.",
    ("P1", "P8", "P9"),
)


def read_facts(
    texts: Mapping[str, str], devices: Mapping[str, Device]
) -> tuple[dict[str, DeviceFacts], list[tuple[str, Problem]]]:
    """Facts of running configurations by device, and (device, problem) of those that are none."""
    return read_each(
        {
            name: NativeText(text, f"{name} (running)", devices[name].platform, name)
            for name, text in texts.items()
        }
    )


def prove_read(
    devices: Mapping[str, Device],
    read: Mapping[str, DeviceFacts],
    expectation: Expectation,
    unknown: Collection[str] = frozenset(),
) -> Verdict:
    """The verdict over the network: `read` where something differs, else what is intended.

    A finding's lines are quoted, so devices that have a part in one are read from their text.
    `unknown` are those of which nobody knows what they were given.
    """
    with paused_collector():
        facts = {name: read.get(name) or intended_facts(device) for name, device in devices.items()}
        verdict = prove_noted(facts, expectation, unknown)
    concerned = {name for f in verdict.findings for name in devices_of(f)} & devices.keys()
    unread = concerned - read.keys()
    if not unread or verdict.proved:
        return verdict
    for name in unread:
        facts[name] = read_config(
            render(devices[name]), f"{name} (intended)", devices[name].platform
        )
    return prove_noted(facts, expectation, unknown)


def devices_of(finding: Finding) -> frozenset[str]:
    """The devices that have a part in a finding."""
    return frozenset({finding.device, *(hop.device for hop in finding.path)} - {""})


def with_leaks(
    found: Sequence[Found],
    verdict: Verdict,
    devices: Mapping[str, Device],
    facts: Mapping[str, DeviceFacts],
) -> list[Difference]:
    """The differences, those that a finding comes from raised to leaks, and the findings that
    come from none as differences of their own."""
    blamed: dict[int, list[Finding]] = {}
    own: list[Finding] = []
    for finding in verdict.findings:
        if not finding.denies or finding.klass == NOT_READ.id:
            continue  # what was not read is a difference by itself
        sources = _sources(found, finding, devices, facts)
        for number in sources:
            blamed.setdefault(number, []).append(finding)
        if not sources:
            own.append(finding)
    raised = [
        _raised(difference, blamed[number]) if number in blamed else difference
        for number, (difference, _) in enumerate(found)
    ]
    return [*raised, *_own(own)]


def _sources(
    found: Sequence[Found],
    finding: Finding,
    devices: Mapping[str, Device],
    facts: Mapping[str, DeviceFacts],
) -> list[int]:
    """Numbers of the differences that a finding comes from: those whose lines it quotes, else
    those of its VRF, of the VRFs on its path, of its device, of the devices on its path."""

    def statement(device: str, line: str) -> tuple[str, frozenset[str]]:
        return device, platform(devices[device].platform).statement(line)

    states = {(hop.device, hop.quote) for hop in finding.path if hop.quote.startswith(STATE)}
    if states:
        return [
            number
            for number, (d, _) in enumerate(found)
            if any((d.device, line) in states for line in d.lines)
        ]
    quotes = {statement(hop.device, hop.quote) for hop in finding.path if hop.quote}
    if finding.device in facts and finding.line:
        quotes.add(statement(finding.device, facts[finding.device].quote(finding.line)))
    places = {(hop.device, hop.vrf) for hop in finding.path}
    involved = devices_of(finding)
    candidates = [
        (number, d, changes)
        for number, (d, changes) in enumerate(found)
        if d.kind == "configuration" and d.klass.properties.is_drift
    ]
    # the nearest that there is; what is quoted is a line that the device has and should not have
    nearness: tuple[Callable[[Difference, tuple[LineChange, ...]], bool], ...] = (
        lambda d, changes: any(
            statement(d.device, change.line or change.path[-1]) in quotes
            for change in changes
            if change.sign == "-"
        ),
        lambda d, _: bool(d.vrf) and (d.device, d.vrf) == (finding.device, finding.vrf),
        lambda d, _: bool(d.vrf) and (d.device, d.vrf) in places,
        lambda d, _: d.device == finding.device,
        lambda d, _: d.device in involved,
    )
    numbers = ([n for n, d, changes in candidates if near(d, changes)] for near in nearness)
    return next(filter(None, numbers), [])


def _raised(difference: Difference, findings: Sequence[Finding]) -> Difference:
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    return replace(
        difference,
        klass=DriftClass.LEAK,
        message=f"{first.klass}: {first.message}{more}",
        vrf=difference.vrf or first.vrf,
        path=tuple(map(str, first.path)),
    )


def _own(findings: Iterable[Finding]) -> list[Difference]:
    """Findings of the inventory itself, or of a line that is as intended."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((finding.device, f"separation {finding.klass}"), []).append(finding)
    return [
        replace(
            _raised(
                Difference(
                    device=device,
                    klass=DriftClass.LEAK,
                    kind="configuration",
                    subject=subject,
                    message="",
                    vrf=group[0].vrf,
                ),
                group,
            ),
            why_not="no line that differs explains it: the inventory may intend it",
        )
        for (device, subject), group in grouped.items()
    ]
