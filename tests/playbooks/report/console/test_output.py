"""Each verb's printer is the file of its name; what is said beside a result."""

import io
import sys

import pytest

from egovnet.playbooks.cli.main import main
from egovnet.playbooks.report.console.ask import ask
from egovnet.playbooks.report.console.output import printer, show_error, show_note

#: What the lab's verbs call their results: `lab topology` prints a text.
OF_THE_LAB = ("lab", "text", "exec")


@pytest.mark.parametrize("verb", sorted(set(main.commands) | set(OF_THE_LAB)))
def test_each_verb_has_its_printer(verb: str) -> None:
    assert callable(printer(verb))


def test_another_word_has_none() -> None:
    with pytest.raises(ModuleNotFoundError):
        printer("no-verb")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


#: With a path and a command, as errors have them.
TOLD = (
    "my-network/sites/north.yaml:13: office-north.regoin: unknown key -> did you mean 'region'? "
    "the keys here are description, region, vpn, prefixes; egovnet add site --help has them"
)


@pytest.mark.parametrize("stream", [Terminal, io.StringIO])
def test_what_is_said_beside_the_result_is_broken_between_words(
    stream: type[io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    stderr = stream()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr("click.prompt", lambda *_, **__: "answer")
    show_error(TOLD)
    show_note(TOLD)
    assert ask("region", TOLD) == "answer"
    said = stderr.getvalue()
    assert said.split() == ["error:", *TOLD.split(), "note:", *TOLD.split(), *TOLD.split()]
    lengths = [len(line) for line in said.splitlines()]
    assert max(lengths) <= 80 if stream is Terminal else len(lengths) == 3
