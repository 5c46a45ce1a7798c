"""Facts as an honest reader of another platform gives them: units on ports, `lo0.0`, no numbered
tables, VRFs whose look-ups end there. Nothing in the proof knows which platform it was.
"""

import re
from dataclasses import replace

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.allocation.lock_file import read_lock
from egovnet.inventory.load import load
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.finding_class import Severity
from egovnet.isolation.prove import prove
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.intend.device_facts import intended_facts
from egovnet.templates.model.facts import DeviceFacts, InterfaceFacts, VrfFacts
from tests.inventories import BACKBONE
from tests.isolation.facts_of import rt
from tests.isolation.networks import Facts, edit_family, edit_interface, edit_vrf


def _port(name: str) -> str:
    """eth3 -> ge-0/0/3; the management port -> fxp0."""
    return "fxp0" if name == "eth0" else re.sub(r"eth(\d+)", r"ge-0/0/\1", name)


def _unit(interface: InterfaceFacts) -> InterfaceFacts:
    """Addresses and protocols are on units of ports: unit 0, or the VLAN's."""
    if interface.loopback:
        return replace(interface, name="lo0.0", parent="lo0")
    parent = _port(interface.parent or interface.name)
    return replace(interface, name=f"{parent}.{interface.vlan or 0}", parent=parent)


def _translated(facts: DeviceFacts, bare_ports: set[str]) -> DeviceFacts:
    """`bare_ports` carry VLANs: what has no tag is discarded there, so they are no interfaces."""
    units = [_unit(i) for i in facts.interfaces.values() if i.name not in bare_ports]
    vrfs = {i.vrf for i in units if i.vrf is not None}
    return replace(
        facts,
        platform="toy",
        interfaces={unit.name: unit for unit in units},
        vrfs={name: VrfFacts(name, isolated=True) for name in facts.vrfs if name in vrfs},
    )


def network() -> tuple[Facts, Expectation]:
    inventory = load(BACKBONE)
    allocation = allocate(inventory, read_lock(BACKBONE))
    expectation = from_inventory(inventory, allocation)
    attachments = {
        device: {
            (_port(port), vlan): replace(attachment, port=_port(port))
            for (port, vlan), attachment in places.items()
        }
        for device, places in expectation.attachments.items()
    }
    facts = {
        name: _translated(
            intended_facts(device), set(device.untagged.ports if device.untagged else ())
        )
        for name, device in intend(inventory, allocation).items()
    }
    return facts, replace(expectation, attachments=attachments)


def test_as_intended_it_proves_without_a_word() -> None:
    facts, expectation = network()
    names = {name for device in facts.values() for name in device.interfaces}
    assert {"lo0.0", "fxp0.0", "ge-0/0/3.102"} <= names
    assert not any(name.startswith(("eth", "lo.")) or name == "lo" for name in names)
    verdict = prove(facts, expectation)
    assert verdict.findings == ()
    assert verdict.proved
    assert ("party", "party") in verdict.found


def test_a_loopback_by_any_name_is_held_to_its_router() -> None:
    facts, expectation = network()
    addresses = facts["bj-pe1"].interfaces["lo0.0"].addresses
    edit_interface(facts, "sc-pe1", "lo0.0", addresses=addresses)
    found = {(f.klass, f.device) for f in prove(facts, expectation).findings}
    assert found == {("P9 shared-loopback", "sc-pe1")}


def test_a_vrf_that_is_not_isolated_there_is_open() -> None:
    facts, expectation = network()
    edit_vrf(facts, "bj-pe1", "i-party", isolated=False)
    assert {f.klass for f in prove(facts, expectation).findings} == {"P3 open-vrf"}


def test_leaks_are_found_as_on_any_other() -> None:
    facts, expectation = network()
    edit_family(facts, "bj-pe1", "i-party", import_targets=lambda old: old | {rt("65000:2001")})
    edit_interface(facts, "bj-pe1", "ge-0/0/3.102", mpls=True)
    findings = prove(facts, expectation).findings
    leaks = {f.klass for f in findings if f.severity is Severity.LEAK}
    assert leaks == {"P1 zone-leak", "P4 mpls-at-customer"}
