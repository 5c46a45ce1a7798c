"""Frozen dataclasses of which a nation's texts make millions, made at the price of plain ones.

A frozen dataclass sets each of its fields by `object.__setattr__`, at some four times the price
of an assignment. Here an object is of a class with the same slots and without that guard while its
fields are set, and of its own class from then on; nobody sees it in between.
"""

from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


def quickly_made(kind: type[T]) -> type[T]:
    """`kind`, a frozen dataclass with slots and no base, made in a third of the time.

    Raises:
        TypeError: it is another kind of class.
    """
    known = getattr(kind, "__dataclass_params__", None)
    is_plain = kind.__bases__ == (object,) and not hasattr(kind, "__post_init__")
    own = fields(kind) if known is not None else ()  # type: ignore[arg-type] # asked the line before
    if not (is_plain and own and known and known.frozen and "__slots__" in vars(kind)):
        raise TypeError(f"{kind.__name__} is no frozen dataclass with slots and no base")
    if any(each.kw_only or not each.init or each.name[0] == "_" for each in own):
        raise TypeError(f"{kind.__name__} has fields that are not given in their order, or private")
    unguarded = type(kind.__name__, (), {"__slots__": kind.__slots__})  # type: ignore[attr-defined] # see above
    names: dict[str, Any] = {"_become": object.__setattr__, "_unguarded": unguarded, "_kind": kind}
    parameters, body = ["self"], ["_become(self, '__class__', _unguarded)"]
    for number, each in enumerate(own):
        given = each.name
        if each.default is not MISSING:
            names[f"_default{number}"] = each.default
            parameters.append(f"{each.name}=_default{number}")
        elif each.default_factory is not MISSING:
            names[f"_make{number}"], names["_absent"] = each.default_factory, MISSING
            parameters.append(f"{each.name}=_absent")
            given = f"_make{number}() if {each.name} is _absent else {each.name}"
        else:
            parameters.append(each.name)
        body.append(f"self.{each.name} = {given}")
    body.append("self.__class__ = _kind")
    lines = "\n    ".join(body)
    exec(f"def __init__({', '.join(parameters)}):\n    {lines}", names)  # noqa: S102 -- of field names alone, as dataclasses itself does it
    made = names["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    made.__module__ = kind.__module__
    made.__annotations__ = kind.__init__.__annotations__
    kind.__init__ = made  # type: ignore[method-assign] # of the same form
    return kind
