"""Words of people on the command line: what could not be kept is refused before it is begun."""

import pytest
from click.testing import CliRunner

from egovnet.playbooks.cli.main import main

#: Every option that takes some, but for a ticket that a verb looks for.
OPTIONS = (
    *("apply --ticket", "apply --unproved-by", "apply --reason", "rollback 1 --ticket"),
    *("rollback 1 --unproved-by", "rollback 1 --reason", "adopt --ticket", "adopt --unproved-by"),
    *("adopt --reason", "drift --ticket"),
)


@pytest.mark.parametrize("words", OPTIONS)
@pytest.mark.parametrize("text", ["\udcff", "T-1\ud800", "x" * 1001])
def test_what_is_no_text_or_too_long_is_refused(words: str, text: str) -> None:
    ran = CliRunner().invoke(main, [*words.split(), text])
    assert ran.exit_code == 2, ran.output
    assert "it is not UTF-8 text" in ran.output or "it is longer than" in ran.output
