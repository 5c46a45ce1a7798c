"""The command that a person may give next, as words of the command line."""

import shlex
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NextCommand:
    """A command of ours and what it is for."""

    #: Without the program's name, such as ("apply", "change.plan").
    words: tuple[str, ...]
    #: Such as "to push it"; "" where the command says it.
    why: str = ""

    @property
    def line(self) -> str:
        """As it is typed into a shell."""
        return shlex.join(("egovnet", *self.words))

    def also(self, *words: str) -> "NextCommand":
        """The same command with more words at its end."""
        return NextCommand((*self.words, *words), self.why)

    def because(self, why: str) -> "NextCommand":
        """The same command with what it is for."""
        return NextCommand(self.words, why)
