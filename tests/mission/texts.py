"""What rows share: an inventory's texts as files, changed by hand and proved."""

from collections.abc import Callable
from pathlib import Path

from tests.playbooks.console import Ran, egovnet


def rendered(inventory: Path, directory: Path, state: Path) -> Path:
    """Every router's text, in `directory`."""
    ran = egovnet("render", "--inventory", inventory, "-o", directory, state=state)
    assert ran.code == 0, ran.stderr
    return directory


def proved(inventory: Path, state: Path, *configs: str | Path) -> Ran:
    """The proof of the inventory's own texts, or of those of `--configs DIR`."""
    return egovnet("prove", "--json", "--inventory", inventory, *configs, state=state)


def change(path: Path, edit: Callable[[str], str]) -> None:
    """Change a text, as a hand would; it must become another."""
    before = path.read_text(encoding="utf-8")
    after = edit(before)
    assert after != before, f"{path.name} was not changed: mend the test"
    path.write_text(after, encoding="utf-8")
