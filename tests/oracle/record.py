"""`python -m tests.oracle.record NAME < TEXT`: a case file with what the daemons make of a text.

A case has `text`, `runs` (what `show running-config` says then) and `not_understood` (the lines
that the reader leaves to a person; where there are none, both texts mean the same).
"""

import sys
from pathlib import Path

import yaml

from egovnet.templates.registry import read_config
from tests.oracle.agreement import HEAD
from tests.oracle.frr_daemons import FrrDaemons

CASES = Path(__file__).parent / "cases"


class _Block(str):
    """A text that YAML writes line by line."""


yaml.SafeDumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def record(daemons: FrrDaemons, name: str, text: str, about: str = "") -> None:
    """Write the case `name`."""
    run = daemons.read(HEAD + text)
    runs = run.running[run.running.index("!\n") :]
    unread = [each.text for each in read_config(HEAD + text, name, "frr").not_understood]
    case = {"text": _Block(text), "runs": _Block(runs), "not_understood": unread}
    head = f"# {about}\n" if about else ""
    path = CASES / f"{name}.yaml"
    path.write_text(head + yaml.safe_dump(case, sort_keys=False), encoding="utf-8")


def main() -> None:
    """The case of the text on standard input."""
    with FrrDaemons() as daemons:
        record(daemons, sys.argv[1], sys.stdin.read())


if __name__ == "__main__":
    main()
