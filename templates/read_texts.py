"""Texts of many routers to facts: all that cannot be read are reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass

from egovnet.inventory.errors import Problem
from egovnet.inventory.paused_collector import paused_collector
from egovnet.templates.model.errors import ConfigTextError
from egovnet.templates.model.facts import DeviceFacts
from egovnet.templates.registry import read_config


@dataclass(frozen=True, slots=True)
class NativeText:
    """A router's text, and where it came from."""

    text: str
    source: str
    #: None: unknown, to be detected.
    platform: str | None = None
    #: The router's name where it is known for certain, whatever the text calls it.
    name: str = ""


def read_each(
    texts: Mapping[str, NativeText],
) -> tuple[dict[str, DeviceFacts], list[tuple[str, Problem]]]:
    """Facts by key, and (key, problem) of those texts that cannot be read."""
    facts: dict[str, DeviceFacts] = {}
    problems: list[tuple[str, Problem]] = []
    with paused_collector():
        for key, each in texts.items():
            try:
                facts[key] = read_config(each.text, each.source, each.platform, name=each.name)
            except ConfigTextError as error:
                problems += ((key, problem) for problem in error.problems)
    return facts, problems


def read_all(texts: Mapping[str, NativeText]) -> dict[str, DeviceFacts]:
    """Facts by key.

    Raises:
        ConfigTextError: with the problems of every text.
    """
    facts, problems = read_each(texts)
    if problems:
        raise ConfigTextError(problem for _, problem in problems)
    return facts
