"""YAML with its line numbers: what the loader needs to say where a mistake stands."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.errors import InventoryError, Location, Problem

#: libyaml reads a nation's inventory some ten times faster than the Python scanner.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


#: Levels of nesting; an inventory has some six.
_DEPTH = 50


class _PlainLoader(_Loader):  # type: ignore[misc] # chosen when it runs
    """A loader that notes whether a mapping has a key that a closer look may object to."""

    odd = False

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As SafeLoader's."""
        written = len(node.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        # fewer than were written: one is given twice, or was merged
        if len(mapping) != written or not all(type(key) is str for key in mapping):
            self.odd = True
        return mapping


@dataclass(frozen=True)
class Document:
    """One YAML file: its plain data, and the line (from 1) of every key and item when asked."""

    path: str
    data: Any
    #: The file's own text, comments and all.
    text: str = field(default="", compare=False, repr=False)

    @cached_property
    def lines(self) -> dict[Location, int]:
        """Line of each key and item: the text is parsed once more for it."""
        lines: dict[Location, int] = {}
        loader = _Loader(self.text)
        try:
            node = loader.get_single_node()
            if node is not None:
                _Collector(self.path, lines, []).collect(node, ())
        finally:
            loader.dispose()
        return lines

    def line(self, location: Location) -> int:
        """Line of `location`, or of the nearest parent that stands in the file."""
        while location:
            if location in self.lines:
                return self.lines[location]
            location = location[:-1]
        return 1


def read_document(path: Path, shown_as: str | None = None) -> Document:
    """Read one YAML file.

    Raises:
        InventoryError: unreadable, not UTF-8, not YAML, several documents, or a key given twice.
    """
    name = shown_as or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InventoryError(
            [Problem(name, 0, "", f"not UTF-8 text (byte {error.start})", "save it as UTF-8")]
        ) from error
    except OSError as error:
        raise InventoryError(
            [Problem(name, 0, "", f"cannot be read: {error.strerror}", "check path and rights")]
        ) from error
    return parse_document(text, name)


def parse_document(text: str, name: str) -> Document:
    """The document that `text` is; problems say `name` for its file.

    Raises:
        InventoryError: not YAML, several documents, or a key given twice.
    """
    # Positions cost more than all else: they are made where something is wrong, or asked for.
    loader = _PlainLoader(text)
    # what is wrong is reported with its place, below
    with _disposed(loader), suppress(yaml.YAMLError, ValueError, RecursionError):
        data = loader.get_single_data()
        if not loader.odd and not _deep(data):
            return Document(name, data, text)
    return _with_places(text, name)


def _deep(data: object) -> bool:
    """Whether data is nested so deeply that nobody wrote it; safe where aliases make a loop."""
    level: list[Any] = [[data]]
    for _ in range(_DEPTH):
        inner = {
            id(value): value
            for each in level
            for value in (each.values() if type(each) is dict else each)
            if type(value) in (dict, list)
        }
        if not inner:
            return False
        level = list(inner.values())
    return True


@contextmanager
def _disposed(loader: _PlainLoader) -> Iterator[None]:
    try:
        yield
    finally:
        loader.dispose()


def _with_places(text: str, name: str) -> Document:
    """The document, looked at node by node. Raises InventoryError as `parse_document` does."""
    loader = _Loader(text)
    node: yaml.Node | None = None
    try:
        node = loader.get_single_node()
        problems: list[Problem] = []
        if node is not None:
            _Collector(name, {}, problems).collect(node, ())
        if problems:
            raise InventoryError(problems)
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        found = "not YAML: " + " ".join(filter(None, (error.context, error.problem)))
        raise InventoryError([Problem(name, line, "", found, "mend the syntax")]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = f"not YAML: character #x{ord(text[error.position]):02x}"
        raise InventoryError([Problem(name, line, "", found, "remove it")]) from error
    except (ValueError, RecursionError) as error:
        # Values such as the date 2024-13-45 or !!int x, and thousands of nested brackets.
        deep = isinstance(error, RecursionError)
        found = "nested too deeply" if deep else f"not YAML: {error}"
        remedy = "write it flatter" if deep else "put text in quotes"
        line = _odd_line(node) if node is not None else 0
        raise InventoryError([Problem(name, line, "", found, remedy)]) from error
    finally:
        loader.dispose()
    return Document(name, data, text)


def plain_data(text: str) -> Any:  # noqa: ANN401 -- YAML is any
    """The data of a text that `read_document` accepted once, without lines and checks."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 -- a safe loader


def _odd_line(node: yaml.Node) -> int:
    """Line of the first scalar that is not what its form says; 0 if none is."""
    waiting = [node]
    walked: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in walked:
            continue
        walked.add(id(node))
        if isinstance(node, yaml.ScalarNode):
            try:
                yaml.SafeLoader("").construct_object(node)
            except ValueError:
                return int(node.start_mark.line) + 1
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(reversed(node.value))
        elif isinstance(node, yaml.MappingNode):
            waiting.extend(value for _, value in reversed(node.value))
    return 0


@dataclass(frozen=True, slots=True)
class _Collector:
    """Walks the nodes of one file; a node that aliases repeat is walked once."""

    name: str
    lines: dict[Location, int]
    problems: list[Problem]
    walked: set[int] = field(default_factory=set)

    def collect(self, node: yaml.Node, location: Location) -> None:
        self.lines.setdefault(location, node.start_mark.line + 1)
        if id(node) in self.walked:
            return
        self.walked.add(id(node))
        if isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key_node, value_node in node.value:
                key = key_node.value if isinstance(key_node, yaml.ScalarNode) else "?"
                line = key_node.start_mark.line + 1
                self._check_key(key_node, (*location, key), line, seen.get(key))
                seen.setdefault(key, line)
                self.lines[*location, key] = line
                self.collect(value_node, (*location, key))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.lines[*location, index] = item.start_mark.line + 1
                self.collect(item, (*location, index))

    def _check_key(
        self, node: yaml.Node, location: Location, line: int, before: int | None
    ) -> None:
        where = ".".join(map(str, location))
        kind = node.tag.rpartition(":")[2]
        if kind == "merge":
            return
        if kind != "str":
            found, remedy = f"a key that YAML reads as {kind}, not as text", "put it in quotes"
            self.problems.append(Problem(self.name, line, where, found, remedy))
        elif before is not None:
            found = f"given twice, first in line {before}"
            self.problems.append(Problem(self.name, line, where, found, "keep one"))
