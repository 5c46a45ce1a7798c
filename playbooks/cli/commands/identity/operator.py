"""`egovnet identity operator`: a short-lived certificate for somebody's key."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.decimal_range import DecimalRange
from egovnet.playbooks.cli.options import WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.argument("person")
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Their public key; the certificate is written beside it, KEY-cert.pub.",
)
@click.option(
    "--hours",
    type=DecimalRange(1, 7 * 24),
    default=12,
    show_default=True,
    help="How long it is valid.",
)
@click.option("--scope", multiple=True, help="Only this scope of policy.yaml; may be repeated.")
@verb
@without("limit", *WORK)
def operator(
    workspace: "Workspace", person: str, key: Path, hours: int, scope: tuple[str, ...]
) -> "AnyOutcome":
    """Sign a certificate by which PERSON logs in to the routers of their scopes.

    Without a policy.yaml it is for --region and --tier, or for all.
    """
    from egovnet.playbooks.verbs.identity import certify_operator

    return certify_operator(workspace, person, key, hours, scope)
