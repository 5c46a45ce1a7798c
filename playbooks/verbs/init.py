"""`init`: write an inventory to start from."""

from collections.abc import Mapping
from pathlib import Path

from egovnet.inventory import complete
from egovnet.inventory.authoring.file_kinds import file_kinds
from egovnet.inventory.authoring.schemas import DIRECTORY, kind_of, schema_text, with_first_line
from egovnet.inventory.authoring.skeleton import skeleton_texts
from egovnet.playbooks.core.selection import UsageError
from egovnet.playbooks.core.workspace import REFERENCE
from egovnet.playbooks.results.next_command import NextCommand
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.results.written_files import NewInventory
from egovnet.templates.registry import names

#: Whole inventories to start from, by name.
EXAMPLES: Mapping[str, Path] = {"reference": REFERENCE, "complete": Path(complete.__path__[0])}


def init(directory: Path, like: str) -> Outcome[NewInventory]:
    """Write the skeleton, or one of `EXAMPLES`, to `directory`: it must be new or empty.

    Raises:
        UsageError: the directory holds something, or cannot be written.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError(f"{directory}: is not empty; name a new directory")
    texts = dict(_example_texts(EXAMPLES[like]) if like in EXAMPLES else skeleton_texts())
    texts |= {f"{DIRECTORY}/{kind.name}.json": schema_text(kind, names()) for kind in file_kinds()}
    try:
        for path, text in texts.items():
            target = directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{directory}: cannot be written: {error.strerror}") from error
    following = NextCommand(("validate", "--inventory", str(directory)))
    return Outcome("init", NewInventory(str(directory), like, tuple(texts)), next=(following,))


def _example_texts(directory: Path) -> Mapping[str, str]:
    texts = {}
    for source in sorted(directory.rglob("*.yaml")):
        path = source.relative_to(directory).as_posix()
        text = source.read_text(encoding="utf-8")
        texts[path] = with_first_line(path, text) if kind_of(path) else text
    return texts
