"""Verbs of `egovnet identity`, given in a test's own inventory and state directory."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.playbooks.console import Ran, egovnet


@dataclass
class IdentityVerbs:
    """An inventory and a state directory, and verbs given there."""

    root: Path
    state: Path

    def do(self, *words: str | Path, env: dict[str, str] | None = None) -> Ran:
        """What a verb says, however it ends."""
        return egovnet(
            "identity", *words, "--inventory", self.root, state=self.state, env=env or {}
        )

    def done(self, *words: str | Path) -> Any:  # noqa: ANN401 -- JSON is any
        """The JSON of a verb that ends well."""
        ran = self.do(*words, "--json")
        assert ran.code == 0, ran.stderr
        return ran.json

    def refused(self, *words: str | Path) -> str:
        """The error of a verb that is refused."""
        ran = self.do(*words)
        assert (ran.code, ran.stdout) == (2, "")
        return " ".join(ran.stderr.split())
