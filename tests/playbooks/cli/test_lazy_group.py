"""A verb that is none is told with the one that was meant."""

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
