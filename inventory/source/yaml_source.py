"""YAML with its line numbers: what the loader needs to say where a mistake stands."""

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from egovnet.inventory.bounded_memo import BoundedMemo
from egovnet.inventory.errors import InventoryError, Location, Problem
from egovnet.inventory.source.plain_yaml import NotPlainError, plain_value
from egovnet.inventory.source.regular_file import read_regular, refuse_private_link
from egovnet.inventory.source.syntax_words import syntax_words

#: libyaml reads a nation's inventory some ten times faster than the Python scanner.
_Fastest: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


#: Levels of nesting; an inventory has some six.
_DEPTH = 50
#: Values that a file's aliases may stand for besides those that are written: ten short lines can
#: mean a thousand million.
_REPEATED = 1_000_000
#: Characters of a value that a message quotes whole.
_SHOWN = 40
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_INT = "tag:yaml.org,2002:int"
#: What a value may be. Sets, ordered mappings and octets have no place in what people write.
_KINDS = ("null", "bool", "int", "float", "str", "timestamp", "seq", "map")


class _Loader(_Fastest):  # type: ignore[misc] # chosen when it runs
    """YAML 1.1 as PyYAML reads it, but only a decimal integer is one.

    YAML 1.1 takes 065000 for an octal, 18:03:20 for a number of base 60, 0x and 0b for what they
    look like, and 65_000 for 65000. Here these are text, which every number of ours refuses.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 -- PyYAML's own attribute
        first: [(tag, form) for tag, form in forms if tag != _INT]
        for first, forms in _Fastest.yaml_implicit_resolvers.items()
    }
    yaml_constructors = {  # noqa: RUF012 -- PyYAML's own attribute
        tag: make
        for tag, make in _Fastest.yaml_constructors.items()
        if tag is None or tag.removeprefix("tag:yaml.org,2002:") in _KINDS
    }


_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\Z")
_Loader.add_implicit_resolver(_INT, _DECIMAL, [*"-0123456789"])


class NoValueError(yaml.constructor.ConstructorError):
    """A tag, written or found, whose value its text is not: `!!bool perhaps`."""


#: Digits of a number: Python reads no more of them at once, and nobody wrote them.
_DIGITS = 4000
#: Kind of a scalar -> what people call it.
_SCALARS = {
    "bool": "is neither true nor false",
    "int": "is not a whole number",
    "float": "is not a number",
    "null": "is not nothing",
    "timestamp": "is not a date",
}


def _or_refused(kind: str, make: Callable[[Any, Any], object]) -> Callable[[Any, Any], object]:
    """`make`, whose own errors are no errors of YAML: they have no place, and some quote the text.

    PyYAML's constructors of scalars expect what its resolver found, and a tag may stand before
    anything: they fail by KeyError, IndexError, AttributeError, ValueError or OverflowError.
    """

    def made(loader: Any, node: yaml.Node) -> object:  # noqa: ANN401 -- as _Fastest
        try:
            return make(loader, node)
        except yaml.YAMLError:
            raise
        except Exception as error:
            text = str(node.value)
            shown = repr(text) if len(text) <= _SHOWN else f"a text of {len(text)} characters"
            found = f"{shown} {_SCALARS[kind]}"
            raise NoValueError(None, None, found, node.start_mark) from error

    return made


def _integer(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    """As SafeLoader's, where `!!int` stands before something else too."""
    text = str(loader.construct_scalar(node))
    if not _DECIMAL.match(text) or len(text) > _DIGITS:
        raise ValueError
    return int(text)


def _moment(loader: Any, node: yaml.ScalarNode) -> object:  # noqa: ANN401 -- as _Fastest
    """As SafeLoader's; what no calendar has, such as 2027-02-30, is text, which dates refuse."""
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return str(loader.construct_scalar(node))


_Loader.add_constructor(_INT, _integer)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _moment)
for _kind in _SCALARS:
    _tag = f"tag:yaml.org,2002:{_kind}"
    _Loader.add_constructor(_tag, _or_refused(_kind, _Loader.yaml_constructors[_tag]))


class _PlainLoader(_Loader):
    """A loader that notes whether a mapping has a key that a closer look may object to."""

    odd = doubled = False

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """As SafeLoader's."""
        written = len(node.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        # fewer than were written: one is given twice, or was merged
        self.doubled = self.doubled or len(mapping) != written
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


@dataclass(frozen=True, slots=True)
class Judged:
    """What a file came to: its problems, and what can be read in spite of them."""

    #: None: nothing can be known of what it says.
    document: Document | None
    problems: tuple[Problem, ...] = ()


def read_document(path: Path, shown_as: str | None = None) -> Document:
    """Read one YAML file.

    Raises:
        InventoryError: unreadable, no regular file, too large, not UTF-8, not YAML, several
            documents, a key given twice, or of a shape that nobody wrote.
    """
    return _certain(judge_document(path, shown_as))


def judge_document(path: Path, shown_as: str | None = None) -> Judged:
    """Read one YAML file as far as it can be; keys of which something is wrong are left out.

    Raises:
        InventoryError: nothing of it can be read, as `read_document` says.
    """
    name = shown_as or str(path)
    try:
        refuse_private_link(path)
        text = read_regular(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InventoryError([_not_utf8(name, error)]) from error
    except OSError as error:
        raise InventoryError([_unread(name, error)]) from error
    return judge_text(text, name)


def refuse_empty(judged: Judged) -> Judged:
    """As `judged`; a file that says nothing is a problem, and nothing is known of what it says.

    Somebody emptied it, or the disk was full when it was saved: all that it had would be withdrawn.
    """
    document = judged.document
    if document is None or judged.problems or document.data is not None:
        return judged
    remedy = "restore it; write {} where there is nothing to say, or remove the file"
    return Judged(None, (Problem(document.path, 1, "", "an empty file", remedy),))


def _not_utf8(name: str, error: UnicodeDecodeError) -> Problem:
    """Where the first byte is that no UTF-8 text has, and how such a file comes about."""
    content = bytes(error.object)
    if content.startswith(_UTF16):
        return Problem(name, 1, "", "UTF-16, not UTF-8 text", "save it as UTF-8")
    line = content.count(b"\n", 0, error.start) + 1
    byte = f"byte {error.start}, 0x{content[error.start]:02x}"
    return Problem(name, line, "", f"not UTF-8 text ({byte})", "save it as UTF-8")


def _unread(name: str, error: OSError) -> Problem:
    dangling = bool(error.filename) and Path(error.filename).is_symlink()
    if isinstance(error, FileNotFoundError) and not dangling:
        step = "restore it, or name another; egovnet init DIR writes an inventory's files"
        return Problem(name, 0, "", "is missing", step)
    return Problem(name, 0, "", f"cannot be read: {error.strerror}", "check path and rights")


def parse_document(text: str, name: str) -> Document:
    """The document that `text` is; problems say `name` for its file.

    Raises:
        InventoryError: not YAML, several documents, a key given twice, or so deep or so full of
            aliases that nobody wrote it.
    """
    return _certain(judge_text(text, name))


def _certain(judged: Judged) -> Document:
    if judged.problems or judged.document is None:
        raise InventoryError(judged.problems)
    return judged.document


def judge_text(text: str, name: str) -> Judged:
    """As `judge_document`, of a text.

    Raises:
        InventoryError: nothing of it can be read, as `parse_document` says.
    """
    with suppress(NotPlainError):
        return Judged(Document(name, _plain_value(text), text))
    _refuse_odd_shape(text, name)
    # Positions cost more than all else: they are made where something is wrong, or asked for.
    loader = _PlainLoader(text)
    # what is wrong is reported with its place, below
    with _disposed(loader), suppress(yaml.YAMLError, RecursionError):
        data = loader.get_single_data()
        if not loader.odd and not _deep(data):
            return Judged(Document(name, data, text))
    return _with_places(text, name)


#: Text -> its value. Characters in all: some inventories of some dozen routers.
_VALUES: BoundedMemo[str, Any] = BoundedMemo(2_000_000)


def _plain_value(text: str) -> Any:  # noqa: ANN401 -- YAML is any
    """As `plain_value`; what was read once is copied."""
    value = _VALUES.get(text)
    if value is None:
        value = plain_value(text, _DEPTH, _Loader)
        _VALUES.keep(text, value, len(text))
    return _copied(value)


def _copied(value: Any) -> Any:  # noqa: ANN401 -- YAML is any
    """A value of mappings, lists, and scalars, which cannot be changed."""
    if type(value) is dict:
        return {key: _copied(each) for key, each in value.items()}
    if type(value) is list:
        return [_copied(each) for each in value]
    return value


def _refuse_odd_shape(text: str, name: str) -> None:
    """Refuse depth and aliases before anything is made of them.

    The composer of libyaml recurses without a limit: some ten thousand brackets end the process.
    Its events do not.
    """
    written = stood_for = 0
    #: Anchor of each open collection, and how many values there were before it.
    opened: list[tuple[str | None, int]] = []
    sizes: dict[str, int] = {}
    with suppress(yaml.YAMLError):  # what is wrong is reported with its place, by the parser
        for event in yaml.parse(text, Loader=_Fastest):
            if isinstance(event, yaml.CollectionStartEvent):
                opened.append((event.anchor, written + stood_for))
                written += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                anchor, before = opened.pop()
                if anchor is not None:
                    sizes[anchor] = written + stood_for - before
            elif isinstance(event, yaml.AliasEvent):
                stood_for += sizes.get(event.anchor or "", 1)
            else:
                written += 1
            if len(opened) > _DEPTH:
                found, remedy = "nested too deeply", "write it flatter"
            elif stood_for > _REPEATED:
                found, remedy = "aliases stand for too much", "write it out"
            else:
                continue
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise InventoryError([Problem(name, line, "", found, remedy)])


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
def _disposed(loader: _Loader) -> Iterator[None]:
    try:
        yield
    finally:
        loader.dispose()


def _with_places(text: str, name: str) -> Judged:
    """The document, looked at node by node. Raises InventoryError as `parse_document` does."""
    loader = _Loader(text)
    node: yaml.Node | None = None
    problems: list[Problem] = []
    try:
        node = loader.get_single_node()
        if node is not None:
            _Collector(name, {}, problems).collect(node, ())
        data = loader.construct_document(node) if node is not None else None
    except NoValueError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        remedy = "put text in quotes, without a tag (!!)"
        raise InventoryError(
            [Problem(name, line, "", f"not YAML: {error.problem}", remedy)]
        ) from error
    except yaml.MarkedYAMLError as error:
        line, found, remedy = syntax_words(text, error)
        raise InventoryError([Problem(name, line, "", f"not YAML: {found}", remedy)]) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        found = f"not YAML: character #x{ord(text[error.position]):02x}"
        raise InventoryError([Problem(name, line, "", found, "remove it")]) from error
    except RecursionError as error:  # thousands of nested brackets
        found, remedy = "nested too deeply", "write it flatter"
        raise InventoryError([Problem(name, 0, "", found, remedy)]) from error
    finally:
        loader.dispose()
    if _deep(data):  # aliases that make a loop, which few can walk
        if not problems:
            return Judged(Document(name, data, text))
        raise InventoryError(problems)
    return Judged(Document(name, _with_text_keys(data), text), tuple(problems))


def _with_text_keys(data: Any) -> Any:  # noqa: ANN401 -- YAML is any
    """Data without the keys that are not text, which are problems by themselves."""
    if isinstance(data, dict):
        return {k: _with_text_keys(v) for k, v in data.items() if isinstance(k, str)}
    return [_with_text_keys(each) for each in data] if isinstance(data, list) else data


def unquoted_data(text: str) -> Any:  # noqa: ANN401 -- YAML is any
    """The data of a text that no error may quote, such as one of credentials.

    Raises:
        InventoryError: of a shape that nobody wrote, or with a key given twice.
        yaml.YAMLError: not YAML; its words quote the text.
    """
    _refuse_odd_shape(text, "")
    loader = _PlainLoader(text)
    with _disposed(loader):
        data = loader.get_single_data()
    if loader.doubled:
        raise InventoryError([Problem("", 0, "", "a key is given twice", "keep one")])
    return data


def plain_data(text: str) -> Any:  # noqa: ANN401 -- YAML is any
    """The data of a text that `read_document` accepted once, without lines and checks."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 -- a safe loader


def root_node(text: str) -> yaml.Node | None:
    """The nodes of a text that `read_document` accepted once, with their places; None: empty."""
    loader = _Loader(text)
    with _disposed(loader):
        node: yaml.Node | None = loader.get_single_node()
        return node


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
