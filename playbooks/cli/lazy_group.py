"""A click group whose commands are the modules of a package: what is in the folder is a verb.

`FOLDER/plan.py` is the verb `plan`, and `level_rule.py` is `level-rule`; its click command has the
module's name. A folder within is a group. A module is imported when its verb is run or listed, so
it imports little by itself.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import Any

import click

from egovnet.playbooks.cli.usage_hints import hinted, meant_verb, refuse_swallowed
from egovnet.playbooks.cli.whole_words import VerbContext

#: More characters than any sentence has.
_WHOLE = 1000


class LazyGroup(click.Group):
    """The verbs of the package `folder`."""

    context_class = VerbContext

    def __init__(self, *arguments: Any, folder: ModuleType, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self._folder = folder

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the verbs, sorted."""
        modules = pkgutil.iter_modules(self._folder.__path__)
        return sorted(module.name.replace("_", "-") for module in modules)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The verbs, each with the whole first sentence of its help: click would cut it short."""
        names = self.list_commands(ctx)
        commands = [(name, self.get_command(ctx, name)) for name in names]
        rows = [
            (name, command.get_short_help_str(_WHOLE))
            for name, command in commands
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does; of a verb that is none it says what was meant, as of options."""
        try:
            name, command, rest = super().resolve_command(ctx, args)
        except click.UsageError as error:
            meant = meant_verb(args[0], self, ctx)
            raise click.UsageError(f"{error.message} {meant}".rstrip(), ctx) from None
        if command is not None:
            refuse_swallowed(command, rest)
        return name, command, rest

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; what is not understood is explained."""
        with hinted(ctx, args):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """As click does; what a verb does not understand is explained."""
        with hinted(ctx):
            return super().invoke(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of that name; None when the folder has none."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        module = importlib.import_module(f"{self._folder.__name__}.{name}")
        if hasattr(module, "__path__"):
            return LazyGroup(cmd_name, folder=module, help=module.__doc__)
        command = getattr(module, name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.{name} is not a click command")
        command.context_class = VerbContext
        return command
