"""What examining an inventory comes to."""

from dataclasses import dataclass

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network
from egovnet.inventory.source.sources import Sources


@dataclass(frozen=True, slots=True)
class Examined:
    """An inventory as far as it can be judged."""

    #: Everything that is wrong with it; where something is, `network` is a part of one.
    problems: tuple[Problem, ...]
    network: Network
    sources: Sources
    report: Report
