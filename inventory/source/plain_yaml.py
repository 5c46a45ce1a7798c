"""What nearly every YAML file of an inventory is, read in one pass over the parser's events.

Mappings with text keys, lists, text, decimal integers, days, true, false and nothing: no anchor,
alias, tag or merge, no key that is given twice, no deep nesting. Such a file is what PyYAML's own
loader makes of it, at half the price (no nodes, no places, and its shape is looked at in the same
pass).
Any other is for that loader, which says what is wrong with it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_STR, _INT, _BOOL, _NULL, _TIME = (
    f"{_TAG}{kind}" for kind in ("str", "int", "bool", "null", "timestamp")
)
#: Characters of a day, as 2026-03-02: YAML's other timestamps are longer.
_DAY = 10
#: As YAML 1.1 spells them (yaml.org/type/bool).
_BOOLS: dict[str, bool] = yaml.constructor.SafeConstructor.bool_values


class NotPlainError(Exception):
    """A text that has something besides, or is not YAML."""


_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)
_Forms = Mapping[str | None, Sequence[tuple[str, re.Pattern[str]]]]


def plain_value(text: str, depth: int, loader: type[yaml.SafeLoader]) -> Any:  # noqa: ANN401 -- YAML is any
    """The value of `text`; `loader` is a class of PyYAML's, by whose rules text is a number.

    Raises:
        NotPlainError: it has more than plain values, is nested deeper than `depth`, has several
            documents, or is not YAML.
    """
    try:
        reading = loader(text)
    except yaml.YAMLError as error:  # a character that YAML does not have
        raise NotPlainError from error
    try:
        return _Reading(depth, loader.yaml_implicit_resolvers).read(reading)
    except (yaml.YAMLError, ValueError) as error:
        raise NotPlainError from error
    finally:
        reading.dispose()


class _Reading:
    """What was read so far: the open collections, and what unquoted texts mean."""

    def __init__(self, depth: int, forms: _Forms) -> None:
        self._depth, self._forms = depth, forms
        self._meanings: dict[str, Any] = {}
        #: The collections around the current one, each with its key that waits for a value.
        self._around: list[tuple[Any, str | None]] = []
        self._into: Any = None
        self._key: str | None = None

    def read(self, reading: yaml.SafeLoader) -> Any:  # noqa: ANN401 -- YAML is any
        """The value of the one document; None of no document. Raises NotPlainError."""
        whole: list[Any] = []
        following: Callable[[], Any] = reading.get_event
        while True:
            event = following()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                value = self._scalar(event)
            elif kind in _ENDS:
                value = self._into
                self._into, self._key = self._around.pop()
            elif kind in _STARTS:
                self._open(event, {} if kind is yaml.MappingStartEvent else [])
                continue
            elif kind is yaml.StreamEndEvent:
                return whole[0] if whole else None
            elif kind is yaml.AliasEvent or (whole and kind is yaml.DocumentStartEvent):
                raise NotPlainError
            else:
                continue
            if self._into is None:
                whole.append(value)
            elif type(self._into) is list:
                self._into.append(value)
            else:
                self._put(value)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:  # noqa: ANN401 -- YAML is any
        if event.tag is not None or event.anchor is not None:
            raise NotPlainError
        text = event.value
        if not event.implicit[0]:
            return text
        if text not in self._meanings:
            self._meanings[text] = _resolved(text, self._forms)
        return self._meanings[text]

    def _open(self, event: yaml.CollectionStartEvent, empty: object) -> None:
        is_key = type(self._into) is dict and self._key is None
        if is_key or event.tag is not None or event.anchor is not None:
            raise NotPlainError
        if len(self._around) >= self._depth:
            raise NotPlainError
        self._around.append((self._into, self._key))
        self._into, self._key = empty, None

    def _put(self, value: object) -> None:
        """A key of a mapping, or the value of the key before. Raises NotPlainError."""
        if self._key is not None:
            self._into[self._key] = value
            self._key = None
        elif type(value) is not str or value in self._into:
            raise NotPlainError
        else:
            self._key = value


def _resolved(text: str, forms: _Forms) -> Any:  # noqa: ANN401 -- YAML is any
    """What an unquoted text means. Raises NotPlainError where it is none of the plain kinds."""
    of_first = (*forms.get(text[:1], ()), *forms.get(None, ()))
    tag = next((tag for tag, form in of_first if form.match(text)), _STR)
    if tag == _STR:
        return text
    if tag == _INT:
        return int(text)
    if tag == _BOOL:
        return _BOOLS[text.lower()]
    if tag == _NULL:
        return None
    if tag == _TIME and len(text) == _DAY:
        try:
            return date.fromisoformat(text)
        except ValueError as error:  # such as 2026-02-30
            raise NotPlainError from error
    raise NotPlainError
