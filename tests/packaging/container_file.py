"""A container file as an engine reads it: its stages, and their instructions."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

_INSTRUCTIONS = ("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "RUN", "USER", "VOLUME", "WORKDIR")
_INSTALL = "apt-get install --no-install-recommends -y"


@dataclass
class Stage:
    """What stands from one FROM to the next."""

    #: An image of elsewhere, or the name of a stage above.
    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def of(self, name: str) -> list[str]:
        return [text for kind, text in self.instructions if kind == name]

    @property
    def commands(self) -> list[str]:
        """Every command of its RUN instructions, in order."""
        return [part.strip() for text in self.of("RUN") for part in re.split(r"&&|\|\|", text)]

    @property
    def packages(self) -> list[str]:
        found = [line for line in self.commands if line.startswith(_INSTALL)]
        return [word for line in found for word in line.removeprefix(_INSTALL).split()]

    @property
    def copied(self) -> list[tuple[str | None, list[str], str]]:
        """(stage that it is from, None: the directory of the build; sources; target)."""
        found = []
        for text in self.of("COPY"):
            words = text.split()
            source = words.pop(0).removeprefix("--from=") if words[0].startswith("--") else None
            found.append((source, words[:-1], words[-1]))
        return found

    @property
    def environment(self) -> dict[str, str]:
        pairs = [word.partition("=") for text in self.of("ENV") for word in shlex.split(text)]
        return {name: value for name, _, value in pairs}

    def words(self, name: str) -> list[str]:
        """The words of its ENTRYPOINT or CMD."""
        (text,) = self.of(name)
        found: list[str] = json.loads(text)
        return found


def stages(path: Path) -> list[Stage]:
    """The stages of a file, each line of which is understood, or it is no container file here."""
    text = re.sub(r"^#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: list[Stage] = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip():
            continue
        kind, _, rest = line.partition(" ")
        if kind == "FROM":
            base, _, name = rest.partition(" AS ")
            found.append(Stage(base, name or f"stage {len(found)}"))
            continue
        assert kind in _INSTRUCTIONS, line
        found[-1].instructions.append((kind, rest.strip()))
    return found
