"""`egovnet adopt`: a running network becomes known to the journal."""

import sys
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.change_options import reason_option, unproved_by_option
from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.cli.words_of_people import WordsOfPeople

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.adoption import Adoption
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option("--yes", is_flag=True, help="Record it; without this it is only shown.")
@click.option(
    "--accept-differences",
    is_flag=True,
    help="Record it, also where routers do not run what the inventory renders.",
)
@click.option(
    "--ticket", type=WordsOfPeople(), metavar="ID", help="Kept in the journal and the archive."
)
@unproved_by_option
@reason_option
@verb
def adopt(
    workspace: "Workspace",
    *,
    yes: bool,
    accept_differences: bool,
    ticket: str | None,
    unproved_by: str | None,
    reason: str | None,
) -> "AnyOutcome":
    """Record what runs in the journal, as a change that pushes nothing.

    For routers that run already and of which the journal knows nothing: they are read, what they
    run is proved and held against the inventory.
    """
    from egovnet.playbooks.change.proof_gate import override_from
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.verbs.adopt import Acceptance
    from egovnet.playbooks.verbs.adopt import adopt as adopt_playbook

    asks = sys.stdin.isatty() and not click.get_current_context().params.get("as_json")
    acceptance = Acceptance(
        yes=yes or accept_differences,
        differences=accept_differences,
        override=override_from(unproved_by, reason),
        ticket=ticket,
        ask=_ask if asks else None,
    )
    return adopt_playbook(workspace, make_progress(), acceptance)


def _ask(shown: "Adoption") -> bool:
    """Show it, and ask whether to record it."""
    from egovnet.playbooks.report.console.output import show
    from egovnet.playbooks.results.outcome import Outcome

    show(Outcome("adopt", shown), as_json=False)
    differ = f", {len(shown.differing)} of them as they differ" if shown.differences else ""
    return click.confirm(f"Record {len(shown.devices)} routers as adopted{differ}?", err=True)
