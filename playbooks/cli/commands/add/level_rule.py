"""`egovnet add level-rule`: what is asked of what has a level of protection."""

from egovnet.playbooks.cli.add_command import add_command

level_rule = add_command("level-rule")
