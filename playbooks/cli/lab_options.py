"""Options that the verbs of the virtual network share."""

import click

from egovnet.lab.backends import BACKENDS

backend_option = click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    default=BACKENDS[0],
    show_default=True,
    help="How the network is made virtual; auto: the fastest on this machine, or what is up.",
)
