"""Classes of differences between a network and its inventory: the one table of what each means.

A further class is an entry here, in its place by severity, and the code that finds it
(`playbooks/drift/compare.py`). Rules, remediation, exit codes, every report and the metrics read
this table.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class _Properties:
    #: For a person: one or two sentences with their full stops.
    meaning: str
    #: What is no drift is reported and never counts.
    is_drift: bool = True
    #: `drift.yaml` may give it a grace period, and a person may acknowledge it.
    may_wait: bool = True
    #: `drift --remediate` may restore it.
    remediable: bool = False
    #: It fails a pipeline (JUnit); the others are skipped there, with the reason.
    fails: bool = False
    #: A colour of the pages' style sheet: `--NAME`, `--NAME-bg` and `--NAME-rule`.
    colour: str = "other"


class DriftClass(StrEnum):
    """How severe a difference is; the most severe first."""

    LEAK = (
        "leak",
        _Properties(
            "A path that must not be, or that nothing rules out.",
            may_wait=False,
            remediable=True,
            fails=True,
            colour="leak",
        ),
    )
    LINK = (
        "link",
        _Properties(
            "A link that is no circuit of the inventory and no legacy circuit in force.",
            may_wait=False,
            fails=True,
            colour="risk",
        ),
    )
    SERVICE = (
        "service",
        _Properties(
            "A customer or the backbone is served otherwise than intended.",
            remediable=True,
            fails=True,
            colour="risk",
        ),
    )
    POLICY = (
        "policy",
        _Properties(
            "Filters and limits are not as intended.",
            remediable=True,
            fails=True,
            colour="hygiene",
        ),
    )
    UNAPPLIED = (
        "unapplied",
        _Properties(
            "A router runs lines of the inventory that no change gave it: nobody applied or "
            "verified them, and under a policy nobody approved them.",
            fails=True,
            colour="risk",
        ),
    )
    UNMANAGED = (
        "unmanaged",
        _Properties("Lines that egovnet does not own. It never removes them."),
    )
    COSMETIC = (
        "cosmetic",
        _Properties(
            "The same configuration, written differently. Reported, and no drift.",
            is_drift=False,
            may_wait=False,
            colour="quiet",
        ),
    )

    properties: _Properties

    def __new__(cls, name: str, properties: _Properties | None = None) -> Self:
        """A member with its properties. `DriftClass("leak")` finds one and makes none."""
        assert properties is not None, f"drift class {name} has no properties"  # noqa: S101 -- programming error
        member = str.__new__(cls, name)
        member._value_ = name
        member.properties = properties
        return member

    @property
    def rank(self) -> int:
        """0 is the most severe."""
        return list(type(self)).index(self)
