"""`egovnet identity init`: the authorities of a network."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--unprotected",
    is_flag=True,
    help="Keys without a passphrase: whoever reads their files signs for everybody.",
)
@verb
@without(*SELECTION, *WORK)
def init(workspace: "Workspace", unprotected: bool) -> "AnyOutcome":
    """Make the network's SSH authorities: one for routers, one for operators.

    Where a VPN is encrypted, also the one for PEs' key exchange (IKE), now or later.
    ssh-keygen asks for a passphrase for each.
    """
    from egovnet.playbooks.verbs.identity import make_authority

    return make_authority(workspace, unprotected=unprotected)
