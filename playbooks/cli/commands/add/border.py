"""`egovnet add border`: where another operator's backbone is joined."""

from egovnet.playbooks.cli.add_command import add_command

border = add_command("border")
