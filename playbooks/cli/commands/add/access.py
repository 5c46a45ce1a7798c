"""`egovnet add access`: a further access of a site."""

from egovnet.playbooks.cli.add_command import add_command

access = add_command("access")
