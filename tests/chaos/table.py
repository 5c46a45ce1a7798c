"""`make chaos`: the whole chaos suite, and its table of counts and seconds spent mixed."""

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from egovnet.playbooks.cli.options import quiet_libraries
from tests.chaos import emulated_field
from tests.chaos.concurrent import contest
from tests.chaos.emulated_field import EmulatedField
from tests.chaos.field import Field
from tests.chaos.runs import Report, Scenario, chaos
from tests.chaos.scenarios import every_scenario
from tests.loopback import loopback_network

_NETWORK = loopback_network()


def run_all(place: Field, scenarios: Iterable[Scenario], console: Console) -> list[Report]:
    """Run scenarios one after the other, telling each trouble as it comes; INT ends it early."""
    reports: list[Report] = []
    begun = time.monotonic()
    for number, scenario in enumerate(scenarios, 1):
        try:
            report = chaos(place, scenario, f"run-{time.monotonic_ns()}")
        except KeyboardInterrupt:
            console.print(f"interrupted after {len(reports)} runs", markup=False)
            break
        except Exception as error:
            report = Report(scenario, "mixed", 0.0, killed=False, recoveries=0)
            report.trouble.append(f"the run itself failed: {type(error).__name__}: {error}")
        reports.append(report)
        for trouble in report.trouble:
            console.print(f"TROUBLE in run {number} ({scenario}): {trouble}", markup=False)
        if number % 25 == 0:
            seconds = time.monotonic() - begun
            console.print(f"{number} runs, {seconds:.0f} s", markup=False)
    return reports


def print_table(console: Console, title: str, reports: list[Report]) -> None:
    """One row a phase."""
    table = Table(title=title, box=None, header_style="bold", title_justify="left")
    columns = ("what goes wrong", "runs", "killed", "all old", "all new", "mixed at the end")
    more = ("mixed by timers alone", "recoveries", "ends compared", "s mixed: median", "most")
    for column in (*columns, *more, "trouble"):
        table.add_column(column, justify="left" if column == columns[0] else "right")
    groups: dict[str, list[Report]] = {}
    for report in reports:
        scenario = report.scenario
        timers = ", timers only" if scenario.timers_only else ""
        waves = ", in waves" if scenario.waves and not timers else ""
        groups.setdefault(f"{scenario.phase}{waves}{timers}", []).append(report)
    for name, group in [*groups.items(), ("all", reports)]:
        mixed = [report.mixed_seconds for report in group]
        table.add_row(
            name,
            str(len(group)),
            str(sum(report.killed for report in group)),
            *(str(sum(r.end == end for r in group)) for end in ("old", "new", "mixed")),
            str(sum(report.by_timers == "mixed" for report in group)),
            str(sum(report.recoveries for report in group)),
            str(sum(report.compared for report in group)),
            f"{statistics.median(mixed):.2f}",
            f"{max(mixed):.2f}",
            str(sum(bool(report.trouble) for report in group)),
        )
    console.print(table)


def main() -> int:
    """Emulated devices, then the contests, then the lab."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="random pairs on emulated devices")
    parser.add_argument("--contests", type=int, default=100, help="concurrent applies")
    parser.add_argument("--lab", type=int, default=60, help="runs on real routers")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="on emulated devices, what goes wrong is this")
    options = parser.parse_args()
    console = Console(width=150, highlight=False)
    quiet_libraries()
    failed = False
    with tempfile.TemporaryDirectory(prefix="egovnet-chaos-") as directory:
        root = Path(directory)
        os.environ["EGOVNET_STATE"] = str(root / "state")
        if options.pairs:
            with emulated_field.start(root / "emulated", _NETWORK) as lab:
                place = EmulatedField(root / "emulated", lab)
                scenarios = (
                    scenario
                    for scenario in every_scenario(place, options.seed, options.pairs)
                    if re.search(options.only, scenario.phase)
                )
                reports = run_all(place, scenarios, console)
                print_table(console, "emulated routers", reports)
                failed |= any(report.trouble for report in reports)
                failed |= not contest(place, options.contests, console.print)
        if options.lab:
            from tests.chaos.lab_chaos import lab_chaos  # noqa: PLC0415 -- only where it is asked for

            reports, packets = lab_chaos(root / "lab", options.seed, options.lab, console)
            print_table(console, "real routers", reports)
            console.print(packets.told())
            failed |= any(report.trouble for report in reports) or not packets.well()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
