"""The reference network's facts, and ways to change them one thing at a time."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from egovnet.inventory.allocation.allocate import Lock, allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from egovnet.inventory.model import Network
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.finding import Finding
from egovnet.isolation.model.verdict import Verdict
from egovnet.isolation.prove import prove
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.model.facts import (
    BgpInstance,
    DeviceFacts,
    InterfaceFacts,
    NeighborFacts,
    VrfFamily,
)
from tests.inventories import BACKBONE
from tests.isolation.facts_of import facts_of

Facts = dict[str, DeviceFacts]
FAMILIES = ("ipv4", "ipv6")


def of_network(network: Network, lock: Lock | None = None) -> tuple[Facts, Expectation]:
    allocation = allocate(network, lock)
    devices = intend(network, allocation)
    facts = {name: facts_of(device) for name, device in devices.items()}
    return facts, from_inventory(network, allocation)


@cache
def _reference() -> tuple[Facts, Expectation]:
    directory = BACKBONE
    return of_network(load(directory), read_lock(directory))


def reference() -> tuple[Facts, Expectation]:
    facts, expectation = _reference()
    return dict(facts), expectation


def verdict_of(change: Callable[[Facts], None]) -> Verdict:
    """The verdict over the reference network with one change."""
    facts, expectation = reference()
    change(facts)
    return prove(facts, expectation)


def of_class(verdict: Verdict, klass: str) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.klass == klass]


def text_of(finding: Finding) -> str:
    return " -> ".join(str(hop) for hop in finding.path)


def edit_device(facts: Facts, device: str, **changes: object) -> None:
    facts[device] = replace(facts[device], **changes)


def edit_family(
    facts: Facts, device: str, vrf: str, families: tuple[str, ...] = FAMILIES, **changes: object
) -> None:
    """Change address families of a VRF; a callable is given the old value."""

    def change(family: VrfFamily) -> VrfFamily:
        return replace(
            family,
            **{k: v(getattr(family, k)) if callable(v) else v for k, v in changes.items()},
        )

    def instance(old: BgpInstance) -> BgpInstance:
        return replace(
            old,
            families={
                name: change(family) if name in families else family
                for name, family in old.families.items()
            },
        )

    edit_bgp(facts, device, vrf, instance)


def edit_bgp(
    facts: Facts, device: str, vrf: str | None, change: Callable[[BgpInstance], BgpInstance]
) -> None:
    bgp = dict(facts[device].bgp)
    bgp[vrf] = change(bgp[vrf])
    edit_device(facts, device, bgp=bgp)


def edit_neighbors(
    facts: Facts, device: str, vrf: str | None, change: Callable[[NeighborFacts], NeighborFacts]
) -> None:
    edit_bgp(
        facts,
        device,
        vrf,
        lambda old: replace(old, neighbors={k: change(n) for k, n in old.neighbors.items()}),
    )


def edit_sessions(facts: Facts, device: str, vrf: str | None, **changes: object) -> None:
    """Change every activated family of every neighbour of a VRF."""

    def change(neighbor: NeighborFacts) -> NeighborFacts:
        return replace(
            neighbor,
            families={
                name: replace(
                    family,
                    **{k: v(getattr(family, k)) if callable(v) else v for k, v in changes.items()},
                )
                for name, family in neighbor.families.items()
            },
        )

    edit_neighbors(facts, device, vrf, change)


def edit_interface(facts: Facts, device: str, name: str, **changes: object) -> None:
    interfaces = dict(facts[device].interfaces)
    interfaces[name] = replace(interfaces[name], **changes)
    edit_device(facts, device, interfaces=interfaces)


def add_interface(facts: Facts, device: str, interface: InterfaceFacts) -> None:
    interfaces = facts[device].interfaces
    edit_device(facts, device, interfaces={**interfaces, interface.name: interface})


def interface_of(facts: Facts, device: str, vrf: str) -> str:
    """The first interface in a VRF."""
    return next(i.name for i in facts[device].interfaces.values() if i.vrf == vrf)


def edit_vrf(facts: Facts, device: str, name: str, **changes: object) -> None:
    """Change what a router's text says of a VRF."""
    vrfs = dict(facts[device].vrfs)
    vrfs[name] = replace(vrfs[name], **changes)
    edit_device(facts, device, vrfs=vrfs)
