"""The route that discards behind an aggregate: as the text says, or of nobody."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from tests.isolation.running.real_network import answers, intended, verdict_of, with_line

#: As `ip -N route` prints them; of IPv6 Linux says a way out, though there is none.
LINES = {
    "ipv4": ("10.1.0.0/16", "6 10.1.0.0/16 table {} proto 186 metric 20 "),
    "ipv6": (
        "fde9:1::/32",
        "6 fde9:1::/32 dev lo table {} proto 186 metric 20 pref medium",
    ),
}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
@pytest.mark.parametrize("said", [True, False])
def test_what_discards_is_an_aggregate_of_the_text(family: str, said: bool) -> None:
    prefix, line = LINES[family]
    text = intended("bj-pe1")
    instance, table = text.bgp["i-party"], text.vrfs["i-party"].table
    own = instance.families[family]  # type: ignore[index] # a family's name
    network = ip_network(prefix)
    if said:
        made = replace(own, networks={network: None}, aggregates=frozenset((network,)))
        families = {**instance.families, family: made}
        of_vrf = replace(instance, families=families)  # type: ignore[arg-type] # a family's name
        text = replace(text, bgp={**text.bgp, "i-party": of_vrf})
    states = answers()
    section = f"routes {family}"
    states["bj-pe1"] = with_line(states["bj-pe1"], section, line.format(table))
    found = {(one.klass, one.message) for one in verdict_of(states, text).findings}
    assert bool(found) is not said, found
