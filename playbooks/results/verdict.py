"""A verdict in words: whether it is proved, and why."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict

_NOBODY: Mapping[str, str] = MappingProxyType({})


def proved(verdict: Verdict, unreachable: Mapping[str, str] = _NOBODY) -> bool:
    """Whether the whole of what was asked about is proved: who did not answer is not."""
    return verdict.proved and not unreachable


def reason(verdict: Verdict, unreachable: Mapping[str, str] = _NOBODY) -> str:
    """Why it is proved or not, in one sentence."""
    checked = verdict.checked
    if not checked.devices or not checked.vrfs:
        return "nothing was checked: no device with a VRF took part"
    counts = Counter(finding.severity for finding in verdict.findings)
    parts = []
    if counts[Severity.LEAK]:
        parts.append(f"{counted(counts[Severity.LEAK], 'path')} that must not be")
    if counts[Severity.RISK]:
        risks = counted(counts[Severity.RISK], "risk")
        parts.append(f"{risks} where what would rule a path out is missing or not understood")
    if unreachable:
        parts.append(f"{counted(len(unreachable), 'device')} did not answer and took no part")
    if parts:
        return "; ".join(parts)
    absent = f"; {counted(len(checked.missing), 'device')} took no part" if checked.missing else ""
    return (
        "no path between zones, nor between agencies, but those that are intended, "
        f"in {counted(checked.devices, 'device')}{absent}"
    )


def counted(number: int, what: str) -> str:
    """Such as "1 device" and "2 devices"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"
