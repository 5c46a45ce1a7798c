"""`egovnet add circuit`: a link of the backbone."""

from egovnet.playbooks.cli.add_command import add_command

circuit = add_command("circuit")
