"""`python -m tests.isolation.agree.table --seed N --number M`: random mutants on real routers.

Draws mutants by seed over all kinds, alone and in pairs, loads each on the routers of one lab (a
delta as the product sends it, or a boot from the texts), and holds packets and kernel tables
against the verdict of the proof. `make agree SEED=N N=M` runs it.

What is printed of a draw:

- agree: proved, and nothing crosses; or risks were found, and nothing crosses;
- seen: not proved, and the lab shows what crosses;
- cut off: proved, nothing crosses, and of its routers' sites nobody is served any more;
- refused: FRR or ifupdown2 refuse a line, and what they took does not cross;
- not tried: a leak was found that needs what no site of the lab does (`not_tried`);
- unseen: a leak was found that the lab does not show, and nothing says why;
- DISAGREE: proved, and something crosses.

Exit 1 when one disagrees. What was begun is resumed after trouble with a router: it is restarted,
or the whole lab is, and the draw is loaded once more.
"""

import argparse
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from egovnet.inventory.errors import EgovnetError
from egovnet.isolation.model.finding_class import Severity
from napalm_frr.errors import DeviceTextError
from napalm_frr.text.device_text import split
from tests.isolation.agree.crossings import Seen, crossings, differences, new_networks, served
from tests.isolation.agree.draw import Draw, draws
from tests.isolation.agree.loader import Loader, progress
from tests.isolation.agree.not_tried import not_tried
from tests.isolation.agree.together import Numbered, as_one, grouped
from tests.isolation.mutants.judge import judge
from tests.isolation.reference_lab import GROUND, reference_routers
from tests.isolation.routers import RouterError, changed_lines

#: The lab's own: no other lab of the tests has them.
_LAB, _ADDRESSES = "agree-by-seed", "127.20.31"
#: Seconds that something may take until it crosses: FRR looks at changed policies after 5, a
#: session opens within as many, and a router that was booted has to find its neighbours first.
_DELTA_SECONDS, _LATE_SECONDS, _BOOT_SECONDS = 4.0, 7.0, 12.0
#: What is not proved may cross at once, and is then looked at no longer.
_SOON = 1.0
#: How many times longer that is at most where other things run.
_SLOWEST = 4.0
#: A leak that was found is waited for so much longer.
_LONGER = 12.0
#: Seconds after which sites of which nothing was answered so far are cut off.
_DEAD = 60.0
#: Between two looks.
_BETWEEN = 2.0
#: Every so many draws one is booted that could be loaded as a delta.
_BOOTED = 12
#: A changed line that takes so long: a policy's or a session's.
_LATE = re.compile(r"[+-](ip|ipv6|match|set|call|on-match|route-map|bgp|access-list|neighbor)\b")
_COLUMNS = (
    "agree",
    "seen",
    "cut off",
    "refused",
    "not tried",
    "unseen",
    "DISAGREE",
    "trouble",
)


@dataclass(frozen=True)
class Judged:
    """What the proof says of a draw."""

    proved: bool
    leak: bool
    said: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A draw, and what became of it."""

    number: int
    draw: Draw
    fate: str
    judged: Judged
    crossed: tuple[str, ...] = ()
    note: str = ""
    #: How many draws were loaded at once.
    together: int = 1


def proof_of(draw: Draw) -> Judged:
    """The verdict for a draw's texts; a text that is refused by name proves nothing either."""
    try:
        verdict = judge({**GROUND.texts, **draw.texts}, GROUND.network, GROUND.allocation)
    except EgovnetError as error:
        return Judged(proved=False, leak=False, said=(f"refused: {error}",))
    leaks = [f for f in verdict.findings if f.severity is Severity.LEAK]
    risks = [f for f in verdict.findings if f.severity is Severity.RISK]
    said = tuple(dict.fromkeys(f"{f.severity} {f.klass}" for f in (*leaks, *risks)))
    return Judged(verdict.proved, bool(leaks), said)


def is_proved(draw: Draw) -> bool:
    """Whether the proof says yes."""
    return proof_of(draw).proved


def is_booted(number: int, draw: Draw) -> bool:
    """Whether a draw is booted: `ifreload -a` does not undo all that a text had, a boot does."""
    linux = any(
        split(text).interfaces != split(GROUND.texts[host]).interfaces
        for host, text in draw.texts.items()
    )
    return linux or number % _BOOTED == 0


def settling(draw: Draw, *, booted: bool) -> float:
    """Seconds that the routers may take until what a draw opens is open."""
    if booted:
        return _BOOT_SECONDS
    lines = (
        line
        for host, text in draw.texts.items()
        for line in changed_lines(GROUND.texts[host], text)
    )
    return _LATE_SECONDS if any(map(_LATE.match, lines)) else _DELTA_SECONDS


def tried_together(loader: Loader, group: Sequence[Numbered]) -> Iterator[Row]:
    """The rows of draws that are loaded at once; each alone where something is not as expected."""
    if len(group) == 1:
        yield tried_again(loader, *group[0])
        return
    one = as_one([draw for _, draw in group])
    seen = tried_again(loader, group[0][0], one)
    if seen.fate in ("agree", "cut off"):
        for number, draw in group:
            row = Row(number, draw, "", seen.judged)
            yield replace(evaluated(row, loader.base, loader.seen), together=len(group))
    else:
        for number, draw in group:
            yield tried_again(loader, number, draw)


def tried_again(loader: Loader, number: int, draw: Draw) -> Row:
    """Once more after trouble with a router."""
    try:
        return tried(loader, number, draw)
    except RouterError as error:
        progress(f"   once more after trouble: {str(error)[:300]}")
        loader.afresh()
    try:
        return tried(loader, number, draw)
    except RouterError as again:
        loader.afresh()
        return Row(number, draw, "trouble", proof_of(draw), note=str(again))


def tried(loader: Loader, number: int, draw: Draw) -> Row:
    """Load a draw, watch it, and go back."""
    judged = proof_of(draw)
    try:
        booted = is_booted(number, draw)
    except DeviceTextError as error:  # the driver takes no such text
        return Row(number, draw, "refused", judged, note=str(error))
    row = _looked_at(loader, number, draw, judged, booted=booted)
    if row.fate == "DISAGREE" and not booted and loader.runs_another:
        # a line that takes another's place stands last in a delta; a driver would go back from it
        progress("   it runs another text than was judged, and is booted")
        row = _looked_at(loader, number, draw, judged, booted=True)
    return row


def _looked_at(loader: Loader, number: int, draw: Draw, judged: Judged, *, booted: bool) -> Row:
    begun = time.monotonic()
    try:
        refused = loader.boot(draw.texts) if booted else loader.load(draw.texts)
        progress(f"   {'booted' if booted else 'loaded'} after {time.monotonic() - begun:.0f} s")
        seconds = settling(draw, booted=booted) * min(loader.slower, _SLOWEST)
        first = seconds if judged.proved else _SOON
        longer = _LONGER if judged.leak else 0
        seen, crossed = watched(loader, first, seconds - first + longer, draw.texts)
        progress(f"   looked at after {time.monotonic() - begun:.0f} s")
        loader.seen = seen
        return evaluated(Row(number, draw, "", judged, crossed, refused), loader.base, seen)
    finally:
        go_back(loader, draw, booted=booted)


def watched(
    loader: Loader, seconds: float, longer: float, texts: Mapping[str, str]
) -> tuple[Seen, tuple[str, ...]]:
    """The last look at the lab, where routers run `texts`, and what crosses in it.

    Looks first after `seconds`, and ends as soon as something crosses. Else it goes on for as long
    as `longer`, and while more and more of the echoes of the sites at these routers are answered: a
    network that is not there yet leaks nothing.
    """
    new, hosts = new_networks(texts), frozenset(texts)
    deadline = time.monotonic() + seconds + longer
    answered = -1
    time.sleep(seconds)
    while True:
        seen = loader.look()
        crossed = tuple(crossings(loader.base, seen, new))
        still, before = served(loader.base, seen, hosts)
        late = time.monotonic() - deadline
        if crossed or (late > 0 and still in (before, answered or before)) or late > _DEAD:
            return seen, crossed
        answered = still if late > 0 else -1
        time.sleep(_BETWEEN)


def evaluated(row: Row, base: Seen, seen: Seen) -> Row:
    """The row with its fate: what a look says about a verdict. Pure."""
    if row.crossed:
        return replace(row, fate="DISAGREE" if row.judged.proved else "seen")
    if row.note:
        return replace(row, fate="refused")
    if row.judged.proved:
        still, before = served(base, seen, frozenset(row.draw.texts))
        note = f"{still} of {before} echoes answered"
        return replace(row, fate="agree" if still else "cut off", note=note)
    note = "; ".join(islice(differences(base, seen), 4))
    if row.judged.leak and (why := not_tried(row.judged.said)):
        return replace(row, fate="not tried", note=f"{why}; {note}".removesuffix("; "))
    return replace(row, fate="unseen" if row.judged.leak else "agree", note=note)


def go_back(loader: Loader, draw: Draw, *, booted: bool) -> None:
    """The network without a change, by ever stronger means."""
    try:
        if not booted:
            loader.unload()
            return
    except RouterError as error:
        progress(f"   a router is not as before, and is restarted: {str(error)[:300]}")
    try:
        loader.boot_back(draw.texts)
    except RouterError as error:
        progress(f"   the lab is booted again: {str(error)[:300]}")
        loader.afresh()


def told(row: Row) -> str:
    """A draw in a few lines."""
    verdict = "proved" if row.judged.proved else ", ".join(row.judged.said[:3])
    if row.together > 1:
        verdict += f", loaded with {row.together - 1} others"
    lines = [f"{row.number:4} {row.fate:9} {row.draw.name}", f"     proof: {verdict}"]
    if row.crossed:
        more = f" and {len(row.crossed) - 2} more" if len(row.crossed) > 2 else ""
        lines.append(f"     lab: {'; '.join(row.crossed[:2])}{more}")
    if row.note:
        lines.append(f"     {row.note[:400]}")
    return "\n".join(lines)


def summary(rows: Sequence[Row]) -> str:
    """Counts by kind and fate."""
    lines = [f"{'kind':45}" + "".join(f"{name:>10}" for name in ("drawn", *_COLUMNS))]
    kinds = sorted({row.draw.klass for row in rows})
    for kind in [*kinds, "all"]:
        counts = Counter(r.fate for r in rows if kind in ("all", r.draw.klass))
        numbers = [counts.total(), *(counts[name] for name in _COLUMNS)]
        lines.append(f"{kind:45}" + "".join(f"{number:>10}" for number in numbers))
    return "\n".join(lines)


def main() -> int:
    """Try the draws; 1 if one disagrees."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--number", type=int, default=200, help="how many are drawn")
    parser.add_argument("--from", dest="first", type=int, default=0, help="draws to pass over")
    parser.add_argument("--slower", type=float, default=1.0, help="wait so many times longer")
    parser.add_argument(
        "--together", type=int, default=3, help="proved ones that are loaded at once"
    )
    parser.add_argument("--keep", type=Path, help="directory of a lab that stays up for the next")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the lab is not left behind
    rows: list[Row] = []
    wanted = islice(draws(GROUND, chosen.seed), chosen.first, chosen.number)
    with tempfile.TemporaryDirectory() as scratch:
        progress("the lab is booted")
        root, keep = chosen.keep or Path(scratch), chosen.keep is not None
        with reference_routers(root, _LAB, _ADDRESSES, keep=keep, slower=chosen.slower) as routers:
            loader = Loader(routers)
            assert not list(crossings(loader.base, loader.base)), "something crosses at the start"
            numbered = enumerate(wanted, start=chosen.first)
            for group in grouped(numbered, chosen.together, is_proved, is_booted):
                begun = time.monotonic()
                for row in tried_together(loader, group):
                    rows.append(row)
                    print(told(row), flush=True)
                done = f"{len(rows)} of {chosen.number - chosen.first}"
                progress(f"{done}: {rows[-1].fate} ({time.monotonic() - begun:.0f} s)")
    print(summary(rows))
    bad = [row for row in rows if row.fate == "DISAGREE"]
    for row in bad:
        print(f"seed {chosen.seed}, draw {row.number} disagrees: {row.draw.name}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
