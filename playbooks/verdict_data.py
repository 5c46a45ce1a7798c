"""A verdict as data: what `prove --json` prints, and what other verbs carry of a proof."""

from dataclasses import asdict
from typing import Any

from isolation.verdict import Finding, Verdict
from playbooks.matrix import matrix


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Everything that a verdict says; the gravest findings first."""
    table = matrix(verdict)
    checked = verdict.checked
    return {
        "proved": verdict.proved,
        "findings": [_finding(finding) for finding in table.findings],
        "checked": {
            "devices": checked.devices,
            "vrfs": checked.vrfs,
            "interfaces": checked.interfaces,
            "lines": checked.lines,
            "lines_not_understood": checked.lines_not_understood,
            "properties": list(checked.properties),
            "missing": list(checked.missing),
        },
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


def _finding(finding: Finding) -> dict[str, Any]:
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
    }
