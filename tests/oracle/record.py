"""`python -m tests.oracle.record NAME [RELEASE] < TEXT`: a case file with what daemons make of it.

RELEASE is Debian's whose FRR is asked, such as trixie; this machine's own otherwise. A case has
`text`, `runs` (what `show running-config` says then) and `not_understood` (the lines that the
reader leaves to a person; where there are none, both texts mean the same).
"""

import sys
from pathlib import Path

import yaml

from egovnet.templates.registry import read_config
from tests.oracle.agreement import HEAD, left, whole
from tests.oracle.frr_daemons import FrrDaemons

CASES = Path(__file__).parent / "cases"


class _Block(str):
    """A text that YAML writes line by line."""


yaml.SafeDumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def record(daemons: FrrDaemons, name: str, text: str, about: str = "") -> None:
    """Write the case `name`."""
    text = whole(text, daemons.release).replace(HEAD, "", 1)
    run = daemons.read(HEAD + text)
    runs = run.running[run.running.index("!\n") :]
    unread = [each.text for each in left(read_config(HEAD + text, name, "frr"))]
    case = {"text": _Block(text), "runs": _Block(runs), "not_understood": unread}
    head = f"# {about}\n" if about else ""
    path = CASES / f"{name}.yaml"
    path.write_text(head + yaml.safe_dump(case, sort_keys=False), encoding="utf-8")


def main() -> None:
    """The case of the text on standard input."""
    name, release = [*sys.argv[1:], ""][:2]
    with FrrDaemons(release) as daemons:
        record(daemons, name, sys.stdin.read())


if __name__ == "__main__":
    main()
