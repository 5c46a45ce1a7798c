"""`egovnet add border-vpn`: a further VPN that crosses a border."""

from egovnet.playbooks.cli.add_command import add_command

border_vpn = add_command("border-vpn")
