"""`egovnet add application`: what a VPN's filter lets pass."""

from egovnet.playbooks.cli.add_command import add_command

application = add_command("application")
