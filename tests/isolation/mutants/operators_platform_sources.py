"""Firewalls that look packets up among connections of another agency than the one that sends."""

from collections.abc import Callable, Iterator

from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Expected, Mutant, make, operator
from tests.isolation.mutants.platform import FilterEdit, FirewallPlace, firewalls

KLASS = "sources at firewalls"


def _each(
    g: Ground, verdict: Expected, change: Callable[[FilterEdit, FirewallPlace], object], why: str
) -> Iterator[Mutant]:
    """The first firewall, changed."""
    for place in firewalls(g):
        edit = FilterEdit(g.texts[place.host])
        change(edit, place)
        yield make(g, verdict, {place.host: edit}, (place.host, ""), f"{place.host}: {why}", why)
        return


def _own(place: FirewallPlace, number: int = 0) -> str:
    return f"entry-{place.vlans[number].interface}"


@operator(KLASS)
def any_source(g: Ground) -> Iterator[Mutant]:
    """A VLAN brings in whatever it likes, or all of them do."""
    yield from _each(
        g, "risk", lambda e, p: e.remove(e.chain(_own(p)), r"\tdrop"), "no last drop of sources"
    )
    yield from _each(
        g, "risk", lambda e, _: e.remove(e.chain("entry"), "vmap"), "nobody asks for sources"
    )
    yield from _each(
        g,
        "risk",
        lambda e, _: e.sub(e.chain("entry"), "priority raw", "priority filter"),
        "sources that are asked for too late",
    )


@operator(KLASS)
def sources_of_another(g: Ground) -> Iterator[Mutant]:
    """A VLAN brings in another agency's prefix."""
    for family in ("ipv4", "ipv6"):
        word = "ip" if family == "ipv4" else "ip6"
        yield from _each(
            g,
            "risk",
            lambda e, p, f=family, w=word: e.add(  # type: ignore[misc] # of lambdas in a loop
                e.chain(_own(p)), f"{w} saddr {p.vlans[1].net(f)} accept", first=True
            ),
            f"another's prefix of {family}",
        )


@operator("equivalents")
def sources_in_another_order(g: Ground) -> Iterator[Mutant]:
    """The accepts of a VLAN's sources the other way round; and a source of nobody's as well."""

    def turned(edit: FilterEdit, place: FirewallPlace) -> None:
        start, end = edit.chain(_own(place))
        edit.lines[start : end - 1] = edit.lines[start : end - 1][::-1]

    yield from _each(g, "equivalent", turned, "sources in another order")
    yield from _each(
        g,
        "equivalent",
        lambda e, p: e.add(e.chain(_own(p)), "ip saddr 198.51.100.0/24 accept", first=True),
        "sources of nobody",
    )
