"""For how long each class of change interrupts, on the lab's routers, by echoes 50 times a second.

Run by `make bench` (this file's name keeps it out of the default run). Each case is pushed as a
change is, while hosts behind the customers' routers send to each other; what is measured is the
longest time in which none of a pair's requests was answered. The figures of `docs/interruptions.md`
and of the platform's `interruption_seconds` are from here.
"""

import re
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from egovnet.templates.model.interruption import class_of
from tests.bench.echo_field import Field, Texts, echo_field

pytestmark = pytest.mark.lab
pytest_plugins = ["tests.playbooks.conftest"]
__all__ = ["echo_field"]


def _lines(text: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert re.search(old, text), f"no {old!r}: correct the case"
        text = re.sub(old, new, text)
    return text


def _on(device: str, *edits: tuple[str, str]) -> Callable[[Texts], Texts]:
    return lambda texts: {device: _lines(texts[device], *edits)}


def _everywhere(*edits: tuple[str, str]) -> Callable[[Texts], Texts]:
    def change(texts: Texts) -> Texts:
        changed = dict(texts)
        for old, new in edits:
            changed = {name: re.sub(old, new, text) for name, text in changed.items()}
        return {name: text for name, text in changed.items() if text != texts[name]}

    return change


def _loopback(old: str, new: str) -> Callable[[Texts], Texts]:
    """A router's loopback and all that is made of it, and its peers' sessions with it."""

    def dotted(address: str) -> str:
        digits = "".join(f"{int(octet):03d}" for octet in address.split("."))
        return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"

    return _everywhere(
        (rf"(?<![\d.]){re.escape(old)}(?!\d)", new), (re.escape(dotted(old)), dotted(new))
    )


def _without_ports(*places: tuple[str, str]) -> Callable[[Texts], Texts]:
    """The ports' own lines gone, as of a circuit that the inventory has no more."""

    def change(texts: Texts) -> Texts:
        return {
            device: _lines(
                texts[device],
                (rf"auto {port}\niface {port}\n(    .*\n)+\n", ""),
                (rf"\ninterface {port}\n( .*\n)+exit\n!", ""),
                (rf"  !\n  interface {port}\n  exit\n", ""),
            )
            for device, port in places
        }

    return change


#: Class, and what it is on, -> what is changed; it heals by itself, with the customers as they are.
CASES: dict[str, Callable[[Texts], Texts]] = {
    "none": lambda texts: {
        "bj-pe1": _lines(texts["bj-pe1"], ("description bj-p1", "description x"))
    },
    "vrf-table": _on("sc-pe1", ("vrf-table 1003", "vrf-table 1077"), (":1003", ":1077")),
    "vrf-routing": _on("sc-pe1", ("label vpn export auto", "label vpn export 9000")),
    "route-distinguisher": _on("sc-pe1", (r"(rd vpn export \S+):1003", r"\1:1077")),
    "route-targets": _everywhere(("65000:1006", "65000:1900")),
    "port": _on("sc-pe1", (r"(iface eth3\.\d+\n    alias .*\n    address \S+)/30", r"\1/29")),
    "session": _on(
        "sh-pe1", (r"( neighbor 10\.200\.\S+) timers connect 5", r"\1 passive\n\1 timers connect 5")
    ),
    "static-route": _on("sc-pe1", (r"( ip route 10\.1\.12\.0/24 \S+)\n", r"\1 5\n")),
    "router-id": _on("sc-pe1", ("bgp router-id 10.255.0.6", "bgp router-id 10.255.9.6")),
    "loopback": _loopback("10.255.0.6", "10.255.9.6"),
    "igp-identity": _on("sc-pe1", ("0102.5500.0006", "0102.5500.9006")),
    "label-distribution": _on(
        "sc-pe1", (r"(mpls ldp\n) router-id \S+", r"\1 router-id 10.254.0.14")
    ),
    "reflector": _on(
        "sc-pe1", (r"( neighbor \S+) update-source lo\n", r"\1 passive\n\1 update-source lo\n")
    ),
    "reflector-redundancy": _on(
        "sc-pe1",
        (
            r"( neighbor (10.255.0.2|fde9:ff::2)) update-source lo\n",
            r"\1 passive\n\1 update-source lo\n",
        ),
    ),
    "loopback of a reflector": _loopback("10.255.0.2", "10.255.9.2"),
    "circuit": _everywhere((r"10\.254\.0\.(12|13)/31", r"10.254.9.\1/31")),
    "circuit-gone": _without_ports(("gz-pe1", "eth1"), ("gd-pe1", "eth3")),
}  # fmt: skip -- a table


@pytest.mark.parametrize("klass", CASES)
def test_for_how_long(field: Field, klass: str, benchmark: BenchmarkFixture) -> None:
    if klass != "none":
        class_of(klass.split(" ", maxsplit=1)[0])
    after = CASES[klass](field.texts)
    there = field.gaps(lambda: field.push(after))
    back = field.gaps(lambda: field.push({name: field.texts[name] for name in after}))
    worst = {name: max(there[name]["gap"], back[name]["gap"]) for name in there}
    benchmark.extra_info["gaps"] = worst
    benchmark.pedantic(lambda: None, rounds=1)
    print(klass, max(worst.values()), there, back)
    assert all(flow["answered"] > 0 for flow in (*there.values(), *back.values()))
