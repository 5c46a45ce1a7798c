"""A verdict as data: what `prove --json` prints, and what other verbs carry of a proof."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.verdict import Verdict
from egovnet.playbooks.results.matrix import matrix

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


def verdict_data(verdict: Verdict, unreachable: Mapping[str, str] = _NOBODY) -> dict[str, Any]:
    """Everything that a verdict says; the most severe findings first.

    `unreachable` are devices that were asked and did not answer, and why.
    """
    table = matrix(verdict)
    checked = verdict.checked
    return {
        "proved": proved(verdict, unreachable),
        "reason": reason(verdict, unreachable),
        "findings": [finding_data(finding) for finding in table.findings],
        "checked": {
            "devices": checked.devices,
            "vrfs": checked.vrfs,
            "interfaces": checked.interfaces,
            "lines": checked.lines,
            "lines_not_understood": checked.lines_not_understood,
            "properties": list(checked.properties),
            "missing": list(checked.missing),
        },
        "unreachable": dict(unreachable),
        "assumptions": list(verdict.assumptions),
        "matrix": {
            "domains": [
                {"name": name, "zone": table.zones.get(name, "")} for name in table.domains
            ],
            "cells": [
                {
                    "source": cell.source,
                    "target": cell.target,
                    "state": cell.state.value,
                    "reason": cell.reason,
                    "findings": [number - 1 for number in cell.findings],
                }
                for cell in table.cells.values()
            ],
        },
    }


def finding_data(finding: Finding) -> dict[str, Any]:
    """One finding, as every verb prints it."""
    return {
        "class": finding.klass,
        "severity": finding.severity.value,
        "device": finding.device,
        "vrf": finding.vrf,
        "message": finding.message,
        "path": [asdict(hop) for hop in finding.path],
        "line": finding.line,
        "family": finding.family,
        "more": finding.more,
        "source": finding.source.label if finding.source else "",
        "target": finding.target.label if finding.target else "",
        "both_ways": finding.both_ways,
    }
