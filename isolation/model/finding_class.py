"""What a class of findings is: how severe, what it means, what to do, and its sentence.

The classes themselves stand in `egovnet.isolation.model.classes`, a file a property, and are
looked up in `egovnet.isolation.model.catalogue`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How severe a finding is. A leak or a risk denies the proof, but for a risk that its class
    tolerates; hygiene does not."""

    #: A path that must not be.
    LEAK = "leak"
    #: No path was found, and what would rule it out is missing or not understood.
    RISK = "risk"
    #: Harmless here and now, and worth an engineer's look.
    HYGIENE = "hygiene"


@dataclass(frozen=True, slots=True)
class FindingClass:
    """A class of findings. `id` is what JSON and pages call it, such as "P1 zone-leak"."""

    id: str
    #: The severities that a finding of it may have, and when it has which. One: always that.
    severities: Mapping[Severity, str]
    title: str
    #: What was found, in one or two sentences.
    meaning: str
    #: Why it matters: what becomes possible by it.
    why: str
    #: What an engineer does about it.
    remedy: str
    #: The message, with words in braces: `{source}` and `{target}` are labels of domains;
    #: `{device}`, `{vrf}` and `{family}` the finding's place; others are given where it is raised.
    sentence: str
    #: Severities at which a finding is named and does not deny the proof.
    tolerated: frozenset[Severity] = frozenset()
    #: Whether a risk of it says no more than that the inventory does not have something.
    by_inventory: bool = False

    @property
    def proves(self) -> str:
        """The property that it denies, such as "P1"; "coverage" for what could not be checked."""
        first = self.id.partition(" ")[0]
        return first if first[:1] == "P" and first[1:].isdigit() else "coverage"


def always(severity: Severity) -> Mapping[Severity, str]:
    """The rule of a class that has one severity."""
    return {severity: "always"}
