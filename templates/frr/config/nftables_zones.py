"""Zones of connections in nftables: `ct zone set` by the interface, before they are looked up.

A zone is said twice, where packets come in and where they leave; said once, answers would be looked
up elsewhere than what they answer.
"""

import re
from collections.abc import Iterator

from egovnet.templates.frr.config.draft import Unclear
from egovnet.templates.frr.config.nftables_values import check_interface, check_value, quoted
from egovnet.templates.frr.packet_filter_words import ZONES
from egovnet.templates.model.packet_filter import ConnectionZone

_ELEMENT = re.compile(r'("[^"]*"|[^\s,:{}"]+) : ([0-9]+)', re.ASCII)
_HIGHEST = 65535


def read_zones(chain: str, line: str, number: int) -> tuple[ConnectionZone, ...]:
    """What a rule of a chain of `ZONES` says. Raises Unclear."""
    words = f"{ZONES[chain]} {{ "
    if not (line.startswith(words) and line.endswith(" }")):
        raise Unclear("not in the reader's grammar")
    found = tuple(_elements(line.removeprefix(words).removesuffix(" }"), number))
    if len({zone.interface for zone in found}) < len(found):
        raise Unclear("said twice: nft refuses it, and the filter with it")
    return tuple(sorted(found, key=lambda zone: zone.interface))


def _elements(text: str, number: int) -> Iterator[ConnectionZone]:
    for element in text.split(", "):
        found = _ELEMENT.fullmatch(element)
        if found is None:
            raise Unclear("not in the reader's grammar")
        name = quoted(found[1])
        check_interface(name)
        check_value(found[2])
        if not 0 < int(found[2]) <= _HIGHEST:
            raise Unclear(f"{found[2]} is not a number of a zone")
        yield ConnectionZone(name, int(found[2]), number)
