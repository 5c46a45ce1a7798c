"""The day that registers are read for."""

from datetime import UTC, date, datetime


def today() -> date:
    """Today, of UTC: what is in force is the same for all who work on a network."""
    return datetime.now(UTC).date()
