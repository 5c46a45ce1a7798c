"""`egovnet worker`: a province's worker."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--log",
    type=click.Choice(["info", "warning"]),
    default="info",
    show_default=True,
    help="What is reported on stderr.",
)
@verb
def worker(workspace: "Workspace", log: str) -> "AnyOutcome":
    """Work on the devices of --region, and all below it, for controllers elsewhere.

    They give `--runner celery`. EGOVNET_BROKER and EGOVNET_BROKER_KEY say through which broker.
    """
    from egovnet.playbooks.verbs.worker import worker as worker_playbook

    return worker_playbook(workspace, log)
