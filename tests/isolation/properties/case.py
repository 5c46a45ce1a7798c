"""How leaks happen (field notes): a case changes the reference network and says what must be found.

Cases stand in `cases/`, a file a property; `all_cases` lists the folder.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from ipaddress import IPv4Network
from pathlib import Path

from egovnet.isolation.model.expectation import Expectation
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.model.from_vrf_names import Zones, from_zones
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.isolation.push import prove_push
from egovnet.templates.model.facts import StaticFacts
from tests.isolation.facts_of import rt
from tests.isolation.networks import (
    Facts,
    edit_device,
    edit_family,
    edit_interface,
    edit_vrf,
    reference,
)

PUBLIC, TAX, PARTY, GOVERNMENT = (
    rt("65000:2001"),
    rt("65000:2002"),
    rt("65000:1006"),
    rt("65000:1005"),
)
HUB, SPOKE = rt("65000:1002"), rt("65000:1003")
DEFAULT = IPv4Network("0.0.0.0/0")
LEAK, RISK, HYGIENE = Severity.LEAK, Severity.RISK, Severity.HYGIENE


def by_names() -> Expectation:
    """Zones and agencies of the reference network by the names of its VRFs alone."""
    zones = {
        "intranet": {"vrfs": ["i-*"], "agencies": {"party": ["i-party"]}},
        "extranet": {"vrfs": ["e-*"]},
    }
    return from_zones(Zones.model_validate({"zones": zones}))


def _as_it_is(expectation: Expectation) -> Expectation:
    return expectation


@dataclass(frozen=True)
class Case:
    """A change to the reference network, and what must be said of it."""

    name: str
    change: Callable[[Facts], object]
    klass: str
    device: str
    severity: Severity = LEAK
    #: What the path must name, in order.
    path: tuple[str, ...] = ()
    #: What is expected in place of what the inventory says.
    expect: Callable[[Expectation], Expectation] = _as_it_is
    #: It is found on the way from the reference network to the change.
    push: bool = False

    def verdict(self) -> Verdict:
        """The verdict over the changed network."""
        facts, expectation = reference()
        self.change(facts)
        if self.push:
            return prove_push(reference()[0], facts, self.expect(expectation))
        return prove(facts, self.expect(expectation))


def all_cases() -> Iterator[Case]:
    """The cases of all properties."""
    for file in sorted((Path(__file__).parent / "cases").glob("*.py")):
        module = import_module(f"tests.isolation.properties.cases.{file.stem}")
        yield from module.CASES


def importing(device: str, vrf: str, *targets: bytes) -> Callable[[Facts], None]:
    return lambda f: edit_family(f, device, vrf, import_targets=lambda old: old | set(targets))


def exporting(device: str, vrf: str, *targets: bytes) -> Callable[[Facts], None]:
    return lambda f: edit_family(f, device, vrf, export_targets=lambda old: old | set(targets))


def with_static(device: str, route: StaticFacts) -> Callable[[Facts], None]:
    return lambda f: edit_device(f, device, statics=(*f[device].statics, route))


def with_vrf(device: str, name: str, **changes: object) -> Callable[[Facts], None]:
    return lambda f: edit_vrf(f, device, name, **changes)


def moved(device: str, interface: str, vrf: str | None) -> Callable[[Facts], None]:
    return lambda f: edit_interface(f, device, interface, vrf=vrf)


def without_interface(device: str, name: str) -> Callable[[Facts], None]:
    def change(facts: Facts) -> None:
        interfaces = {n: i for n, i in facts[device].interfaces.items() if n != name}
        facts[device] = replace(facts[device], interfaces=interfaces)

    return change
