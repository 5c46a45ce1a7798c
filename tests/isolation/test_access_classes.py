"""Access classes in the proof: each access has what its class yields, and nothing beside it."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import AccessClass
from egovnet.templates.intend.read_inventory import read_inventory
from tests.extranet_network import extranet_network
from tests.isolation.mutants.ground import FAMILIES, Ground, ip
from tests.isolation.mutants.judge import judge
from tests.isolation.mutants.outcome import said
from tests.playbooks.console import edit

#: VRFs of sites that have an Internet line of their own, by access.
OWN_EXITS = (
    ("health-beijing/main", "e-health"),
    ("health-beijing-public/main", "e-public"),
    ("public-guangzhou/main", "e-public"),
)


@cache
def ground(*changes: tuple[str, str]) -> Ground:
    with TemporaryDirectory() as directory:
        root = extranet_network(Path(directory) / "network")
        for old, new in changes:
            edit(root / "sites" / "extranet.yaml", old, new)
        network = read_inventory(root)[0]
    # numbers are those of the network without changes, as the lock file keeps them
    lock = ground().allocation.lock if changes else None
    return Ground(network, allocate(network, lock))


def test_the_network_of_all_classes_is_proved() -> None:
    base = ground()
    verdict = judge(base.texts, base.network, base.allocation)
    assert verdict.proved, said(verdict)
    assert not verdict.findings, said(verdict)
    parts = {name for name, vpn in base.network.vpns.items() if vpn.part is not None}
    met = {pair for pair in verdict.found if parts & set(pair) and len(set(pair)) > 1}
    assert {frozenset(pair) for pair in met} == {frozenset(("internet", "Internet"))}


@pytest.mark.parametrize(("label", "vrf"), OWN_EXITS)
@pytest.mark.parametrize("family", FAMILIES)
def test_an_own_exit_announces_no_default(label: str, vrf: str, family: str) -> None:
    base = ground()
    (place, access) = next(
        (place, each) for place in base.places for each in place.accesses if each.label == label
    )
    assert place.vrf == vrf
    text = base.edit(place)
    everything = "0.0.0.0/0" if family == "ipv4" else "::/0"
    text.new_lines(f"{ip(family)} prefix-list {access.policy} seq 900 permit {everything}")
    verdict = judge({**base.texts, place.host: str(text)}, base.network, base.allocation)
    assert not verdict.proved
    classes = {f.klass for f in verdict.findings if (f.device, f.vrf) == (place.host, vrf)}
    assert {"P5 filter-too-wide", "P7 default-route"} <= classes


@pytest.mark.parametrize(
    ("own", "more"),
    [
        (AccessClass.E, ("access-class: E\n      internet-line: China Telecom, 200 Mbit/s",
                         "access-class: D")),
        (AccessClass.F, ("    doctors: {vpn: health", "    doctors: {vpn: health")),
    ],
)  # fmt: skip
def test_more_than_the_class_yields_is_found(own: AccessClass, more: tuple[str, str]) -> None:
    """Routers of a network with another class, held to the one that is written."""
    base = ground()
    if own is AccessClass.E:
        other = ground(more)
    else:
        other = ground(
            (more[0], "    shared: {vpn: internet, prefixes: [10.2.42.0/24]}\n" + more[1])
        )
    verdict = judge(other.texts, base.network, base.allocation)
    assert not verdict.proved
    assert {f.vrf for f in verdict.findings} & {"e-internet"}, said(verdict)
    less = judge(base.texts, other.network, other.allocation)
    # what is missing is no leak: the matrix of packets tells it. A gateway that does not know whose
    # the new prefixes are takes them in from the Internet.
    denying = {f.klass for f in less.findings if f.denies}
    assert denying == {"P9 shared-connections"}, said(less)
