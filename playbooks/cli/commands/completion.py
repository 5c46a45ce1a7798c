"""`egovnet completion`: what a shell completes, and the pages of `man`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.manual_pages import COMPLETIONS, completion_script, manual_pages
from egovnet.playbooks.cli.next_commands import again
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--prefix",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where share/man and the shells' directories are: /usr/local for everybody "
    "(default: ~/.local, for you).",
)
@click.option(
    "--shell",
    multiple=True,
    type=click.Choice(tuple(COMPLETIONS)),
    help="For this shell only; may be repeated (default: for all).",
)
@click.option("--yes", is_flag=True, help="Write them; without this it is only shown.")
@verb
@without("inventory", *SELECTION, *WORK)
def completion(
    _workspace: "Workspace", prefix: Path | None, shell: tuple[str, ...], *, yes: bool
) -> "AnyOutcome":
    """Install shell completion, of names in the inventory too, and the pages of man."""
    from importlib.metadata import version

    from egovnet.playbooks.verbs.completion import install

    root = click.get_current_context().find_root().command
    files = {COMPLETIONS[name]: completion_script(root, name) for name in shell or COMPLETIONS}
    files |= manual_pages(root, version("egovnet"))
    outcome = install(prefix or Path.home() / ".local", files, yes=yes)
    if yes or not outcome.result.changed:
        return outcome
    return replace(outcome, next=(again("completion", "--yes"),))
