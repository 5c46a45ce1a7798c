"""Levels of protection, as GB/T 22239 counts them (1 is the lowest, 5 the highest), and
`levels.yaml`: what is asked of what has one.

Rules of the same name are instead of those that are shipped (`egovnet.inventory.level_rules`).
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from egovnet.inventory.model.algorithms import AllowedAlgorithms
from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import Closed, refusal
from egovnet.inventory.model.validity import Stated

#: A level of GB/T 22239.
ProtectionLevel = Annotated[int, Field(strict=True, ge=1, le=5)]


class LevelRequirement(StrEnum):
    """What a rule asks for; each can be judged by the inventory."""

    #: What a VPN carries over the backbone is encrypted.
    ENCRYPTION = "backbone-encryption"
    #: Nothing goes towards the Internet zone.
    NO_INTERNET = "no-internet"
    #: An exchange of VPNs of different levels is approved for the agency of the higher one.
    HIGHER_APPROVER = "higher-approver"
    #: A VPN has the level of its applications, at the least.
    CARRIED = "network-of-the-level"
    #: Nothing passes that is not declared.
    DECLARED = "declared-flows"
    #: Every site has accesses at two PEs.
    REDUNDANT = "two-accesses"
    #: What protects it is by algorithms of a list.
    ALGORITHMS = "algorithms"


class LevelRule(Closed):
    """What is asked of everything that has a level, from one level on."""

    requires: Annotated[LevelRequirement, about("What it asks for.", "declared-flows")]
    from_level: Annotated[
        ProtectionLevel,
        about("The lowest level that it is about.", 3, unit="GB/T 22239 level"),
    ]
    otherwise: Annotated[
        Literal["refuse", "report"],
        about("What is not as it asks is refused, or only reported by report levels.", "report"),
    ]
    source: Annotated[Stated, about("Where it comes from.", "GB/T 22239-2019 8.1.3.2")]
    allowed: Annotated[
        AllowedAlgorithms,
        about(
            "With algorithms: those that are allowed.",
            {"ike": ["aes256gcm16-prfsha384-ecp384"], "esp": ["aes256gcm16-ecp384-esn"]},
        ),
    ] = AllowedAlgorithms()

    @model_validator(mode="after")
    def _lists_with_algorithms(self) -> "LevelRule":
        asked = self.requires is LevelRequirement.ALGORITHMS
        if asked and not self.allowed.lists:
            raise refusal("says of no algorithm that it is allowed", "name some by use", "allowed")
        if self.allowed.lists and not asked:
            raise refusal(
                f"{self.requires.value} asks for no algorithms",
                "leave allowed out, or write requires: algorithms",
                "allowed",
            )
        return self
