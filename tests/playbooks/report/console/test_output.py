"""Each verb's printer is the file of its name."""

import pytest

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.report.console.output import printer

#: What the lab's verbs call their results: `lab topology` prints a text.
OF_THE_LAB = ("lab", "text", "exec")


@pytest.mark.parametrize("verb", sorted(set(main.commands) | set(OF_THE_LAB)))
def test_each_verb_has_its_printer(verb: str) -> None:
    assert callable(printer(verb))


def test_another_word_has_none() -> None:
    with pytest.raises(ModuleNotFoundError):
        printer("no-verb")
