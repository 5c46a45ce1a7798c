"""`egovnet demo`: the whole story on the lab."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option("--keep", is_flag=True, help="Leave the lab running at the end.")
@verb
@without(*SELECTION, "runner")
def demo(workspace: "Workspace", keep: bool) -> "AnyOutcome":
    """Run the whole story on the lab, step by step."""
    from egovnet.playbooks.report.console.progress import make_progress, print_line
    from egovnet.playbooks.verbs.demo import demo as demo_playbook

    return demo_playbook(workspace, make_progress(), print_line, keep=keep)
