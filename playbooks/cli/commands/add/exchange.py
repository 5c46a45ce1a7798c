"""`egovnet add exchange`: what two agencies may exchange at the interconnection platform."""

from egovnet.playbooks.cli.add_command import add_command

exchange = add_command("exchange")
