"""`egovnet prove`: the proof of separation over configurations."""

import gc
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.detail_options import OF_FINDINGS, details
from egovnet.playbooks.cli.next_commands import after_prove
from egovnet.playbooks.cli.options import WORK, refuse_given, verb

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--configs", type=click.Path(path_type=Path), help="Prove the texts of DIR, <host>.cfg each."
)
@click.option("--running", is_flag=True, help="Prove what the devices run now.")
@click.option(
    "--zones",
    type=click.Path(path_type=Path),
    help="YAML with the zones by VRF name, in place of the inventory's.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Directory for proof.html and proof.json.",
)
@verb
@details(*OF_FINDINGS)
def prove(
    workspace: "Workspace",
    configs: Path | None,
    running: bool,
    zones: Path | None,
    report: Path | None,
) -> "AnyOutcome":
    """Prove from configurations that the two networks never meet, or show the path.

    The texts are the rendered ones, those of --configs, or those that run (--running).
    """
    from egovnet.inventory.paused_collector import paused_collector
    from egovnet.playbooks.cli.report_files import write_files
    from egovnet.playbooks.proof.prove import prove as prove_playbook
    from egovnet.playbooks.report.console.progress import make_progress
    from egovnet.playbooks.results.outcome import Outcome
    from egovnet.playbooks.results.without_secrets import without_secrets

    if not running:
        refuse_given(WORK, "nothing is asked of a device without --running")
    # while devices answer it is needed; else all that is made is needed until the process ends
    with nullcontext() if running else paused_collector():
        proof = prove_playbook(
            workspace, make_progress(), configs=configs, running=running, zones=zones, report=report
        )
        gc.freeze()
    paths: tuple[str, ...] = ()
    if report is not None:
        from egovnet.playbooks.core.provenance import provenance
        from egovnet.playbooks.report.files.proof_files import proof_files

        made = provenance(workspace, proof.texts, of_inventory=proof.network is not None)
        files = proof_files(without_secrets(proof.result), proof.network, proof.title, made)
        paths = tuple(map(str, write_files(report, files)))
    of_inventory = configs is None and not running
    following = after_prove(proof.result, of_inventory=of_inventory, reported=report is not None)
    return Outcome("prove", proof.result, proof.exit, proof.notes, written=paths, next=following)
