"""A verb that is none is told with the one that was meant."""

import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from egovnet.playbooks.cli.main import main


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["plann"], "No such command 'plann'. Did you mean 'plan'?"),
        (["lab", "stauts"], "No such command 'stauts'. Did you mean 'status'?"),
        (["push"], "No such command 'push'. Did you mean 'apply'?"),
        (["lab", "commit"], "No such command 'commit'."),
        (["xyzzy"], "No such command 'xyzzy'."),
    ],
)
def test_what_was_meant_is_named(words: list[str], told: str) -> None:
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 2
    assert ran.output.rstrip().endswith(told)


def test_no_verb_s_help_is_cut_short() -> None:
    ran = CliRunner().invoke(main, ["--help"])
    verbs = ran.output.partition("Commands:")[2]
    assert "init  " in verbs
    assert "..." not in verbs


def helps(command: click.Command, *words: str) -> Iterator[str]:
    """The help of a command and of all below it, at 80 columns."""
    yield CliRunner(env={"COLUMNS": "80"}).invoke(main, [*words, "--help"]).output
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from helps(below, *words, name)


def test_no_help_breaks_a_word_at_a_hyphen() -> None:
    broken = [
        line
        for text in helps(main)
        for line in text.splitlines()
        if re.search(r"[A-Za-z0-9]-$", line) or not line.isprintable() or len(line) > 80
    ]
    assert broken == []
