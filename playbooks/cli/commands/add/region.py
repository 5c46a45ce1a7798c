"""`egovnet add region`: a unit of government."""

from egovnet.playbooks.cli.add_command import add_command

region = add_command("region")
