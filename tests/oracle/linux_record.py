"""`python -m tests.oracle.linux_record LAB NAME < TEXT`: a case file with what Linux makes of it.

LAB is the directory of a lab that is up. A case has `text`, `holds` (what the kernel then has, as
lines), `tables`, `ports` and `not_understood` (lines that the reader leaves to a person).
"""

import sys
from pathlib import Path
from typing import Any

import yaml

from egovnet.lab.backends import default_lab
from egovnet.lab.guest_lab import GuestLab
from tests.oracle.linux_agreement import Held, facts_of, held, left
from tests.oracle.linux_fuzz import kernels_of

CASES = Path(__file__).parent / "linux_cases"


class _Block(str):
    """A text that YAML writes line by line."""


yaml.SafeDumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def record(vm: GuestLab, texts: dict[str, tuple[str, str]]) -> None:
    """Write cases: name -> (text, what it is about)."""
    kernels = kernels_of(vm, [text for text, _ in texts.values()])
    for (name, (text, about)), kernel in zip(texts.items(), kernels, strict=True):
        has = held(kernel)
        case = {
            "text": _Block(text),
            "holds": sorted(has.lines),
            "tables": dict(has.tables),
            "ports": sorted(has.ports),
            "not_understood": [said for _, said in left(facts_of(text))],
        }
        head = f"# {about}\n" if about else ""
        path = CASES / f"{name}.yaml"
        path.write_text(head + yaml.safe_dump(case, sort_keys=False), encoding="utf-8")


def recorded(case: dict[str, Any]) -> Held:
    """What the kernel had in a case."""
    return Held(frozenset(case["holds"]), case["tables"], frozenset(case["ports"]))


if __name__ == "__main__":
    vm = default_lab(Path(sys.argv[1]), progress=print)
    record(vm, {sys.argv[2]: (sys.stdin.read(), "")})
