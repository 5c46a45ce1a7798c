"""The file of `prove --zones`: which VRFs are whose, by name, for texts without an inventory.

```yaml
zones:
  intranet:
    vrfs: ["i-*"]
    agencies: {court: ["i-court*"], party: ["i-party"]}
  extranet:
    vrfs: ["e-*"]
management: [mgmt]
allowed:
  - {source: extranet, target: intranet/court, reason: e-filing through the platform}
```
"""

from collections.abc import Iterator
from pathlib import Path

from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.source.closed_file import problem_at, read_closed
from egovnet.inventory.source.yaml_source import Document
from egovnet.isolation.model.from_vrf_names import Zones, from_zones


def read_zones(path: Path) -> Zones:
    """Read and check a zones file.

    Raises:
        InventoryError: with every problem at once: file, line, field, what to do.
    """
    return read_closed(path, Zones, _cross_check)


def _cross_check(zones: Zones, document: Document) -> Iterator[Problem]:
    """What one value alone cannot show."""
    apart = len(zones.zones) + sum(len(zone.agencies) for zone in zones.zones.values())
    if apart < 2:
        found = "one zone and no agencies: nothing is kept apart"
        yield problem_at(document, ("zones",), found, "name two zones, or a zone's agencies")
    yield from _repeated(zones, document)
    known = from_zones(zones).domains
    for index, path in enumerate(zones.allowed):
        for key, name in (("source", path.source), ("target", path.target)):
            if name not in known:
                place = ("allowed", index, key)
                remedy = f"use one of {', '.join(known)}"
                yield problem_at(document, place, f"{name!r} is not a network of this file", remedy)


def _repeated(zones: Zones, document: Document) -> Iterator[Problem]:
    """A pattern that stands at two places makes it unclear whose the VRF is."""
    seen: dict[str, Location] = {}
    for place, pattern in _patterns(zones):
        before = seen.setdefault(pattern, place)
        if before != place:
            found = f"{pattern!r} stands at {'.'.join(map(str, before))} too"
            yield problem_at(document, place, found, "leave it at one place")


def _patterns(zones: Zones) -> Iterator[tuple[Location, str]]:
    if "management" in zones.model_fields_set:
        for index, pattern in enumerate(zones.management):
            yield ("management", index), pattern
    for name, zone in zones.zones.items():
        for index, pattern in enumerate(zone.vrfs):
            yield ("zones", name, "vrfs", index), pattern
        for agency, patterns in zone.agencies.items():
            for index, pattern in enumerate(patterns):
                yield ("zones", name, "agencies", agency, index), pattern
