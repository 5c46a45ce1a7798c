"""`egovnet add legacy-circuit`: a dedicated line that may stay until a day."""

from egovnet.playbooks.cli.add_command import add_command

legacy_circuit = add_command("legacy-circuit")
