"""Which exchanges overlap: what is looked up is what comparing each with each finds."""

from datetime import date
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from egovnet.inventory.checks.exchange_overlaps import check
from egovnet.inventory.errors import Location, Problem
from egovnet.inventory.model import Exchange, Network

PREFIXES = ["10.0.0.0/24", "10.0.0.0/25", "10.0.0.128/25", "10.0.0.0/26", "fde9::/64", "fde9::/65"]
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
DAYS = [(FIRST, date(2026, 3, 31)), (date(2026, 3, 31), LAST), (date(2026, 4, 1), LAST)]


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    one, other = draw(st.permutations(["party", "court"]))
    prefixes = st.lists(st.sampled_from(PREFIXES), min_size=1, max_size=2)
    ports = st.lists(st.sampled_from([443, "400-500", 80, "1-79"]), min_size=1, max_size=2)
    protocol = draw(st.sampled_from(["tcp", "udp", "icmp"]))
    first, last = draw(st.sampled_from(DAYS))
    made: dict[str, Any] = {
        "from": {"agency": one, "vpn": one, "prefixes": draw(prefixes)},
        "to": {"agency": other, "vpn": other, "prefixes": draw(prefixes)},
        "opened-by": draw(st.sampled_from(["from", "both"])),
        "protocol": protocol,
        "ports": draw(ports) if protocol != "icmp" else [],
        "level": draw(st.sampled_from([2, 3])),
        "owner": one,
        "approved-by": "Li Na",
        "approved-on": FIRST,
        "reason": "a test",
        "valid-from": first,
        "valid-until": last,
    }
    return Exchange.model_validate(made)


def overlap(one: Exchange, other: Exchange) -> bool:
    """Each with each, address by address and port by port."""
    if one.protocol != other.protocol:
        return False
    if one.valid_until < other.valid_from or other.valid_until < one.valid_from:
        return False
    ports = [{p for a, b in e.port_ranges for p in range(a, b + 1)} or {0} for e in (one, other)]
    return bool(ports[0] & ports[1]) and any(
        a.vpn == c.vpn
        and any(
            p.version == q.version == r.version == s.version and p.overlaps(q) and r.overlaps(s)
            for p in a.prefixes
            for q in c.prefixes
            for r in b.prefixes
            for s in d.prefixes
        )
        for a, b in one.openings
        for c, d in other.openings
    )


def report(_section: str, location: Location, found: str, remedy: str) -> Problem:
    return Problem("exchanges.yaml", 1, str(location[0]), found, remedy)


@given(st.lists(exchanges(), max_size=6))
def test_what_overlaps_is_found_and_nothing_else(register: list[Exchange]) -> None:
    named = {f"x{number}": exchange for number, exchange in enumerate(register)}
    network = Network.model_construct(exchanges=named)
    found = sorted((p.found.split()[10].rstrip(","), p.field) for p in check(network, report))
    wanted = [(a, b) for a, b in combinations(named, 2) if overlap(named[a], named[b])]
    assert found == sorted(wanted)
