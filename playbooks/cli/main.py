"""The command line: `egovnet VERB`. A file a verb, in `commands`."""

from typing import Any

import click

from egovnet.playbooks.cli import commands
from egovnet.playbooks.cli.console_script import run
from egovnet.playbooks.cli.lazy_group import LazyGroup


class _ConsoleScript(LazyGroup):
    """The verbs; called without arguments, as the installed script does, it is the process's."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        if arguments or options:
            return super().__call__(*arguments, **options)
        return run(self)


@click.group(
    cls=_ConsoleScript,
    folder=commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="egovnet")
def main() -> None:
    """Provision and verify the national e-government backbone.

    Dry run is the default: nothing changes without --yes or a plan file.

    \b
    Exit codes:
      0  done, nothing to report
      1  internal error
      2  bad usage or bad input
      3  changes pending, or drift
      4  a leak, or a failed verification
      5  devices failed or unreachable; what became of a change is printed:
         undone, or unfinished, and then `egovnet recover` finishes it
    """
