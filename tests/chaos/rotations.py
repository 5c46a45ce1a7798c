"""Controllers killed, and routers at fault, in the middle of rotations of keys.

`python -m tests.chaos.rotations --runs 200` prints a table, of emulated routers; with `--lab` and
fewer runs, of the lab's real ones; interrupted, of the runs until then.

A run rotates some keys as `keys rotate --apply` does; its controller is killed at a write to its
journal, a router is at fault, or both; the change is recovered, and that may be killed too. Then
every key must be the same at all of its ends and every router must have its neighbours; and what is
left of the rotation is carried out.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from egovnet.playbooks.change.recover import recover
from egovnet.playbooks.change.transaction_options import Options
from egovnet.playbooks.cli.options import quiet_libraries
from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.journal.errors import DevicesLockedError
from egovnet.playbooks.journal.records import FAILED, OPEN
from egovnet.playbooks.verbs.keys.rotation import apply_rotation
from egovnet.playbooks.verify.verifying import Verifying
from egovnet.tasks.keys.key_store import Values
from tests.chaos.emulated_field import DURATIONS, FAULT_VARIANTS
from tests.chaos.killing import Ended, KillPoint, count_writes
from tests.chaos.killing import run as run_child
from tests.playbooks.test_managed_keys_of_a_day import encodings
from tests.playbooks.verbs.keys.rotation_place import RotationPlace, rotation_place

#: Not what a router does when it is lied to about success: that is the driver's to see.
FAULTS = tuple(name for name in FAULT_VARIANTS if name != "confirms late")
_RECOVERIES, _TRIES = 6, 3


class Field(Protocol):
    """Routers on which keys are rotated, and the inventory that says which."""

    root: Path
    inventory: Path
    #: What is rotated: IS-IS in one transaction, BGP in two, LDP on one circuit in three.
    patterns: tuple[tuple[str, ...], ...]
    faults: tuple[str, ...]
    #: The routers' timers: short where something goes wrong, long where it must be done.
    short: Options
    long: Options
    #: Seconds that routing may take to converge.
    converge: int

    @property
    def routers(self) -> tuple[str, ...]:
        """Their names."""

    @property
    def values(self) -> Values:
        """What the store has."""

    def serials(self) -> dict[str, set[int]]:
        """Key -> the serial numbers of its values on routers: one, where its ends agree."""

    def fault(self, router: str, name: str) -> None:
        """From now on `router` misbehaves once."""

    def calm(self) -> None:
        """No router misbehaves any more."""

    def at_rest(self) -> None:
        """Return when no router has a commit at work or pending."""

    def wrong(self) -> set[tuple[str, str, str]]:
        """Checks of the control plane that fail, once routers had time to boot and to converge."""

    def drained(self) -> bool:
        """Whether a circuit still has the metric of a rotation."""


class EmulatedRotationField:
    """Emulated routers."""

    patterns = (("isis*",), ("bgp/*",), ("ldp/pe1+rr1",), ("isis/pe1--rr1", "bgp/pe2+rr1"))
    faults = FAULTS
    short, long = Options(6, 8, patience=4.0), Options(60, 60, patience=8.0)
    converge = 10
    _rest, _up = 30.0, 30.0

    def __init__(self, place: RotationPlace) -> None:
        self._place = place
        self.root, self.inventory = place.root, place.inventory
        self._turns = dict.fromkeys(FAULT_VARIANTS, 0)

    @property
    def routers(self) -> tuple[str, ...]:
        """As any field."""
        return tuple(self._place.network.workspace.network.routers)

    @property
    def values(self) -> Values:
        """As any field."""
        return self._place.values

    def serials(self) -> dict[str, set[int]]:
        """As any field."""
        return self._place.serials()

    def fault(self, router: str, name: str) -> None:
        """As any field; the variants of a fault in turn."""
        variants = FAULT_VARIANTS[name]
        self._turns[name] += 1
        self._place.network.lab.set_faults({router: [variants[self._turns[name] % len(variants)]]})

    def calm(self) -> None:
        """As any field."""
        self._place.network.lab.set_faults({name: [] for name in self.routers})

    def at_rest(self) -> None:
        """As any field."""
        deadline = time.monotonic() + self._rest
        busy = {"applying", "applied", "pending", "undoing"}
        while time.monotonic() < deadline:
            seen = self._place.network.lab.snapshots(self.routers)
            if not any(busy & set(snapshot.commits.values()) for snapshot in seen.values()):
                return
            time.sleep(0.1)

    def wrong(self) -> set[tuple[str, str, str]]:
        """As any field."""
        return self._place.network.wrong_after(self._up, 0.1)

    def drained(self) -> bool:
        """As any field."""
        return any("isis metric" in text for text in self._place.network.lab.running().values())


@dataclass(frozen=True, slots=True)
class Disturbed:
    """A rotation, and what goes wrong in it."""

    patterns: tuple[str, ...]
    kill: KillPoint | None = None
    kill_recovery: KillPoint | None = None
    #: (router, fault)
    fault: tuple[str, str] | None = None

    def __str__(self) -> str:
        words = [f"rotate {' '.join(self.patterns)}"]
        if self.kill:
            words.append(f"killed {self.kill}")
        if self.kill_recovery:
            words.append(f"recovery killed {self.kill_recovery}")
        if self.fault:
            words.append(" ".join(self.fault))
        return ", ".join(words)


@dataclass
class RotationReport:
    """What came of a run."""

    disturbed: Disturbed
    killed: bool = False
    recoveries: int = 0
    #: Keys whose new value was on the routers when all was at rest, of those that were rotated.
    rotated: int = 0
    of: int = 0
    #: How often the rest of it was begun.
    tries: int = 0
    trouble: list[str] = field(default_factory=list)


class Rotations:
    """Routers on which keys are rotated again and again; nothing is ever put back."""

    def __init__(self, field_: Field) -> None:
        self.field = field_
        os.environ["EGOVNET_KEY_IDENTITY"] = str(field_.root / "identity")

    def rotate(self, patterns: Iterable[str], options: Options) -> str:
        """How it ended."""
        workspace = Workspace(self.field.inventory)
        verifying = Verifying(self.field.converge)
        outcome = apply_rotation(
            workspace, Silent(), tuple(patterns), options, verifying, disruptive=False
        )
        return str(outcome.result.result)

    def writes(self, patterns: tuple[str, ...]) -> int:
        """How many writes to its journal an undisturbed rotation makes."""
        return count_writes(lambda: self.rotate(patterns, self.field.long))[0]

    def run(self, disturbed: Disturbed) -> RotationReport:
        """One run, to its end."""
        report = RotationReport(disturbed)
        before = self.field.serials()
        if disturbed.fault is not None:
            self.field.fault(*disturbed.fault)
        ended = run_child(lambda: self.rotate(disturbed.patterns, self.field.short), disturbed.kill)
        report.killed = ended.killed
        report.trouble += _errors(ended)
        self._recover(disturbed, report)
        self.field.at_rest()
        self.field.calm()
        report.trouble += self._faults_now()
        now = self.field.serials()
        known = Workspace(self.field.inventory).network.keys
        report.of = sum({known[name].serial} != before[name] for name in before)
        report.rotated = sum(now[name] != before[name] for name in before)
        if report.rotated < report.of or self.field.drained():
            report.trouble += self._carry_out(report)
        report.trouble += self._faults_now()
        if {name: {known[name].serial} for name in known} != self.field.serials():
            report.trouble.append("not all routers have the values that the inventory has")
        return report

    def _carry_out(self, report: RotationReport) -> Iterator[str]:
        """Do what is left, again where a router was too slow for its timer and all went back."""
        for _ in range(_TRIES):
            report.tries += 1
            ended = run_child(lambda: self.rotate((), self.field.long))
            yield from _errors(ended, strict=True)
            if ended.result == "done":
                return
        yield f"the rest ended as {ended.result}"

    def values_in_clear(self) -> set[str]:
        """Files that hold a value, of all that is left but the routers' own, in any encoding."""
        ways = [way for value in self.field.values.values() for way in encodings(value)]
        found = set()
        for folder, _, names in os.walk(self.field.root):
            for name in names:
                path = Path(folder) / name
                if "lab" in path.relative_to(self.field.root).parts or not path.is_file():
                    continue
                content = path.read_bytes()
                if any(way in content for way in ways):
                    found.add(str(path))
        return found

    # -- helpers ---------------------------------------------------------------------------

    def _recover(self, disturbed: Disturbed, report: RotationReport) -> None:
        kill = disturbed.kill_recovery
        while report.recoveries < _RECOVERIES:
            journal = Workspace(self.field.inventory).journal
            if not {change.state for change in journal.changes()} & {OPEN, FAILED}:
                return
            report.recoveries += 1
            ended = run_child(
                lambda: str(
                    recover(Workspace(self.field.inventory), Silent(), yes=True, patience=8.0).exit
                ),
                kill,
            )
            kill = None
            report.trouble += _errors(ended)
        report.trouble.append(f"unfinished after {_RECOVERIES} recoveries")

    def _faults_now(self) -> Iterator[str]:
        """What of the network is not as it must be at rest."""
        wrong = self.field.wrong()
        if wrong:
            yield f"routers without neighbours: {sorted(wrong)}"
        parted = {name: at for name, at in self.field.serials().items() if len(at) > 1}
        if parted:
            yield f"keys that are not the same at all of their ends: {parted}"


def _errors(ended: Ended, *, strict: bool = False) -> list[str]:
    if not ended.error or (DevicesLockedError.__name__ in ended.error and not strict):
        return []
    return [ended.error]


def disturbances(rotations: Rotations, source: random.Random, runs: int) -> Iterator[Disturbed]:
    """Kills at every kind of write, faults on every router, and pairs of them."""
    field_ = rotations.field
    counts = {patterns: rotations.writes(patterns) for patterns in field_.patterns}
    for number in range(runs):
        patterns = field_.patterns[number % len(field_.patterns)]
        kill = KillPoint(source.randint(1, counts[patterns]), written=source.random() < 0.5)
        again = KillPoint(source.randint(1, 12), written=source.random() < 0.5)
        fault = (source.choice(field_.routers), source.choice(field_.faults))
        kind = number // len(field_.patterns) % 4
        yield Disturbed(
            patterns,
            kill if kind != 2 else None,
            again if kind == 1 else None,
            fault if kind in (2, 3) else None,
        )


def told(reports: list[RotationReport]) -> str:
    """A table in words, a row each kind of rotation."""
    lines = []
    for patterns in dict.fromkeys(r.disturbed.patterns for r in reports):
        own = [r for r in reports if r.disturbed.patterns == patterns]
        ends = Counter(
            "all new" if r.rotated == r.of else "as before" if not r.rotated else "some new"
            for r in own
        )
        lines.append(
            f"{' '.join(patterns)}: {len(own)} runs, {sum(r.killed for r in own)} killed, "
            f"{sum(r.disturbed.fault is not None for r in own)} with a fault, "
            f"{sum(r.recoveries for r in own)} recoveries; at rest {dict(ends)}; "
            f"trouble in {sum(bool(r.trouble) for r in own)}"
        )
    return "\n".join(lines)


@contextmanager
def _emulated(root: Path) -> Iterator[Field]:
    with rotation_place(root, DURATIONS) as place:
        os.environ["EGOVNET_CONNECT_TIMEOUT"] = "1"
        yield EmulatedRotationField(place)


def main() -> int:
    """The routers, and all runs on them one after the other."""
    from tests.chaos.lab_rotations import lab_rotations  # noqa: PLC0415 -- it has this as a part

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lab", action="store_true", help="on the lab's real routers")
    options = parser.parse_args()
    quiet_libraries()
    reports: list[RotationReport] = []
    begin = lab_rotations if options.lab else _emulated
    with (
        tempfile.TemporaryDirectory(prefix="egovnet-rotations-") as directory,
        begin(Path(directory)) as field_,
    ):
        rotations = Rotations(field_)
        source = random.Random(options.seed)  # noqa: S311 -- chance, not secrecy
        with suppress(KeyboardInterrupt):
            for number, disturbed in enumerate(disturbances(rotations, source, options.runs), 1):
                report = rotations.run(disturbed)
                reports.append(report)
                for trouble in report.trouble:
                    print(f"TROUBLE in run {number} ({disturbed}): {trouble}", flush=True)
                if options.lab or number % 10 == 0:
                    print(f"{number} runs; the last: {disturbed}", flush=True)
        clear = rotations.values_in_clear()
    print(told(reports))
    print(f"files with a value in clear: {sorted(clear)}")
    return int(bool(clear) or any(report.trouble for report in reports))


if __name__ == "__main__":
    sys.exit(main())
