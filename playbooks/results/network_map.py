"""What reports need of the inventory: routers, regions, circuits, and the zone of each VPN."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MapRouter:
    """A router of the map."""

    region: str
    #: Its roles as people write them, such as "P", "RR".
    roles: tuple[str, ...]
    tier: str
    #: It carries others' traffic, or reflects their routes.
    core: bool


@dataclass(frozen=True, slots=True)
class MapRegion:
    """A region; `parent` is None at the top."""

    name: str
    tier: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class NetworkMap:
    """An inventory as a report draws and counts it."""

    name: str
    #: From the centre down.
    tiers: tuple[str, ...]
    routers: Mapping[str, MapRouter]
    regions: Mapping[str, MapRegion]
    #: Circuit -> the routers at its two ends.
    circuits: Mapping[str, tuple[str, str]]
    #: All zones, and VPN -> its zone.
    zones: tuple[str, ...]
    zone_of: Mapping[str, str]
