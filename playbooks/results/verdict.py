"""A verdict in words: whether it is proved, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from egovnet.isolation.model.classes import coverage
from egovnet.isolation.model.finding import Scope
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.symptoms import Caused, by_cause
from egovnet.isolation.model.verdict import Verdict

_NOBODY: Mapping[str, str] = MappingProxyType({})
_APART = {Scope.ZONES: "between zones", Scope.AGENCIES: "between agencies"}
#: What is missing for a proof, by class.
_MISSING = {
    coverage.MISSING_DEVICE.id: ("device", "without a configuration"),
    coverage.UNKNOWN_DEVICE.id: ("device", "that is not in the inventory"),
    coverage.PORTS_NOT_KNOWN.id: ("device", "without its interfaces"),
    coverage.VRF_NOT_MADE.id: ("VRF", "that nothing makes"),
    coverage.UNKNOWN_VERSION.id: ("device", "of an unknown version"),
    coverage.NOT_UNDERSTOOD.id: ("line", "not understood"),
}


def proved(verdict: Verdict, unreachable: Mapping[str, str] = _NOBODY) -> bool:
    """Whether the whole of what was asked about is proved: who did not answer is not."""
    return verdict.proved and not unreachable


def reason(verdict: Verdict, unreachable: Mapping[str, str] = _NOBODY) -> str:
    """Why it is proved or not, in one sentence. Leaks and risks are counted by cause."""
    checked = verdict.checked
    causes = by_cause(verdict.findings)
    parts = [counts(causes)] if any(finding.denies for finding in verdict.findings) else []
    if not checked.devices or not checked.vrfs:
        parts.append("nothing was checked: no device with a VRF took part")
    if unreachable:
        parts.append(f"{counted(len(unreachable), 'device')} did not answer and took no part")
    if parts:
        return "; ".join(parts)
    absent = f"; {counted(len(checked.missing), 'device')} took no part" if checked.missing else ""
    return (
        "no path between zones, nor between agencies, but those that are intended, "
        f"in {counted(checked.devices, 'device')}{absent}{_named(causes)}"
    )


def _named(causes: Sequence[Caused]) -> str:
    """Risks that deny nothing."""
    risks = sum(one.severity is Severity.RISK for one in causes)
    return f"; {counted(risks, 'risk')} from which no path follows" if risks else ""


def counts(causes: Sequence[Caused]) -> str:
    """Such as "2 leaks (1 between zones, 1 between agencies), 1 risk (1 line not understood)"."""
    parts = []
    leaks = [one for one in causes if one.severity is Severity.LEAK]
    if leaks:
        scopes = Counter(leak.scope for leak in leaks)
        apart = [f"{scopes[scope]:,} {words}" for scope, words in _APART.items() if scopes[scope]]
        parts.append(counted(len(leaks), "leak") + _bracketed(apart))
    risks = sum(one.severity is Severity.RISK for one in causes)
    classes = _missing(causes)
    missing = [
        f"{counted(classes[klass], noun)} {words}"
        for klass, (noun, words) in _MISSING.items()
        if classes[klass]
    ]
    if risks:
        parts.append(counted(risks, "risk"))
    return ", ".join(parts) + (_bracketed(missing) if risks else _after(missing))


def _after(parts: Sequence[str]) -> str:
    return f"; {', '.join(parts)}" if parts else ""


def _missing(causes: Sequence[Caused]) -> Counter[str]:
    """How often each class was found of what is missing, symptoms of something worse included."""
    return Counter(
        finding.klass
        for caused in causes
        for finding in (caused.finding, *caused.symptoms)
        if finding.klass in _MISSING
    )


def _bracketed(parts: Sequence[str]) -> str:
    return f" ({', '.join(parts)})" if parts else ""


def counted(number: int, what: str) -> str:
    """Such as "1 device" and "2 devices"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
