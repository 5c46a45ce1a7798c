"""Errors of texts that are read."""

from egovnet.inventory.errors import ProblemsError


class ConfigTextError(ProblemsError):
    """Every reason why a text cannot be judged: it is binary, empty, cut off, of no platform."""
