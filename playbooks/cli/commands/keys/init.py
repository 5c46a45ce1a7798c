"""`egovnet keys init`: a store for the inventory's keys."""

from pathlib import Path
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
@click.option(
    "--openbao",
    metavar="PATH",
    help="Keep values in a server of OpenBao instead, below this path of its KV engine.",
)
@click.option(
    "--address", metavar="URL", help="The server: https://bao.example:8200; else BAO_ADDR says it."
)
@click.option("--mount", metavar="NAME", help="Where its KV engine is; else: secret.")
@click.option(
    "--ca",
    type=click.Path(path_type=Path),
    help="Certificates (PEM) of who certifies the server; else of BAO_CACERT, or this machine's.",
)
@verb
@without(*SELECTION, *WORK)
def init(
    workspace: "Workspace",
    *,
    recipients: tuple[str, ...],
    sealed_with: str,
    openbao: str | None,
    address: str | None,
    mount: str | None,
    ca: Path | None,
) -> "AnyOutcome":
    """Begin a store beside the inventory, sealed to its recipients, and a private key that opens
    it, where there is none; or name a server that has it."""
    from egovnet.playbooks.verbs.keys.init import init_keys, init_openbao

    if openbao is None:
        for option, value in (("--address", address), ("--mount", mount), ("--ca", ca)):
            if value is not None:
                raise click.UsageError(f"{option}: is of a server; name the path with --openbao")
        return init_keys(workspace, recipients, sealed_with)
    from egovnet.inventory.source.regular_file import read_regular
    from egovnet.tasks.keys.openbao_store import BaoPlace

    if recipients or sealed_with != "age":
        raise click.UsageError("--openbao: its server seals; leave out --recipient, --sealed-with")
    try:
        authority = "" if ca is None else read_regular(ca).decode("ascii", "replace")
    except OSError as error:
        raise click.UsageError(f"--ca: {ca}: cannot be read: {error.strerror}") from error
    place = BaoPlace(openbao, mount or BaoPlace.mount, address or "", authority)
    return init_openbao(workspace, place)
