"""Connections between nodes as they are asked for, and where none can be tried."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from egovnet.lab.backend import Backend
from egovnet.lab.connections import ConnectionAttempt, SeenConnection, read_seen, request
from egovnet.lab.containerlab import Containerlab
from egovnet.lab.emulated.backend import Emulated
from egovnet.lab.errors import GuestError

ATTEMPT = ConnectionAttempt("h1", "10.2.0.2", "h2", "10.2.1.2", "tcp", 443, expected=False)


def test_a_request_says_everything_of_an_attempt() -> None:
    asked = json.loads(request([ATTEMPT]))
    assert asked["attempts"] == [
        {
            "source": "h1",
            "source_address": "10.2.0.2",
            "target": "h2",
            "target_address": "10.2.1.2",
            "protocol": "tcp",
            "port": 443,
            "expected": False,
        }
    ]
    assert 0 < asked["silence"] < asked["patience"]


def test_what_was_seen_is_typed() -> None:
    words = '["answered", "arrived", "answered 10.9.9.9", "refused", "nothing"]'
    seen = read_seen([words], [ATTEMPT] * 5)
    assert seen == list(SeenConnection)
    assert [one.passed for one in seen] == [True, True, True, False, False]
    with pytest.raises(ValueError, match="lost"):
        read_seen(['["lost"]'], [ATTEMPT])


@pytest.mark.parametrize(
    ("word", "seen_as", "seen"),
    [
        ("answered", (), SeenConnection.ANSWERED),
        ("answered 203.0.113.64", ("203.0.113.64/29",), SeenConnection.ANSWERED),
        ("answered 203.0.113.72", ("203.0.113.64/29",), SeenConnection.OTHER_SOURCE),
        ("answered", ("203.0.113.64/29",), SeenConnection.OTHER_SOURCE),
        ("answered", ("10.2.0.0/24",), SeenConnection.ANSWERED),
        ("arrived", (), SeenConnection.ARRIVED),
        ("nothing", ("203.0.113.64/29",), SeenConnection.NOTHING),
        ("arrived 203.0.113.72", ("203.0.113.64/29",), SeenConnection.OTHER_SOURCE),
    ],
)
def test_an_answer_counts_by_the_source_that_was_seen(
    word: str, seen_as: tuple[str, ...], seen: SeenConnection
) -> None:
    attempt = replace(ATTEMPT, seen_as=seen_as)
    assert read_seen([json.dumps([word])], [attempt]) == [seen]


@pytest.mark.parametrize("kind", [Containerlab, Emulated])
def test_a_backend_without_connections_says_why(
    kind: type[Containerlab] | type[Emulated], tmp_path: Path
) -> None:
    lab: Backend = kind(tmp_path)
    assert lab.no_connections
    with pytest.raises(GuestError, match=lab.no_connections):
        lab.try_connections([ATTEMPT])


def test_what_two_machines_saw_is_one_answer() -> None:
    outputs = ['["answered", null, "nothing"]', '[null, "refused", null]']
    assert read_seen(outputs, [ATTEMPT] * 3) == [
        SeenConnection.ANSWERED,
        SeenConnection.REFUSED,
        SeenConnection.NOTHING,
    ]
    assert json.loads(request([ATTEMPT]))["meet"] is None
    assert json.loads(request([ATTEMPT], spread=True))["meet"] in range(20000, 30000)
