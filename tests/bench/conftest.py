"""Benchmarks read what they read each time, as a new process does."""

import pytest

from egovnet.inventory.bounded_memo import BoundedMemo


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedMemo, "get", lambda _memo, _key: None)
