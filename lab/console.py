"""Read what the guest reports on its console: how far each node has come, and what failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_REPORT = re.compile(r"egovnet: (?:(\d+\.\d+) )?(.*?)\r?$")


@dataclass
class BootReport:
    """What a console said so far."""

    stages: dict[str, float] = field(default_factory=dict)
    """Stage of the machine (``kernel``, ``links``, ``control ssh``, ``hosts``) to its uptime, s."""
    ssh: dict[str, float] = field(default_factory=dict)
    """Router to the uptime at which its SSH server stood first, s."""
    ready: dict[str, float] = field(default_factory=dict)
    """Router or BGP customer edge to the uptime at which it had first loaded its text, s."""
    down: set[str] = field(default_factory=set)
    """Routers that were restarted and have not loaded their text yet."""
    warnings: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def read_console(text: str) -> BootReport:
    """Interpret the complete lines of a console; anything that is not ours is skipped."""
    report = BootReport()
    complete, _, _ = text.rpartition("\n")
    for line in complete.split("\n"):
        found = _REPORT.search(line)
        if found is None:
            if "Kernel panic" in line:
                report.failures.append(line.strip())
            continue
        uptime, message = float(found[1] or 0), found[2]
        words = message.split()
        if message.startswith("failed: "):
            report.failures.append(message.removeprefix("failed: "))
        elif message.startswith("warning: "):
            report.warnings.append(message.removeprefix("warning: "))
        elif len(words) == 3 and words[0] == "node":
            if words[2] == "ssh":
                report.ssh.setdefault(words[1], uptime)
            elif words[2] == "ready":
                report.ready.setdefault(words[1], uptime)
                report.down.discard(words[1])
            elif words[2] == "down":
                report.down.add(words[1])
        else:
            report.stages[message] = uptime
    return report


def together(reports: Sequence[BootReport]) -> BootReport:
    """What several machines report as one lab: a stage is reached when the last one reached it."""
    whole = BootReport()
    for report in reports:
        whole.ssh |= report.ssh
        whole.ready |= report.ready
        whole.down |= report.down
        whole.warnings += report.warnings
        whole.failures += report.failures
    for stage in reports[0].stages if reports else ():
        if all(stage in report.stages for report in reports):
            whole.stages[stage] = max(report.stages[stage] for report in reports)
    return whole
