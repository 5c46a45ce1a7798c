"""JSON that is sent: one spelling; what is read: bounded, and of one meaning."""

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egovnet.tasks.runners.wire import strict_json

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
).filter(lambda value: "inf" not in repr(value))


@given(_JSON)
def test_what_is_written_is_read(value: Any) -> None:  # noqa: ANN401 -- JSON is any
    text = strict_json.written(value)
    assert strict_json.read(text) == value
    assert text == strict_json.written(strict_json.read(text)), "one spelling"
    assert all(32 <= octet < 127 for octet in text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b'{"a":1,"a":2}', "has a key twice"),
        (b'[{"a":{"b":0,"b":0}}]', "has a key twice"),
        (b"[" * 100_000, "is nested too deep"),
        (b'{"a":' * 100_000, "is nested too deep"),
        (b"NaN", "has a number that is none"),
        (b"[-Infinity]", "has a number that is none"),
        (b"9" * 5000, "is no JSON"),
        (b"{}{}", "is no JSON"),
        (b"", "is no JSON"),
        (b"'a'", "is no JSON"),
        ('"é"'.encode(), "is no JSON"),
        (pickle.dumps({"a": 1}), "is no JSON"),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else None,
)
def test_what_is_no_json_of_ours(text: bytes, why: str) -> None:
    with pytest.raises(strict_json.WrongJsonError, match=f"^{why}$"):
        strict_json.read(text)


def test_a_text_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "MOST", 10)
    assert strict_json.read(b'"12345678"') == "12345678"
    with pytest.raises(strict_json.WrongJsonError, match="is longer than"):
        strict_json.read(b'"123456789"')


@pytest.mark.parametrize("value", [float("nan"), float("inf"), b"octets", object()])
def test_what_is_no_json_is_not_written(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        strict_json.written(value)
