"""`egovnet worker`: a province's worker, and the keys of workers and controllers."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, refuse_given, verb

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
@click.option(
    "--new-key",
    type=click.Path(path_type=Path),
    help="Only make a key pair, a worker's or a controller's: its private half is this file, "
    "and its public one is printed.",
)
@verb
def worker(workspace: "Workspace", log: str, new_key: Path | None) -> "AnyOutcome":
    """Work on the devices of --region, and all below it, for controllers elsewhere.

    They give `--runner celery`. EGOVNET_BROKER says through which broker, EGOVNET_PRIVATE_KEY
    names this machine's key, EGOVNET_PUBLIC_KEYS the keys of all (docs/workers.md).
    """
    if new_key is not None:
        from egovnet.playbooks.verbs.new_key import new_key as new_key_playbook

        refuse_given([*SELECTION, *WORK, "inventory", "log"], "has no effect with --new-key")
        return new_key_playbook(new_key)
    from egovnet.playbooks.verbs.worker import worker as worker_playbook

    return worker_playbook(workspace, log)
