"""`report addresses`: how full pools and aggregates are, and until when they last.

The pace is what the journal's applied changes show: each has the lock file that it was made with.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from egovnet.inventory.allocation.allocate import Lock
from egovnet.inventory.allocation.utilisation import PoolShare, shares, taken_by
from egovnet.inventory.errors import InventoryError
from egovnet.inventory.today import today
from egovnet.playbooks.archive.journal_check import require_whole_journal_if_any
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.address_report import AddressReport, AddressRow, RegionNumber
from egovnet.playbooks.results.outcome import Outcome

if TYPE_CHECKING:
    from egovnet.playbooks.journal.journal import Journal

#: Changes that are looked at, spread evenly over the history.
_MOST_SAMPLES = 12
#: Days below which nothing is said of a pace.
_FEWEST_DAYS = 7
_DAYS_OF_YEAR = 365.25
#: Days after which a forecast is none.
_FARTHEST = 36525


def report_addresses(workspace: Workspace) -> Outcome[AddressReport]:
    """Every pool and aggregate.

    Raises:
        InventoryError: the inventory is wrong, or its numbers were lost.
        JournalError: the journal cannot be read.
        JournalAlteredError: it says nothing to go by.
    """
    held = require_whole_journal_if_any(workspace)
    require_numbers(workspace)
    network, allocation = workspace.network.numbered, workspace.allocation
    day = today()
    history = [(when, lock) for when, lock in _history(workspace.journal) if when <= day]
    rows = []
    for share in shares(network, allocation):
        samples = [(when, taken_by(network, lock, share)) for when, lock in history]
        samples.append((day, share.in_use + share.retired))
        per_year, full_on = forecast(samples, share.size)
        rows.append(_row(share, per_year, full_on))
    regions = tuple(
        RegionNumber(
            name,
            str(network.regions[name].tier),
            network.regions[name].abbreviation or "",
            asn,
        )
        for name, asn in allocation.region_asn.items()
    )
    since = min((when for when, _ in history), default=None)
    report = AddressReport(network.backbone.name, day, tuple(rows), regions, len(history), since)
    return Outcome("address_report", report, notes=held)


def _row(share: PoolShare, per_year: float | None, full_on: date | None) -> AddressRow:
    return AddressRow(
        pool=share.pool,
        region=share.region,
        tier=share.tier,
        zone=share.zone,
        agency=share.agency,
        range=share.range,
        size=share.size,
        in_use=share.in_use,
        retired=share.retired,
        free=share.free,
        percent=share.percent,
        per_year=per_year,
        full_on=full_on,
    )


def forecast(samples: Sequence[tuple[date, int]], size: int) -> tuple[float | None, date | None]:
    """(taken in a year, day on which `size` is reached) by a straight line through the samples.

    The last sample is today's. (None, None): they are of less than a week.
    """
    days = [(when - samples[0][0]).days for when, _ in samples]
    if max(days) - min(days) < _FEWEST_DAYS:
        return None, None
    taken = [number for _, number in samples]
    middle, mean = sum(days) / len(days), sum(taken) / len(taken)
    spread = sum((at - middle) ** 2 for at in days)
    both = zip(days, taken, strict=True)
    slope = sum((at - middle) * (number - mean) for at, number in both) / spread
    per_year = round(max(0.0, slope) * _DAYS_OF_YEAR, 1)
    left = size - taken[-1]
    if left <= 0:
        return per_year, samples[-1][0]
    if slope <= 0 or left / slope > _FARTHEST:
        return per_year, None
    return per_year, samples[-1][0] + timedelta(int(left / slope))


def _history(journal: "Journal") -> Iterator[tuple[date, Lock]]:
    """Days and lock files of applied changes, the oldest first."""
    # a database's client takes a third of a second
    from egovnet.playbooks.journal.errors import JournalError  # noqa: PLC0415
    from egovnet.playbooks.journal.inventory_snapshots import Intents  # noqa: PLC0415
    from egovnet.playbooks.journal.records import DONE  # noqa: PLC0415

    done = [change for change in journal.changes() if change.state == DONE]
    if not done:
        return
    intents = Intents(journal.engine)
    step = max(1, len(done) / _MOST_SAMPLES)
    for number in range(min(len(done), _MOST_SAMPLES)):
        change = done[int(number * step)]
        attached = intents.of(change.id)
        if attached is None or attached.after is None:
            continue
        try:
            lock = intents.get(attached.after).lock
        except (JournalError, InventoryError):
            continue  # of an older version's form: one sample less
        yield datetime.fromisoformat(change.created).date(), lock
