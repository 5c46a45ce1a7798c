"""`regions.yaml`: units of government, and their levels."""

from enum import StrEnum
from typing import Annotated

from egovnet.inventory.model.annotations import about
from egovnet.inventory.model.primitives import Abbreviation, Asn, Closed, RegionName, Title


class Tier(StrEnum):
    """Level of government that a region or router serves."""

    CENTRE = "centre"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


TIER_ORDER = tuple(Tier)


class Region(Closed):
    """A unit of government; a prefecture's parent is its province, and so on."""

    name: Annotated[Title, about("What people call it.", "Guangdong")]
    tier: Annotated[Tier, about("Level of government.", "province")]
    parent: Annotated[
        RegionName | None,
        about("Region of a higher tier that it is a part of; left out at the top.", "beijing"),
    ] = None
    abbreviation: Annotated[
        Abbreviation | None,
        about("What names by rule have for it; no other region's.", "gd"),
    ] = None
    asn: Annotated[
        Asn | None,
        about(
            "AS number of its own network; left out, one is allocated where region-asn of "
            "network.yaml has its tier.",
            64601,
            unit="AS number",
        ),
    ] = None
