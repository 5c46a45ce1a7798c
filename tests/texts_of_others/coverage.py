"""How many lines of texts by others the reader understands.

`python -m tests.texts_of_others.coverage [FILE or DIR ...]` prints each text's share and the lines
that are left; without arguments it takes the corpus beside this file. Lines that are a fact, known
to be harmless, part of a feature that is named as not modelled, or named as not taken count; blank
ones do not.
"""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config

CORPUS = Path(__file__).with_name("corpus")


def texts(paths: Sequence[Path] = (CORPUS,)) -> Iterable[Path]:
    """The files of `paths`, and those below its directories."""
    for path in paths:
        yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


def read(path: Path) -> DeviceFacts:
    """The facts of a text. Raises ConfigTextError."""
    return read_config(path.read_text(encoding="utf-8", errors="replace"), path.name, "frr")


def counted(facts: DeviceFacts) -> tuple[int, int]:
    """(lines understood, lines that are not blank)."""
    filled = facts.coverage.lines - facts.coverage.blank
    unread = {each.line for each in facts.not_understood}
    return filled - len(unread), filled


def main() -> int:
    """Print the measure; 1 where less than 95 % of all lines are understood."""
    paths = [Path(one) for one in sys.argv[1:]] or [CORPUS]
    understood = filled = number = 0
    for path in texts(paths):
        try:
            facts = read(path)
        except ConfigTextError as error:
            sys.stdout.write(f"{path.name}: refused: {error}\n")
            continue
        own, all_ = counted(facts)
        understood, filled, number = understood + own, filled + all_, number + 1
        sys.stdout.write(f"{own / max(all_, 1):7.1%} of {all_:4} lines  {path.name}\n")
        for each in (*facts.not_understood, *facts.not_taken):
            where = f" in {' > '.join(each.context)}" if each.context else ""
            sys.stdout.write(f"          {each.line}: {each.text}{where}: {each.why}\n")
    share = understood / max(filled, 1)
    sys.stdout.write(f"{share:.1%} of {filled} lines in {number} texts\n")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    raise SystemExit(main())
