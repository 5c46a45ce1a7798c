"""Names that an inventory gives to nothing: found in the data, so that an entry with a mistake is
searched too. Which fields name entries of which section, the models say (`NameOf`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model.annotations import NOUNS, PLATFORMS
from egovnet.inventory.model.schema_problems import Names, dangling, other_kind
from egovnet.inventory.model.shapes import Shape, fields_of
from egovnet.inventory.model.shown import listed

#: Where names stand below a shape: the shape of one, or the same by key; "*" is each.
Tree = Shape | dict[str, Any]
#: Places of a name that a sentence lists.
_LISTED = 3
#: Names for which it is looked up what was meant; of more, a file is missing or another's.
_LOOKED_UP = 50


@dataclass(frozen=True, slots=True)
class Reference:
    """A name of an entry of `section`, and where it is written."""

    section: str
    #: What stands where a name belongs.
    name: Any
    at: Location


def references(shape: Shape, data: object, names: Names) -> Iterator[Reference]:
    """Every name in `data` that is no entry, where that can be known. Linear in the data."""
    tree = _tree(shape)
    if tree is not None:
        yield from _walk(tree, data, (), names)


def _walk(tree: Tree, data: object, at: Location, names: Names) -> Iterator[Reference]:
    if isinstance(tree, Shape):
        assert tree.names is not None  # noqa: S101 -- what a tree is made of
        known = names(tree.names)
        absent = isinstance(data, str) and known is not None and data not in known
        # of another form it is a mistake already
        if absent and (tree.form is None or tree.form.fits(str(data))):
            yield Reference(tree.names, data, at)
    elif isinstance(data, dict):
        for key, below in tree.items():
            if key == "*":
                for name, value in data.items():
                    yield from _walk(below, value, (*at, name), names)
            elif key in data:
                yield from _walk(below, data[key], (*at, key), names)
    elif isinstance(data, list) and "*" in tree:
        for index, value in enumerate(data):
            yield from _walk(tree["*"], value, (*at, index), names)


@cache
def _tree(shape: Shape) -> Tree | None:
    """Where names stand below `shape`; None: nowhere."""
    if shape.names is not None:
        return shape
    if shape.item is not None:
        below = _tree(shape.item)
        return None if below is None else {"*": below}
    if shape.model is not None:
        found = {key: _tree(field.shape) for key, field in fields_of(shape.model).items()}
        return {key: tree for key, tree in found.items() if tree is not None} or None
    return None


def dangling_problems(
    found: Iterable[tuple[str, Reference]], names: Names, report: Report
) -> Iterator[Problem]:
    """A problem for each name that there is none of: it is one mistake, wherever it is written.

    `found` are references and the sections that they stand in.
    """
    places: dict[tuple[str, str], list[Problem]] = {}
    written_as: dict[tuple[str, str], Any] = {}
    for section, reference in found:
        # asked for first: where it stands, then what is said of it
        here = report(section, reference.at, "", "")
        key = (reference.section, str(reference.name))
        places.setdefault(key, []).append(here)
        written_as[key] = reference.name
    for section in dict.fromkeys(section for section, _ in places):
        named = [name for of, name in places if of == section]
        empty = len(named) > 1 and section != PLATFORMS and not names(section)
        here = report(section, (), "", "")
        if empty and here.line:
            for name in named:
                del places[section, name]
            what = f"no {NOUNS[section]}, and {listed(named)} are named"
            yield replace(here, line=1, found=what, remedy="add them, or restore the file")
    for number, ((section, name), written) in enumerate(places.items()):
        first, *others = sorted(set(written))
        few = number < _LOOKED_UP or section == PLATFORMS
        known = (names(section) or ()) if few else ()
        what, remedy = dangling(written_as[section, name], section, known)
        what += other_kind(name, section, names) if few else ""
        yield Problem(first.file, first.line, first.field, what + _also(others), remedy)


def _also(others: list[Problem]) -> str:
    if not others:
        return ""
    listed = ", ".join(f"{place.file}:{place.line}" for place in others[:_LISTED])
    more = f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
    return f", named in {listed}{more} too"
