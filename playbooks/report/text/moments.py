"""Moments as people of this place read them: local and short. JSON has them in UTC, whole."""

from datetime import datetime


def moment(iso: str) -> str:
    """Date and minute, such as "2026-11-29 15:13"; what is no moment stays as it is."""
    return _shown(iso, "%Y-%m-%d %H:%M")


def second(iso: str) -> str:
    """Time of day to the second, such as "15:13:31"."""
    return _shown(iso, "%H:%M:%S")


def full_moment(iso: str) -> str:
    """With the offset from UTC, for papers that leave the house: "2026-11-29 15:13 +0800"."""
    return _shown(iso, "%Y-%m-%d %H:%M %z")


def _shown(iso: str, form: str) -> str:
    try:
        return datetime.fromisoformat(iso).astimezone().strftime(form)
    except ValueError:
        return iso
