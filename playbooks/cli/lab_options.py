"""Options that the verbs of the virtual network share."""

import click

from egovnet.playbooks.verbs.lab_backends import BACKENDS

backend_option = click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    default=BACKENDS[0],
    show_default=True,
    help="How the network is made virtual.",
)
