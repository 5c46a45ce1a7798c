"""`python -m tests.oracle.fuzz --from A --to B`: random texts, and where FRR makes something else.

Prints each difference with as few lines as show it, and the counts by direction: what runs may do
more than the text says (it may hide a leak), and less.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable

from tests.oracle import grammar
from tests.oracle.agreement import Difference, compare, understood
from tests.oracle.frr_daemons import FrrDaemons
from tests.oracle.minimize import minimize
from tests.oracle.tried import tried

#: Who waits is told after so many texts.
_TOLD_AFTER = 500


def differences(
    seeds: Iterable[int], *, places: int = 2, smallest: bool = False, release: str = ""
) -> Iterable[tuple[int, Difference | None]]:
    """(seed, its difference) of each seed, tried in as many places of daemons at a time.

    `release` is Debian's whose FRR is asked; "" this machine's own.
    """

    def trial(place: FrrDaemons, seed: int) -> tuple[int, Difference | None]:
        found = compare(place, understood(grammar.text(seed), release))
        return seed, minimize(place, found) if found and smallest else found

    return tried(seeds, [FrrDaemons(release) for _ in range(places)], trial)


def told(found: Difference) -> str:
    """A difference in a few lines."""
    said = [line for line in found.said.splitlines() if line.strip() and "pam:" not in line]
    running = found.running[found.running.find("!\n") :]
    return "\n".join(
        (
            found.text.rstrip(),
            "--- runs",
            running.rstrip(),
            f"--- said {' | '.join(said)[:400]}",
            *(f"    {'HIDES ' if each.hides else ''}{str(each)[:300]}" for each in found.facts),
        )
    )


def main() -> int:
    """Try the seeds; 1 if a difference may hide a leak."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--to", dest="end", type=int, default=20_000)
    parser.add_argument("--places", type=int, default=2, help="daemons at a time")
    parser.add_argument("--all", action="store_true", help="print the other direction too")
    parser.add_argument("--release", default="", help="another release's FRR, such as trixie")
    chosen = parser.parse_args()
    start = time.monotonic()
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    seeds = range(chosen.first, chosen.end)
    tried = differences(seeds, places=chosen.places, smallest=True, release=chosen.release)
    for seed, found in tried:
        counts["texts"] += 1
        if counts["texts"] % _TOLD_AFTER == 0:
            sys.stderr.write(f"{counts['texts']} texts\n")
        if found is None:
            continue
        counts["may hide a leak" if found.hides else "in the other direction"] += 1
        if not found.hides:
            reasons.update({each.path.rsplit("/", 1)[-1] for each in found.facts})
        if found.hides or chosen.all:
            sys.stdout.write(f"=== seed {seed}\n{told(found)}\n")
            sys.stdout.flush()
    sys.stdout.write(
        f"{counts['texts']} texts in {time.monotonic() - start:.0f} s: "
        f"{counts['may hide a leak']} differences that may hide a leak, "
        f"{counts['in the other direction']} in the other direction "
        f"({', '.join(f'{name} {count}' for name, count in reasons.most_common())})\n"
    )
    return 1 if counts["may hide a leak"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
