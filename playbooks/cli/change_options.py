"""Options that the verbs which change or verify the network share."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from egovnet.playbooks.change.transaction_options import (
    DEFAULT_CONFIRM_TIMEOUT,
    DEFAULT_HOLD,
    Options,
)
from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.words_of_people import WordsOfPeople
from egovnet.playbooks.verify.defaults import DEFAULT_CONVERGE

waves_option = click.option(
    "--waves",
    default="",
    metavar="WAYS",
    help="Push in waves by `region`, `tier` or `tier,region`, a canary first.",
)
canary_option = click.option(
    "--canary",
    metavar="HOST",
    shell_complete=names_of("hosts"),
    help="The router that is pushed first.",
)
report_option = click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory for change.html, .md (for a merge request), .xml (JUnit) and .json.",
)
gone_option = click.option(
    "--gone",
    multiple=True,
    metavar="HOST",
    help="A router that was taken out of the inventory since it does not exist any more.",
)
yes_option = click.option("--yes", is_flag=True, help="Do it; without this it is only shown.")
key_option = click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="EGOVNET_KEY",
    help="Your SSH key, by which a policy knows you; a .pub where an agent or token has the rest.",
)
converge_option = click.option(
    "--converge",
    "--settle",  # its name in version 0.1
    type=DecimalRange(0, 600),
    default=DEFAULT_CONVERGE,
    show_default=True,
    help="Seconds that routing may take to converge before verification fails.",
)
unproved_by_option = click.option(
    "--unproved-by",
    type=WordsOfPeople(),
    metavar="NAME",
    help="Who answers for a push that is not proved.",
)
reason_option = click.option(
    "--reason", type=WordsOfPeople(1000), metavar="TEXT", help="Why it is pushed all the same."
)

zone_change_option = click.option(
    "--zone-change",
    multiple=True,
    metavar="VPN",
    shell_complete=names_of("vpns"),
    help="Meant: VPN goes to the other zone, or takes something from it. May be repeated.",
)
disruptive_option = click.option(
    "--disruptive",
    is_flag=True,
    help="Meant: what is interrupted beyond a site or a VRF (AS, loopback, reflector, circuit).",
)
steps_option = click.option(
    "--steps",
    is_flag=True,
    help="In as many transactions as it takes, where one push cannot be proved.",
)

_TRANSACTION = (
    click.option(
        "--confirm-timeout",
        type=DecimalRange(30, 3600),
        default=DEFAULT_CONFIRM_TIMEOUT,
        show_default=True,
        help="Seconds after which a device goes back by itself unless confirmed.",
    ),
    click.option(
        "--hold",
        type=DecimalRange(0, 86400),
        default=DEFAULT_HOLD,
        show_default=True,
        help="Seconds that every timer has left when the change is decided.",
    ),
    click.option(
        "--wait",
        type=DecimalRange(0, 3600),
        default=0,
        metavar="SECONDS",
        help="Wait so long for devices that another change holds.",
    ),
    click.option(
        "--max-failures",
        type=DecimalRange(0, 1000),
        default=0,
        show_default=True,
        help="Devices that may be left out, as they were, before everything goes back.",
    ),
    click.option(
        "--ticket",
        type=WordsOfPeople(),
        metavar="ID",
        help="Kept in the journal and the archive.",
    ),
    click.option("--stop-after", metavar="WAVE", help="Keep the waves up to this one, and stop."),
)


def ways(waves: str) -> tuple[str, ...]:
    """The ways named by --waves, such as ("tier", "region").

    Raises:
        UsageError: it was given and names none: an empty variable of a script would else push to
            all routers at once.
    """
    from egovnet.playbooks.core.selection import UsageError

    named = tuple(word.strip() for word in waves.split(",") if word.strip())
    source = click.get_current_context().get_parameter_source("waves")
    if not named and source is click.core.ParameterSource.COMMANDLINE:
        raise UsageError("--waves: names no way to make waves; use region, tier, or leave it out")
    return named


def transaction_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a transaction, handed on as one `options`."""

    @functools.wraps(function)
    def run(
        *arguments: Any,
        confirm_timeout: int,
        hold: int,
        wait: int,
        max_failures: int,
        ticket: str | None,
        stop_after: str | None,
        **others: Any,
    ) -> Any:
        options = Options(confirm_timeout, hold, wait, max_failures, ticket, stop_after)
        return function(*arguments, options=options, **others)

    for option in reversed(_TRANSACTION):
        run = option(run)
    return run
