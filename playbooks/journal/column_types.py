"""Columns whose values are of their kind when they are read, whatever stands in the database.

SQLite keeps a value of any kind in any column: who writes the file can put octets where a text was,
and what reads it would end by an error of Python's.
"""

from typing import Any, ClassVar

from sqlalchemy import Dialect, Float, Integer, LargeBinary, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from egovnet.playbooks.journal.errors import AlteredValueError


class _Checked(TypeDecorator[Any]):
    """A column that has values of these kinds, or none."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    cache_ok = True
    kinds: ClassVar[tuple[type, ...]] = (str,)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The value. Raises AlteredValueError."""
        if value is None or type(value) in self.kinds:
            return value
        raise AlteredValueError(f"a value of {type(value).__name__} stands where none is written")


class Words(_Checked):
    """Text of a length."""

    cache_ok = True


class LongText(_Checked):
    """Text of any length."""

    impl = Text
    cache_ok = True


class Number(_Checked):
    """A whole number."""

    impl = Integer
    cache_ok = True
    kinds = (int,)


class Seconds(_Checked):
    """A number."""

    impl = Float
    cache_ok = True
    kinds = (float, int)


class Octets(_Checked):
    """Octets, at most so many."""

    impl = LargeBinary
    cache_ok = True
    kinds = (bytes,)
