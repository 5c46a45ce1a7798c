"""`egovnet add site`: a place of an agency, with its first access."""

from egovnet.playbooks.cli.add_command import add_command

site = add_command("site")
