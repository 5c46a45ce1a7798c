"""Filters of PEs at the accesses of an enforced VPN that let in more than is declared, or less."""

import re
from collections.abc import Callable, Iterator

from egovnet.inventory.model import Filtering
from tests.isolation.mutants.ground import Ground
from tests.isolation.mutants.mutant import Expected, Mutant, make, operator
from tests.isolation.mutants.platform import FilterEdit

KLASS = "filters of accesses"
_Change = Callable[[FilterEdit, str], object]


def _accesses(g: Ground) -> Iterator[tuple[str, str]]:
    """(PE, chain) of each access of an enforced VPN."""
    for place in g.places:
        if g.network.vpns[place.vpn].filtering is Filtering.ENFORCED:
            for access in place.accesses:
                yield place.host, f"arrival-{access.interface}"


def _each(
    g: Ground, verdict: Expected, change: _Change, why: str, detail: str = ""
) -> Iterator[Mutant]:
    for host, chain in _accesses(g):
        edit = FilterEdit(g.texts[host])
        change(edit, chain)
        if str(edit) != g.texts[host]:
            told = f"{chain} {detail}".strip()
            yield make(g, verdict, {host: edit}, (host, ""), f"{host}: {chain}: {why}", told)


def _replaced(pattern: str, text: str) -> _Change:
    """The first line of a chain in which a pattern is, changed."""

    def change(edit: FilterEdit, chain: str) -> None:
        for index in range(*edit.chain(chain)):
            new, hits = re.subn(pattern, text, edit.lines[index])
            if hits:
                edit.lines[index] = new
                return

    return change


@operator(KLASS)
def without_a_last_drop(g: Ground) -> Iterator[Mutant]:
    """The rule that drops everything else is gone, or accepts."""
    yield from _each(g, "risk", lambda e, c: e.remove(e.chain(c), r"\tdrop"), "no drop", "gone")
    yield from _each(g, "risk", _replaced(r"\tdrop\b", "\taccept"), "accepts", "accepts")


@operator(KLASS)
def everything_is_let_in(g: Ground) -> Iterator[Mutant]:
    """A rule at the top that accepts."""
    for name, text in {"all": "accept", "tcp": "meta l4proto tcp accept"}.items():
        yield from _each(
            g, "risk", lambda e, c, t=text: e.add(e.chain(c), t, first=True), text, name
        )


@operator(KLASS)
def nobody_asks_the_chain(g: Ground) -> Iterator[Mutant]:
    """The base chain does not lead to the access's rules."""

    def change(edit: FilterEdit, chain: str) -> None:
        at = edit.chain("arrival")
        edit.sub(at, rf'"[^"]+" : jump {re.escape(chain)}(, )?', "")
        edit.sub(at, r", }", " }") if edit.has(at, r", }") else None
        if edit.has(at, r"vmap \{ *\}"):
            edit.remove(at, r"vmap")

    yield from _each(g, "risk", change, "nobody asks it")


@operator(KLASS)
def answers_that_open(g: Ground) -> Iterator[Mutant]:
    """A rule of answers that does not ask for the direction."""
    pattern = r"ct direction reply ct state established "
    yield from _each(g, "risk", _replaced(pattern, ""), "answers open")


@operator(KLASS)
def any_port(g: Ground) -> Iterator[Mutant]:
    """A declared connection without its ports."""
    pattern = r"(tcp|udp) dport (?!179|3784)(\{[^}]*\}|\S+) ct"
    yield from _each(g, "risk", _replaced(pattern, r"meta l4proto \1 ct"), "any port")


@operator(KLASS)
def any_target(g: Ground) -> Iterator[Mutant]:
    """A declared connection to anybody."""
    pattern = r"ip6? daddr (\{[^}]*\}|\S+) ((?:tcp|udp) [sd]port (?!179|3784).* ct)"
    yield from _each(g, "risk", _replaced(pattern, r"\2"), "any target")


@operator(KLASS)
def any_source(g: Ground) -> Iterator[Mutant]:
    """A declared connection of anybody behind the access: of another site's addresses."""
    pattern = r"ip saddr (\{[^}]*\}|\S+) (ip daddr \S+ tcp dport (?!179).* ct)"
    yield from _each(g, "risk", _replaced(pattern, r"\2"), "any source")


@operator(KLASS)
def the_pe_is_spoken_to(g: Ground) -> Iterator[Mutant]:
    """More than BGP, BFD and echoes to the PE itself."""
    yield from _each(
        g, "risk", lambda e, c: e.add(e.chain(c), "tcp dport 22 accept", first=True), "a shell"
    )


@operator(KLASS)
def no_filter(g: Ground) -> Iterator[Mutant]:
    """The part of nftables is gone from a PE's text."""
    for host in dict.fromkeys(host for host, _ in _accesses(g)):
        edit = FilterEdit(g.texts[host]).without_filter()
        yield make(g, "risk", {host: edit}, (host, ""), f"{host}: no filter")


@operator(KLASS)
def an_unknown_word(g: Ground) -> Iterator[Mutant]:
    """A rule that no rendered text has."""
    for text in ("meta mark 0x00000001 accept", "ip saddr != 10.1.0.0/16 accept"):
        yield from _each(
            g, "risk", lambda e, c, t=text: e.add(e.chain(c), t, first=True), text, text[:2]
        )


@operator("equivalents")
def reordered_or_narrower(g: Ground) -> Iterator[Mutant]:
    """Accepts in another order; one of them gone; comments gone; a drop said twice."""

    def reordered(edit: FilterEdit, chain: str) -> None:
        start, end = edit.chain(chain)
        edit.lines[start : end - 1] = edit.lines[start : end - 1][::-1]

    def fewer(edit: FilterEdit, chain: str) -> None:
        del edit.lines[edit.chain(chain)[0]]

    def silent(edit: FilterEdit, chain: str) -> None:
        edit.sub(edit.chain(chain), r' comment "[^"]*"', "")

    changes: dict[str, _Change] = {
        "reordered": reordered,
        "fewer": fewer,
        "silent": silent,
        "twice": lambda e, c: e.add(e.chain(c), "drop"),
    }
    for name, change in changes.items():
        yield from _each(g, "equivalent", change, name, name)
