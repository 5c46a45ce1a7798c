"""The small inventory to start from: its files as they are written, with a comment at every key."""

from collections.abc import Mapping
from pathlib import Path

from egovnet.inventory import skeleton
from egovnet.inventory.authoring.block_text import commented_text
from egovnet.inventory.authoring.schemas import kind_of, with_first_line
from egovnet.inventory.source.yaml_source import plain_data

_FILES = Path(skeleton.__path__[0])
_NOTES = {
    "hosts": "The addresses here are those of the virtual network (egovnet lab up); of real "
    "routers write their own, and their port in groups.yaml.",
    "sites": "One file a region is usual; any name ending in .yaml will do.",
    "groups": "Routers of one group differ in what they say themselves.",
}


def skeleton_texts() -> Mapping[str, str]:
    """Text of every file, by its path within the inventory."""
    data = {
        path.relative_to(_FILES).as_posix(): plain_data(path.read_text(encoding="utf-8")) or {}
        for path in sorted(_FILES.rglob("*.yaml"))
    }
    known = {path.removesuffix(".yaml"): list(entries) for path, entries in data.items()}
    texts = {}
    for path, entries in data.items():
        kind = kind_of(path)
        assert kind is not None  # noqa: S101 -- every file of the folder is an inventory's
        text = commented_text(kind, entries, known, _NOTES.get(kind.name, ""))
        texts[path] = with_first_line(path, text)
    return texts
