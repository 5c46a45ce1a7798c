"""What every verb of the command line shares: options, errors, output and exit codes."""

import functools
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from egovnet.playbooks.cli.complete import list_of, names_of
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.detail_options import chosen, with_options
from egovnet.playbooks.cli.enclosing_inventory import enclosing_inventory
from egovnet.playbooks.cli.lazy_choice import LazyChoice
from egovnet.playbooks.cli.next_commands import here
from egovnet.playbooks.cli.verb_end import end_by, end_with
from egovnet.playbooks.core.interrupts import Interrupts
from egovnet.playbooks.core.runner_names import MOST_AT_ONCE, READ_AT_ONCE, RUNNERS, THREADED
from egovnet.playbooks.report.console.quiet import be_quiet
from egovnet.playbooks.report.console.streams import never_held_up
from egovnet.playbooks.results.detail import Detail

if TYPE_CHECKING:
    from egovnet.playbooks.results.outcome import AnyOutcome


def _tiers() -> list[str]:
    from egovnet.inventory.model import TIER_ORDER

    return [tier.value for tier in TIER_ORDER]


_COMMON = {
    "inventory": click.option(
        "--inventory",
        "inventory",
        type=click.Path(path_type=Path),
        envvar="EGOVNET_INVENTORY",
        help="Inventory directory (default: that you are in, else the reference network).",
    ),
    "limit": click.option(
        "-l",
        "--limit",
        multiple=True,
        shell_complete=list_of("hosts"),
        help="Routers, names or patterns such as 'sh-*', comma-separated or repeated.",
    ),
    "region": click.option(
        "--region",
        shell_complete=names_of("regions"),
        help="Routers of this region and all below it.",
    ),
    "tier": click.option(
        "--tier",
        multiple=True,
        type=LazyChoice(_tiers),
        help="Routers of this tier; may be repeated.",
    ),
    "as_json": click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout."),
    "workers": click.option(
        "--workers",
        type=DecimalRange(1, 500),
        help=f"Devices worked on at the same time (default: all, at most {MOST_AT_ONCE}; "
        f"drift and worker: {READ_AT_ONCE}).",
    ),
    "runner": click.option(
        "--runner",
        type=click.Choice(RUNNERS),
        default=THREADED,
        envvar="EGOVNET_RUNNER",
        show_default=True,
        help="Who works on them: this process, or the regions' workers (egovnet worker).",
    ),
}


def quiet_libraries() -> None:
    """Both log tracebacks that name no device; every failure is in a result instead."""
    for name in ("paramiko", "nornir"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


#: Options that choose routers, and those that say who works on them.
SELECTION = ("limit", "region", "tier")
WORK = ("workers", "runner")


def without(*names: str) -> "Callable[[Callable[..., AnyOutcome]], Callable[..., AnyOutcome]]":
    """A verb on which these common options have no effect: given all the same, it refuses them.

    Its help does not list them. Stands under `verb`. What is set in the environment for every verb
    is no mistake.
    """

    def mark(function: "Callable[..., AnyOutcome]") -> "Callable[..., AnyOutcome]":
        function.__dict__["without"] = names
        return function

    return mark


def only(*names: str) -> "Callable[[Callable[..., AnyOutcome]], Callable[..., AnyOutcome]]":
    """A verb that has these of the common options, and others of the same names by itself.

    Stands under `verb`.
    """

    def mark(function: "Callable[..., AnyOutcome]") -> "Callable[..., AnyOutcome]":
        function.__dict__["only"] = names
        return function

    return mark


def refuse_given(names: Iterable[str], why: str) -> None:
    """Refuse the common options `names` where they were given on the command line.

    Raises:
        UsageError: names the options.
    """
    from egovnet.playbooks.core.selection import UsageError

    context = click.get_current_context()
    given = [
        f"--{name}"
        for name in names
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        raise UsageError(f"{', '.join(given)}: {why}; leave it out")


def verb(function: "Callable[..., AnyOutcome]") -> Callable[..., None]:
    """Common options, error handling and output of every verb."""

    @functools.wraps(function)
    def run(
        *,
        inventory: Path | None,
        as_json: bool,
        limit: tuple[str, ...] = (),
        region: str | None = None,
        tier: tuple[str, ...] = (),
        workers: int | None = None,
        runner: str = THREADED,
        **arguments: Any,
    ) -> None:
        from egovnet.playbooks.core.selection import Selection
        from egovnet.playbooks.core.workspace import REFERENCE, Workspace

        quiet_libraries()
        detail = Detail.NORMAL
        selection = Selection(limit, region, tier)
        found_here = inventory or enclosing_inventory()
        workspace = Workspace(found_here or REFERENCE, selection, workers, runner)
        found = click.get_current_context().find_object(Interrupts)
        workspace.interrupts = found or workspace.interrupts
        try:
            workspace.interrupts.at_work = True
            detail = chosen(arguments)
            be_quiet(quiet=detail is Detail.QUIET)
            refuse_given(function.__dict__.get("without", ()), "has no effect on this verb")
            if (report := arguments.get("report")) is not None:
                from egovnet.playbooks.core.output_file import check_directory

                check_directory(report)
            with never_held_up():
                outcome = function(workspace, **arguments)
            outcome = replace(outcome, next=tuple(map(here, outcome.next)))
        except (Exception, KeyboardInterrupt) as error:
            end_by(workspace, error, as_json=as_json)
        end_with(workspace, outcome, as_json=as_json, detail=detail)

    wanted = function.__dict__.get("only", tuple(_COMMON))
    for name in reversed(wanted):
        run = _COMMON[name](run)
    for parameter in run.__dict__.get("__click_params__", ()):
        if parameter.name in function.__dict__.get("without", ()):
            parameter.hidden = True
    return with_options(run, function.__dict__.get("details", ()))
