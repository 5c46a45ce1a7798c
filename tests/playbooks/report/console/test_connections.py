"""What is printed of connections between hosts: a row an entry, and with -v every cell."""

from dataclasses import replace

import pytest

from egovnet.playbooks.report.console.connections import print_connections
from egovnet.playbooks.report.console.safe_console import safe_console
from egovnet.playbooks.results.connection_cell import (
    ConnectionCell,
    ConnectionSeen,
    UntriedEntry,
    by_entry,
)
from egovnet.playbooks.results.detail import Detail

ANSWERED = ConnectionCell(
    register="exchange",
    name="portal",
    case="declared",
    source_vpn="party",
    target_vpn="government",
    source="party-beijing",
    target="gov-beijing",
    family="ipv4",
    protocol="tcp",
    port=443,
    expected=True,
    seen=ConnectionSeen.ANSWERED,
)
SILENT = replace(ANSWERED, case="other port", port=444, expected=False, seen=ConnectionSeen.NOTHING)
ARRIVED = replace(
    SILENT, case="third agency", source_vpn="court", source="court-beijing",
    seen=ConnectionSeen.ARRIVED,
)  # fmt: skip
CELLS = (ANSWERED, SILENT, ARRIVED, replace(ANSWERED, name="ping", protocol="icmp", port=None))
UNTRIED = UntriedEntry("exchange", "files", "ipv6", "nobody is there")


def printed(detail: Detail, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    print_connections(safe_console(width=120, detail=detail), CELLS, [UNTRIED])
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_an_entry_is_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [" ".join(words) for words in printed(Detail.NORMAL, capsys)]
    assert rows == [
        "register entry between allowed answer others silent",
        "exchange portal party -> government 1 of 1 1 of 2",
        "exchange ping party -> government 1 of 1 0 of 0",
        "exchange files: ipv6 not tried: nobody is there",
    ]


def test_every_cell_is_told_where_all_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [" ".join(words) for words in printed(Detail.VERBOSE, capsys)]
    assert rows[3] == (
        "portal court (court-beijing) government (gov-beijing) tcp/444 ipv4 third agency"
        " silence arrived, WRONG"
    )
    assert len(rows) == 6


@pytest.mark.parametrize(
    ("expected", "seen", "right"),
    [
        (True, ConnectionSeen.ANSWERED, True),
        (True, ConnectionSeen.ARRIVED, False),
        (True, ConnectionSeen.NOTHING, False),
        (True, ConnectionSeen.NOT_SENT, False),
        (False, ConnectionSeen.NOTHING, True),
        (False, ConnectionSeen.ARRIVED, False),
        (False, ConnectionSeen.ANSWERED, False),
        (False, ConnectionSeen.NOT_SENT, False),
    ],
)
def test_a_way_in_one_direction_is_never_right(
    expected: bool, seen: ConnectionSeen, right: bool
) -> None:
    assert replace(ANSWERED, expected=expected, seen=seen).right is right


def test_cells_of_an_entry_stay_together() -> None:
    entries = by_entry((*CELLS, replace(SILENT, family="ipv6")))
    assert [(entry.name, len(entry.cells)) for entry in entries] == [("portal", 4), ("ping", 1)]
    assert entries[0].count(expected=False) == (2, 3)
