"""The driver's diff of a router's text: which lines changed, and which VRFs they name."""

import re
from collections.abc import Iterator

from egovnet.templates.model.diff import ChangedLine

_VRF = re.compile(r"\bvrf (\S+)")


def changed_lines(diff: str) -> Iterator[ChangedLine]:
    """The changed lines and the headings they stand under."""
    heading = ""
    for line in diff.splitlines():
        if line[:1] in ("+", "-", "!"):
            yield _line(heading)
            yield _line(line[1:])
            heading = ""
        elif not line.startswith("   "):
            heading = line


def _line(text: str) -> ChangedLine:
    return ChangedLine(text, tuple(_VRF.findall(text)))
