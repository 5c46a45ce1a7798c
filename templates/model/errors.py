"""Errors of texts that are read."""

from egovnet.inventory.errors import EgovnetError, ProblemsError


class ConfigTextError(ProblemsError):
    """Every reason why a text cannot be judged: it is binary, empty, cut off, of no platform."""


class UnsafeValueError(EgovnetError):
    """A value that would begin a word or a line of its own in a device's text."""
