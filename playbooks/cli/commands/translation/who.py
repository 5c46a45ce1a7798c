"""`egovnet translation who`: who had a public address and port at a time."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("end")
@click.option(
    "--at",
    required=True,
    help="When, such as 2026-11-30T10:02:00+08:00; without an offset it is UTC.",
)
@click.option(
    "--within",
    type=click.IntRange(0, 3600),
    default=5,
    show_default=True,
    help="Seconds by which clocks may differ.",
)
@verb
@without(*SELECTION, *WORK)
def who(workspace: "Workspace", end: str, at: str, within: int) -> "AnyOutcome":
    """Say who had END, such as 203.0.113.5:40001 or [2001:db8::5]:40001, by what was collected."""
    from egovnet.playbooks.verbs.translations import who_had

    return who_had(workspace, end, at, within)
