"""VPNs with the same prefixes: the proof calls everything a leak that joins two of them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.load import load
from egovnet.inventory.model import Exchange, Network, Site
from egovnet.inventory.overlapping_plans import Plans
from egovnet.inventory.with_access_classes import with_access_classes
from egovnet.inventory.with_platform import with_platform
from egovnet.isolation.model.finding_class import Severity
from tests.extranet_network import extranet_network
from tests.isolation.mutants.all_mutants import operators
from tests.isolation.mutants.ground import Ground, VrfPlace
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.mutant import Mutant
from tests.isolation.mutants.outcome import outcome, said
from tests.isolation.mutants.reference import PLATFORM_DAY
from tests.platform_network import platform_network

#: VPNs of the network with the same prefixes.
PAIR = {"health", "customs"}
#: Modules of operators: what each of them does is a way by which two VRFs meet.
_WAYS = ("targets", "imports", "statics", "interfaces", "tables_by_number", "export_conditions")


class Overlapping(Ground):
    """The same network, in which operators join VPNs whose plans overlap, and no others."""

    def others(self, place: VrfPlace, *, local: bool | None = None) -> list[VrfPlace]:
        found = super().others(place, local=local)
        return [other for other in found if {place.vpn, other.vpn} == PAIR]


@cache
def ground() -> Ground:
    with TemporaryDirectory() as directory:
        written = load(extranet_network(Path(directory) / "network", platform_network))
    network = with_platform(with_access_classes(written), PLATFORM_DAY)
    return Overlapping(network, allocate(network))


def _first_of_each() -> Iterator[Mutant]:
    for one in operators():
        if one.__name__.split(".")[0] in _WAYS:
            for mutant in one(ground()):
                about = {vrf.removeprefix("e-") for _, vrf in mutant.where}
                if mutant.verdict == "leak" and about <= PAIR:
                    yield mutant
                    break


MUTANTS = tuple(_first_of_each())


def _judged(network: Network) -> list[tuple[str, set[str]]]:
    """Leaks between the two, where routers are made from `network` and were not to be."""
    base = ground()
    texts = Ground(network, allocate(network, base.allocation.lock)).texts
    verdict = judge(texts, base.network, base.allocation)
    assert not verdict.proved
    return [
        (f.klass, {end.vpn for end in (f.source, f.target) if end is not None})
        for f in verdict.findings
        if f.severity is Severity.LEAK
    ]


def test_the_plans_overlap_and_the_network_is_proved() -> None:
    base = ground()
    assert Plans(base.network).overlap("health", "customs")
    assert Plans(base.network).overlap("customs", "party")
    verdict = judge(base.texts, base.network, base.allocation)
    assert verdict.proved, said(verdict)
    assert not verdict.findings, said(verdict)


def test_every_way_is_tried() -> None:
    assert {one.operator.split(".")[0] for one in MUTANTS} == set(_WAYS)
    tried = {one.operator for one in MUTANTS}
    assert tried >= {
        "targets.import_of_another",
        "interfaces.in_the_wrong_vrf",
        "interfaces.veth_between",
        "statics.through_another_vrf",
    }


@pytest.mark.parametrize("mutant", [pytest.param(one, id=one.name) for one in MUTANTS])
def test_what_joins_them_is_a_leak(mutant: Mutant) -> None:
    one = outcome(mutant, ground().network, ground().allocation)
    assert one.good, (mutant.why, one.fate, one.said)


def test_a_site_of_both_is_a_leak() -> None:
    """As if the checks had let a campus join both."""
    network = ground().network
    access = network.sites["health-sichuan"].site_network_accesses["main"]
    both = network.sites["customs-sichuan"].model_copy(
        update={"site_network_accesses": {"main": access.model_copy(update={"vlan": None})}}
    )
    moved = {**network.sites, "health-sichuan": both}
    found = _judged(network.model_copy(update={"sites": moved}))
    assert any(vpns == PAIR for _, vpns in found), found


def test_an_exchange_of_both_is_a_leak() -> None:
    """As if the register had let two departments meet at the platform."""
    network = ground().network
    ends = {
        key: {"agency": vpn, "vpn": vpn, "prefixes": [prefix]}
        for key, vpn, prefix in (
            ("from", "health", "10.0.5.0/24"),
            ("to", "customs", "10.0.6.0/24"),
        )
    }
    exchange = Exchange.model_validate(
        {
            **ends,
            "protocol": "tcp",
            "ports": [443],
            "level": 2,
            "owner": "health",
            "approved-by": "Li Na",
            "approved-on": "2026-03-02",
            "reason": "none",
            "valid-from": "2026-04-01",
            "valid-until": "2099-03-31",
        }
    )
    written: dict[str, Site] = {
        name: site for name, site in network.sites.items() if name in network.written_sites
    }
    exchanges = {**network.exchanges, "files": exchange}
    changed = network.model_copy(update={"sites": written, "exchanges": exchanges})
    found = _judged(with_platform(changed, PLATFORM_DAY))
    assert any(vpns == PAIR for _, vpns in found), found
