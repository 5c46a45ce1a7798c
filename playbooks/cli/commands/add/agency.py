"""`egovnet add agency`: an owner of VPNs."""

from egovnet.playbooks.cli.add_command import add_command

agency = add_command("agency")
