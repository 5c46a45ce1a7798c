"""`egovnet add vpn`: a VPN service."""

from egovnet.playbooks.cli.add_command import add_command

vpn = add_command("vpn")
