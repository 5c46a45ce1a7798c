"""Forms by hint: what has one, what has none, and every way to be not of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import Any, Generic, Literal, Protocol, TypeVar

import pytest
from nornir.core.inventory import Host

from egovnet.tasks.credentials import Credentials
from egovnet.tasks.runners.wire.form import FormError
from egovnet.tasks.runners.wire.forms import Forms
from egovnet.tasks.runners.wire.key_pair import KeyPair


class Word(StrEnum):
    HELLO = "hello"


class Shouted(str, Enum):  # noqa: UP042 -- as people wrote them before StrEnum
    """str() of a member is its name, not its value."""

    HELLO = "HELLO!"


@dataclass(frozen=True)
class Inner:
    number: int
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outer:
    inner: Inner
    by_pair: Mapping[tuple[str, int], Inner]
    maybe: Inner | None = None


@dataclass
class Thawed:
    number: int


@dataclass(frozen=True)
class Itself:
    more: "tuple[Itself, ...]"


@dataclass(frozen=True)
class Careful:
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError(f"{self.number} is negative")


T = TypeVar("T")


@dataclass(frozen=True)
class Boxed(Generic[T]):
    value: T | None


class Spoken(Protocol):
    text: str


@pytest.mark.parametrize(
    "hint",
    [
        Any,
        object,
        Callable[[], int],
        Spoken,
        Thawed,
        Itself,
        Exception,
        Host,
        Credentials,
        KeyPair,
        tuple[Credentials, ...],
        int | float,
        str | IPv4Address,
        IPv4Address | IPv4Network,
        Inner | Outer,
        Literal["a", 1],
        type,
    ],
    ids=str,
)
def test_what_leaves_something_open_or_is_secret_has_no_form(hint: Any) -> None:  # noqa: ANN401 -- hints have no type
    with pytest.raises(TypeError):
        Forms().of(hint)


_INNER = {"number": 1, "texts": ["a"]}
_OUTER = {"inner": _INNER, "by_pair": [[["a", 1], _INNER]], "maybe": None}
#: (hint, JSON that is not of it, what is said)
WRONG: list[tuple[Any, Any, str]] = [
    (str, 1, "is a whole number, not text"),
    (str, None, "is null, not text"),
    (int, True, "is true or false, not a whole number"),
    (int, 1.0, "is a number, not a whole number"),
    (int, "1", "is text, not a whole number"),
    (float, 1, "is a whole number, not a number"),
    (bool, 1, "is a whole number, not true or false"),
    (bool, "true", "is text, not true or false"),
    (bytes, "&&&", "is not base64"),
    (bytes, "QQ", "is not base64"),
    (bytes, "QR==", "is not base64 in its one spelling"),
    (bytes, [65], "is a list, not text in base64"),
    (Word, "bye", "is none of Word"),
    (Word, "HELLO", "is none of Word"),
    (Literal[1, 2], True, "is none of 1 or 2"),
    (Literal["a"], ["a"], "is none of 'a'"),
    (IPv4Address, "10.0.0.256", "is not an IPv4Address"),
    (IPv4Address, 167772160, "is a whole number, not an IPv4Address"),
    (IPv4Address, "::1", "is not an IPv4Address"),
    (IPv6Address, "0:0::1", "is not an IPv6Address in its one spelling"),
    (IPv6Address, "fe80::1%a\n b", "is not an IPv6Address in its one spelling"),
    (IPv4Network, "10.0.0.1/24", "is not an IPv4Network"),
    (IPv4Address | IPv6Address, "nowhere", "is not an IPv6Address"),
    (IPv4Address | None, 1, "is a whole number, not an IPv4Address or null"),
    (tuple[str, ...], {"0": "a"}, "is an object, not a list of text"),
    (tuple[str, ...], "abc", "is text, not a list of text"),
    (tuple[str, ...], ["a", 1], "[1]: is a whole number, not text"),
    (tuple[str, int], ["a"], "is not a list of 2"),
    (tuple[str, int], ["a", 1, 1], "is not a list of 2"),
    (frozenset[str], ["a", "a"], "has a member twice"),
    (dict[str, int], [["a", 1]], "is a list, not an object"),
    (dict[str, int], {"a\x1b[2J": "b"}, "a?[2J: is text, not a whole number"),
    (dict[int, int], {"1": 1}, "is an object, not a list of pairs"),
    (dict[int, int], [[1, 1], [1, 2]], "has a key twice"),
    (dict[int, int], [[1, 1], [2]], "[1]: is not a list of 2"),
    (Inner, [], "is a list, not an object"),
    (Inner, {"number": 1}, "has no texts"),
    (Inner, {**_INNER, "__class__": 1}, "has a field that is not known, '__class__'"),
    (Inner, {**_INNER, "x" * 50: 1}, f"has a field that is not known, '{'x' * 40}...'"),
    (Inner, {"number": None, "texts": []}, "number: is null, not a whole number"),
    (
        Outer,
        {**_OUTER, "by_pair": [[["a", 1], {"number": 1, "texts": [1]}]]},
        "by_pair[0][1].texts[0]: is a whole number, not text",
    ),
    (Outer, {**_OUTER, "maybe": 1}, "maybe: is a whole number, not a Inner or null"),
    (Outer, {**_OUTER, "maybe": {}}, "maybe: has no number"),
    (Careful, {"number": -1}, "is not a Careful"),
    (Boxed[int], {"value": "1"}, "value: is text, not a whole number or null"),
]


@pytest.mark.parametrize(("hint", "sent", "why"), WRONG, ids=str)
def test_what_is_not_of_its_form(hint: Any, sent: Any, why: str) -> None:  # noqa: ANN401 -- as above
    with pytest.raises(FormError) as error:
        Forms().of(hint).read(sent)
    assert str(error.value) == why


#: (hint, value that is not of it, what is said)
NOT_SENT: list[tuple[Any, Any, str]] = [
    (str, b"a", "is a bytes, not text"),
    (int, True, "is true or false, not a whole number"),
    (float, "1", "is text, not a number"),
    (float, True, "is true or false, not a number"),
    (bool, 1, "is a whole number, not true or false"),
    (tuple[str, ...], "abc", "is text, not a list of text"),
    (Inner, Outer(Inner(1), {}), "is a Outer, not a Inner"),
    (Inner, Inner("1"), "number: is text, not a whole number"),  # type: ignore[arg-type]  # that is the test
    (Inner | None, Thawed(1), "is a Thawed, not a Inner"),
    (tuple[Inner, ...], (Inner(1), Inner(1, (None,))), "[1].texts[0]: is null, not text"),  # type: ignore[arg-type]  # as above
    (IPv6Address, IPv6Address("fe80::1%eth0"), "is an IPv6Address with a zone"),
    (Word, "bye", "is none of Word"),
]


@pytest.mark.parametrize(("hint", "value", "why"), NOT_SENT, ids=str)
def test_what_is_not_of_its_form_is_not_sent(hint: Any, value: Any, why: str) -> None:  # noqa: ANN401 -- as above
    with pytest.raises(FormError) as error:
        Forms().of(hint).write(value)
    assert str(error.value) == why


@pytest.mark.parametrize(
    ("hint", "value", "read"),
    [
        (str, Word.HELLO, "hello"),
        (str, Shouted.HELLO, "HELLO!"),
        (float, 60, 60.0),
        (Sequence[str], ["a"], ("a",)),
        (Mapping[tuple[str, int], Inner], {("a", 1): Inner(2)}, {("a", 1): Inner(2)}),
        (Boxed[Inner], Boxed(Inner(1)), Boxed(Inner(1))),
        (Boxed[Inner | None], Boxed(None), Boxed(None)),
    ],
    ids=str,
)
def test_what_is_nearly_of_its_form_becomes_it(hint: Any, value: Any, read: Any) -> None:  # noqa: ANN401 -- as above
    form = Forms().of(hint)
    assert form.read(form.write(value)) == read
    assert type(form.read(form.write(value))) is type(read)


def test_a_set_has_one_spelling() -> None:
    form = Forms().of(frozenset[str])
    assert form.write(frozenset("cab")) == ["a", "b", "c"]
