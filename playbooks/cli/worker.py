"""The command line of a province's worker: `egovnet worker --region R`."""

import click

from egovnet.playbooks.cli.options import verb
from egovnet.playbooks.core.workspace import Context
from egovnet.playbooks.results.outcome import Outcome


@click.command()
@click.option(
    "--log",
    type=click.Choice(["info", "warning"]),
    default="info",
    show_default=True,
    help="What is said on stderr.",
)
@verb
def worker(context: Context, log: str) -> Outcome:
    """Work on the devices of --region, and all below it, for controllers elsewhere.

    They give `--runner celery`. EGOVNET_BROKER and EGOVNET_BROKER_KEY say through which broker.
    """
    # Celery is slow to load, and no other verb needs it.
    from egovnet.playbooks.verbs.worker import worker as worker_playbook  # noqa: PLC0415

    return worker_playbook(context, log)
