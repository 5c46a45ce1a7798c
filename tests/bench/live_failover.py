"""For how long a failure interrupts that no port sees, on the lab's routers: 100 echoes a second.

Run by `make bench` (this file's name keeps it out of the default run). Ports stay up: what fails
drops every packet behind them, as a switch or a carrier between two routers does. What is measured
is the longest time in which none of a pair's requests was answered, in either family, by the table
of `docs/interruptions.md`. With BFD it is to be a second at most on a machine that does nothing
else; the load is recorded beside it.
"""

import os
import time
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.lab.generate import ce_name
from tests.bench.echo_field import Field, echo_field

pytestmark = pytest.mark.lab
pytest_plugins = ["tests.playbooks.conftest"]
__all__ = ["echo_field"]
_EVERY = 0.01
#: Longer than that would be a hold time's end, and not BFD.
_WITHOUT_BFD = 9.0
#: (node, port) pairs whose packets vanish.
Places = tuple[tuple[str, str], ...]


def _vanish(field: Field, places: Places) -> None:
    """All at one moment, as far as a lab can."""
    for node, port in places:
        field.exec(node, f"tc qdisc replace dev {port} root netem loss 100%")


def _heal(field: Field, places: Places) -> None:
    for node, port in places:
        field.exec(node, f"tc qdisc del dev {port} root")


def _circuit(field: Field, name: str) -> Places:
    circuit = field.workspace.network.circuits[name]
    return tuple((end.router, end.port) for end in (circuit.a, circuit.b))


def _router(field: Field, name: str) -> Places:
    """Every end of its circuits: its own first, so that it is silent at once."""
    ends = [_circuit(field, each) for each in field.workspace.network.circuits]
    own = [pair for pair in ends if name in (pair[0][0], pair[1][0])]
    return tuple(sorted({end for pair in own for end in pair}, key=lambda end: end[0] != name))


def _access(field: Field, site: str, access: str) -> Places:
    """Between the switch before the PE's port and the customer's router, both ways."""
    sites = field.workspace.network.sites
    entry = sites[site].site_network_accesses[access]
    switch = f"{entry.pe}-{entry.port}-switch"
    ends = [
        name
        for name, each in sites.items()
        for one in each.site_network_accesses.values()
        if (one.pe, one.port) == (entry.pe, entry.port)
    ]
    index = list(sites[site].site_network_accesses).index(access)
    # the switch's first port is the PE's
    return (switch, f"eth{2 + ends.index(site)}"), (ce_name(site), f"eth{index + 1}")


#: What fails -> (what has failed half a minute before, what fails while it is measured).
CASES: dict[str, tuple[Callable[[Field], Places], Callable[[Field], Places]]] = {
    "circuit": (lambda _: (), lambda f: _circuit(f, "gz-pe1--gd-pe1")),
    "router": (lambda _: (), lambda f: _router(f, "bj-p2")),
    "main access": (lambda _: (), lambda f: _access(f, "gov-guangdong", "main")),
    # what the dead reflector said last must not count any more
    "main access after a reflector": (
        lambda f: _router(f, "bj-p1"),
        lambda f: _access(f, "gov-guangdong", "main"),
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_for_how_long(field: Field, what: str, benchmark: BenchmarkFixture) -> None:
    before, now = (places(field) for places in CASES[what])
    _vanish(field, before)
    time.sleep(30 if before else 0)
    try:
        flows = field.gaps(lambda: _vanish(field, now), every=_EVERY, after=12)
    finally:
        _heal(field, (*now, *before))
    worst = {name: flow["gap"] for name, flow in flows.items()}
    benchmark.extra_info["gaps"] = worst
    benchmark.extra_info["load"] = os.getloadavg()
    benchmark.pedantic(lambda: None, rounds=1)
    print(what, max(worst.values()), "load", os.getloadavg()[0], worst)
    assert all(flow["answered"] > 0 for flow in flows.values())
    assert max(worst.values()) < _WITHOUT_BFD
    time.sleep(20)
