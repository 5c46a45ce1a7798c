"""`egovnet identity revoke`: certificates and keys that are trusted no more."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.complete import names_of
from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--router",
    multiple=True,
    shell_complete=names_of("hosts"),
    help="All certificates of a router, and its keys; may be repeated.",
)
@click.option("--operator", multiple=True, help="All certificates of a person, and their keys.")
@click.option(
    "--serial",
    multiple=True,
    type=DecimalRange(1, 2**63 - 1),
    help="One certificate, by its number; its key may be certified again.",
)
@click.option("--reason", required=True, help="Why, for the register.")
@verb
@without(*SELECTION, *WORK)
def revoke(
    workspace: "Workspace",
    router: tuple[str, ...],
    operator: tuple[str, ...],
    serial: tuple[int, ...],
    reason: str,
) -> "AnyOutcome":
    """Revoke certificates; the list of what is revoked is written anew."""
    from egovnet.playbooks.verbs.identity import revoke_certificates

    return revoke_certificates(workspace, router, operator, serial, reason)
