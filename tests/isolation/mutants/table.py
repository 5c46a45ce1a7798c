"""`python -m tests.isolation.mutants.table`: every mutant judged, class by class.

Exit 1 when one survives or an equivalent raises an alarm. `--only WORD` takes the operators whose
name or class has the word; `--all` lists what was said of each that is not as expected.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.isolation.mutants.all_mutants import operators, platform_operators
from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Operator
from tests.isolation.mutants.outcome import Outcome, outcome
from tests.isolation.mutants.reference import platform, reference

#: Names that a row shows of what is not as expected.
_SHOWN = 3
_HEADER = ("operator", "mutants", "killed", "survived", "equivalent", "false alarms", "open")
_WIDTHS = (52, 8, 7, 9, 11, 13, 5)


def row(values: Sequence[object]) -> str:
    """A line of the table."""
    first, *rest = values
    cells = [f"{first!s:<{_WIDTHS[0]}}"]
    cells += [f"{value!s:>{width}}" for value, width in zip(rest, _WIDTHS[1:], strict=True)]
    return "".join(cells)


def judged(ground: Ground, operator: Operator, only: str) -> list[Outcome]:
    """The outcomes of an operator's mutants, of those whose operator or class has the word."""
    wanted = (m for m in operator(ground) if only in m.operator or only in m.klass)
    return [outcome(m, ground.network, ground.allocation) for m in wanted]


def counts(outcomes: Sequence[Outcome]) -> tuple[int, ...]:
    """Numbers of a row, in the header's order."""
    fates = Counter(one.fate for one in outcomes)
    kinds = Counter(one.mutant.verdict for one in outcomes)
    return (
        len(outcomes),
        fates["killed"],
        fates["survived"],
        kinds["equivalent"],
        fates["false alarm"],
        kinds["open"],
    )


def grounds() -> Iterator[tuple[Ground, Operator]]:
    """Every operator, on the network that it is about."""
    platforms = platform_operators()
    for one in operators():
        yield (platform() if one in platforms else reference()), one


def lines(only: str, *, everything: bool) -> Iterator[tuple[str, bool]]:
    """The table's lines, and whether each is as it should be."""
    total: list[Outcome] = []
    klass = ""
    yield row(_HEADER), True
    for ground, operator in grounds():
        outcomes = judged(ground, operator, only)
        if not outcomes:
            continue
        if outcomes[0].mutant.klass != klass:
            klass = outcomes[0].mutant.klass
            yield f"-- {klass}", True
        total += outcomes
        bad = [one for one in outcomes if not one.good]
        yield row((operator.__name__, *counts(outcomes))), not bad
        for one in bad if everything else bad[:_SHOWN]:
            yield f"   {one.fate}: {one.mutant.name}", False
            yield f"      made: {one.mutant.why}", False
            yield f"      said: {one.said}", False
        if len(bad) > _SHOWN and not everything:
            yield f"   and {len(bad) - _SHOWN} more (--all)", False
    yield row(("all", *counts(total))), bool(total) and all(one.good for one in total)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; the exit code."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORD")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args(arguments)
    good = True
    for line, fine in lines(options.only, everything=options.all):
        print(line, flush=True)
        good = good and fine
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
