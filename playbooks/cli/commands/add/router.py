"""`egovnet add router`: a router of the backbone or its edge."""

from egovnet.playbooks.cli.add_command import add_command

router = add_command("router")
