"""`egovnet keys init`: a sealed store for the inventory's keys."""

from typing import TYPE_CHECKING

import click

from egovnet.playbooks.cli.options import SELECTION, WORK, verb, without

if TYPE_CHECKING:
    from egovnet.playbooks.core.workspace import Workspace
    from egovnet.playbooks.results.outcome import AnyOutcome


@click.command()
@click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="PUBLIC-KEY",
    help="Who else can open it: an age (age1...) or SSH public key, or one of SM2 (sm2:...); may "
    "be repeated.",
)
@click.option(
    "--sealed-with",
    type=click.Choice(["age", "sm"]),
    default="age",
    show_default=True,
    help="age: X25519 and ChaCha20-Poly1305. sm: SM2, SM3 and SM4, by this machine's OpenSSL.",
)
@verb
@without(*SELECTION, *WORK)
def init(workspace: "Workspace", recipients: tuple[str, ...], sealed_with: str) -> "AnyOutcome":
    """Begin a store beside the inventory, sealed to its recipients, and a private key that opens
    it, where there is none."""
    from egovnet.playbooks.verbs.keys.init import init_keys

    return init_keys(workspace, recipients, sealed_with)
