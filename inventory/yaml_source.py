"""YAML with its line numbers: what the loader needs to say where a mistake stands."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from inventory.errors import InventoryError, Problem

Location = tuple[str | int, ...]

#: libyaml reads a nation's inventory some ten times faster than the Python scanner.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its plain data and the line (from 1) of every key and item."""

    path: str
    data: Any
    lines: dict[Location, int] = field(default_factory=dict)

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
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Location, int] = {}
        problems: list[Problem] = []
        if node is not None:
            _collect(node, (), lines, problems, name)
        if problems:
            raise InventoryError(problems)
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise InventoryError(
            [Problem(name, line, "", f"not YAML: {error.problem}", "mend the syntax")]
        ) from error
    except yaml.YAMLError as error:
        raise InventoryError([Problem(name, 0, "", f"not YAML: {error}", "mend it")]) from error
    finally:
        loader.dispose()
    return Document(name, data, lines)


def _collect(
    node: yaml.Node,
    location: Location,
    lines: dict[Location, int],
    problems: list[Problem],
    name: str,
) -> None:
    lines.setdefault(location, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: dict[Hashable, int] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else str(key_node)
            line = key_node.start_mark.line + 1
            if key in seen and key != "<<":
                where = ".".join(map(str, (*location, key)))
                problems.append(
                    Problem(
                        name, line, where, f"given twice, first in line {seen[key]}", "keep one"
                    )
                )
            seen[key] = line
            lines[*location, key] = line
            _collect(value_node, (*location, key), lines, problems, name)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            lines[*location, index] = item.start_mark.line + 1
            _collect(item, (*location, index), lines, problems, name)
