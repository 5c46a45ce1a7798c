"""Filters of the platform's firewalls that let through more errors of ICMP than they should."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Mutant, make, operator
from tests.isolation.mutants.platform import ERRORS, OPENS, FilterEdit, filter_edit, firewalls

KLASS = "errors through the platform"


def _each_rule(
    g: Ground,
    change: Callable[[FilterEdit, int], object],
    why: str,
    verdict: Literal["leak", "risk"] = "leak",
) -> Iterator[Mutant]:
    """The first rule of errors of each VLAN's chain, changed."""
    for place in firewalls(g):
        for vlan in place.vlans:
            for index in filter_edit(g, place).rules(vlan, ERRORS)[:1]:
                edit = filter_edit(g, place)
                change(edit, index)
                yield make(
                    g,
                    verdict,
                    {place.host: edit},
                    (place.host, ""),
                    f"{place.host}: {why}",
                    vlan.vpn,
                )


@operator(KLASS)
def between_third_agencies(g: Ground) -> Iterator[Mutant]:
    """Errors about connections of two agencies that have no exchange."""
    for place in firewalls(g):
        for one, other in place.pairs(g, exchanging=False):
            edit = filter_edit(g, place)
            edit.add(
                edit.forward(one),
                f'oifname "{other.interface}" ip daddr {other.net("ipv4")} '
                f"icmp type destination-unreachable {ERRORS} accept",
            )
            why = f"{place.host}: {one.vpn} to {other.vpn}"
            yield make(g, "leak", {place.host: edit}, (place.host, ""), why, one.vpn)


@operator(KLASS)
def about_nothing(g: Ground) -> Iterator[Mutant]:
    """Errors that are about no connection."""
    yield from _each_rule(g, lambda e, i: e.change(i, f" {ERRORS}", ""), "about no connection")


@operator(KLASS)
def to_anybody(g: Ground) -> Iterator[Mutant]:
    """Errors to addresses that have no part in an exchange."""

    def change(edit: FilterEdit, index: int) -> None:
        edit.lines[index] = re.sub(r"ip6? daddr (\{[^}]*\}|\S+) ", "", edit.lines[index])

    yield from _each_rule(g, change, "to any address")


@operator(KLASS)
def that_open(g: Ground) -> Iterator[Mutant]:
    """What may be sent as an error opens connections."""
    yield from _each_rule(g, lambda e, i: e.change(i, ERRORS, OPENS), "of what opens")


@operator(KLASS)
def that_redirect(g: Ground) -> Iterator[Mutant]:
    """Redirects among the errors: the kernel relates those to connections, too. Not understood."""

    def change(edit: FilterEdit, index: int) -> None:
        edit.lines[index] = re.sub(r"type \{ ", "type { redirect, ", edit.lines[index])

    yield from _each_rule(g, change, "redirects", "risk")
