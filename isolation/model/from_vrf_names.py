"""An expectation without an inventory: zones and agencies distinguished by the names of VRFs.

For texts of unknown origin (`prove --configs DIR`). Nothing is known of what is attached where,
so a VRF is what its name says and an interface is what its VRF says; a proof of this kind finds
paths between tables and not a customer on the wrong port.
"""

from typing import Annotated

from pydantic import Field

from egovnet.inventory.model import Closed
from egovnet.isolation.model.domains import BACKBONE, MANAGEMENT, Domain
from egovnet.isolation.model.expectation import Expectation

Pattern = Annotated[str, Field(min_length=1, max_length=64)]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1)]


class ZonePatterns(Closed):
    """One zone: its VRFs by name, and the agencies in it that must stay apart.

    A VRF that matches a zone's pattern and no agency's is in a network that the zone shares.
    Patterns are a shell's: `*`, `?`, `[...]`; agencies are tried first.
    """

    vrfs: Patterns
    agencies: dict[str, Patterns] = Field(default_factory=dict)


class AllowedPath(Closed):
    """A path that is intended: from one agency or zone to another, and why."""

    source: str
    target: str
    reason: Annotated[str, Field(min_length=1)]


class Zones(Closed):
    """The whole file."""

    zones: Annotated[dict[str, ZonePatterns], Field(min_length=1)]
    management: tuple[Pattern, ...] = ("mgmt", "management")
    allowed: tuple[AllowedPath, ...] = ()
    defaults: frozenset[str] = frozenset()


def from_zones(zones: Zones) -> Expectation:
    """What such a file says."""
    patterns: list[tuple[str, Domain]] = [(name, MANAGEMENT) for name in zones.management]
    shared: list[tuple[str, Domain]] = []
    domains: dict[str, Domain] = {}
    for zone, entry in zones.zones.items():
        for agency, names in entry.agencies.items():
            domain = Domain(f"{zone}/{agency}", f"{zone}/{agency}", zone, agency)
            domains[domain.label] = domain
            patterns += [(name, domain) for name in names]
        whole = Domain(zone, zone, zone)
        domains[zone] = whole
        shared += [(name, whole) for name in entry.vrfs]
    for own in (BACKBONE, MANAGEMENT):
        domains[own.label] = own
    return Expectation(
        domains=domains,
        attachments_known=False,
        patterns=(*patterns, *shared),
        reasons={
            (MANAGEMENT.label, BACKBONE.label): "management reaches the routers themselves",
            **{(path.source, path.target): path.reason for path in zones.allowed},
        },
        defaults=zones.defaults,
    )
