"""`egovnet evidence`: a bundle for an auditor."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    help="File to write: a zip where it is named so, else a tar.",
)
@click.option(
    "--since",
    metavar="DATE",
    help="What was done from then on, such as 2026-11-01 (default: all of it); UTC without a zone.",
)
@verb
@without(*SELECTION, *WORK)
def evidence(workspace: "Workspace", output: Path, since: str | None) -> "AnyOutcome":
    """Write changes, approvals, proofs, drift runs and signatures for an auditor without egovnet.

    The bundle has a README and check.sh, which needs ssh-keygen and python3 only. No key is in it.
    """
    from egovnet.playbooks.verbs.evidence import evidence as evidence_playbook

    return evidence_playbook(workspace, output, since)
