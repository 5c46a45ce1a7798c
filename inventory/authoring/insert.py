"""A further entry in a file that people wrote: put between their lines, which all stay as they are.

A library that writes the whole document anew, comments and all, also writes anew how people space
and wrap it. Here the entry's lines are put where the mapping ends, and the result is read back:
it says what the file said and the entry, or nothing is done.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from egovnet.inventory.authoring.block_text import block_lines
from egovnet.inventory.model.schema_problems import in_yaml
from egovnet.inventory.source.yaml_source import plain_data, root_node

Path = Sequence[str]
_WIDTH = 100


class CannotInsertError(Exception):
    """The file is written in a way that no further entry can be put into; `there`: it has it."""

    def __init__(self, why: str, *, there: bool = False) -> None:
        super().__init__(why)
        self.there = there


def with_entry(text: str, path: Path, name: str, entry: Mapping[str, Any]) -> str:
    """`text` of a file with the entry `name` in the mapping at `path`, () for the file's own.

    Every line of `text` is a line of the result, in its order, unless the mapping stands on one
    line, as `{}` does.

    Raises:
        CannotInsertError: it cannot be done, or it has an entry of that name.
    """
    wanted = _with_value(plain_data(text) or {}, path, name, entry)
    for candidate in _candidates(text, path, name, entry):
        try:
            said = plain_data(candidate)
        except (yaml.YAMLError, ValueError):
            continue
        if said == wanted and list(said) == list(wanted):
            return candidate
    raise CannotInsertError("nothing can be put into it as it is written")


def _with_value(data: Any, path: Path, name: str, entry: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ANN401 -- YAML is any
    if not isinstance(data, dict):
        raise CannotInsertError("it is not a mapping")
    if path:
        below = data.get(path[0])
        inner = _with_value({} if below is None else below, path[1:], name, entry)
        return {**data, path[0]: inner}
    if name in data:
        raise CannotInsertError(f"it has {name!r} already", there=True)
    return {**data, name: entry}


def _candidates(text: str, path: Path, name: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """Texts that may say what is wanted, the best first."""
    node = root_node(text)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r", "\x85", "\u2028", "\u2029")):
        lines[-1] += "\n"
    above: list[yaml.Node | None] = [node]
    for key in path:
        above.append(_value(above[-1], key))
    while path and above[-1] is None:  # nothing stands there yet: its key is written too
        name, entry, path = path[-1], {name: entry}, path[:-1]
        above.pop()
    node = above[-1]
    if node is None:
        yield from _in_block(lines, [len(lines)], list(block_lines({name: entry})))
    elif isinstance(node, yaml.ScalarNode) and not node.value:
        line = node.start_mark.line + 1 if path else len(lines)
        indent = _key_column(above[-2], path[-1]) + 2 if path else 0
        yield from _in_block(lines, [line], list(block_lines({name: entry}, indent)))
    elif isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        added = _as_its_neighbours(lines, node, name, entry)
        yield from _in_block(lines, _ends(lines, node, last=not path), added)
    elif isinstance(node, yaml.MappingNode):
        if not node.value:
            indent = _key_column(above[-2], path[-1]) + 2 if path else 0
            yield _in_place_of(text, node, list(block_lines({name: entry}, indent)))
        yield from _in_flow(text, node, name, entry)


def _value(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """The value of a key of a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _key_column(node: yaml.Node | None, key: str) -> int:
    """Column (from 0) at which a key of a mapping stands."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((name.start_mark.column for name, _ in pairs if name.value == key), 0)


def _ends(lines: list[str], node: yaml.Node, *, last: bool) -> list[int]:
    """Lines (from 0) before which an entry may be put, the best first.

    Below the last value; of the whole file, below the comments at its end as well.
    """
    end = min(node.end_mark.line, len(lines))
    above = end
    while above > 0 and (not (line := lines[above - 1].strip()) or line.startswith("#")):
        above -= 1
    return [len(lines), end, above] if last else [above, end]


def _as_its_neighbours(
    lines: list[str], node: yaml.MappingNode, name: str, entry: Mapping[str, Any]
) -> list[str]:
    """The entry's lines, written and spaced as the last one that is there."""
    key, value = node.value[-1]
    indent = node.value[0][0].start_mark.column
    added = list(block_lines({name: entry}, indent))
    on_one_line = f"{' ' * indent}{in_yaml(name)}: {in_yaml(dict(entry))}"
    flow = isinstance(value, yaml.MappingNode) and value.flow_style
    if flow and len(on_one_line) <= _WIDTH:
        added = [on_one_line]
    above = key.start_mark.line - 1
    spaced = len(node.value) > 1 and above >= 0 and not lines[above].strip()
    return ["", *added] if spaced else added


def _in_block(lines: list[str], ends: list[int], added: list[str]) -> Iterator[str]:
    ending = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    written = [f"{line}{ending}" for line in added]
    for end in ends:
        yield "".join([*lines[:end], *written, *lines[end:]])


def _in_place_of(text: str, node: yaml.Node, added: list[str]) -> str:
    """Instead of `{}`, which is nothing; a comment beside it stays."""
    ending = "\r\n" if "\r\n" in text else "\n"
    beside, _, below = text[node.end_mark.index :].partition("\n")
    above = text[: node.start_mark.index].rstrip(" ")
    alone = not above or above.endswith("\n")
    head = above + (beside.strip() if alone else beside.rstrip())
    if head and not head.endswith("\n"):
        head += ending
    return "".join([head, *(f"{line}{ending}" for line in added), below])


def _in_flow(text: str, node: yaml.Node, name: str, entry: Mapping[str, Any]) -> Iterator[str]:
    """In `{...}`: on a line of its own where the bracket has one, else within the line."""
    close = node.end_mark.index - 1
    start = text.rfind("\n", 0, close) + 1
    pair = f"{in_yaml(name)}: {in_yaml(dict(entry))}"
    alone = not text[start:close].strip()
    pad = text[start:close]
    for comma in (", ", ""):
        if alone:
            yield f"{text[:start]}{pad}{comma}{pair}\n{text[start:]}"
        yield f"{text[:close].rstrip()}{comma}{pair}{text[close:]}"
