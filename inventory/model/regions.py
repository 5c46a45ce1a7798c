"""`regions.yaml`: units of government, and their levels."""

from enum import StrEnum

from egovnet.inventory.model.primitives import Closed, Name, Text


class Tier(StrEnum):
    """Level of government that a region or router serves."""

    CENTRE = "centre"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


TIER_ORDER = tuple(Tier)


class Region(Closed):
    """A unit of government; a prefecture's parent is its province, and so on."""

    name: Text
    tier: Tier
    parent: Name | None = None
