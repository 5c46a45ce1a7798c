"""Legacy circuits in force, which others configure: what plans keep, and what proofs expect."""

from collections.abc import Mapping
from datetime import date

from egovnet.inventory.registers import legacy_circuits
from egovnet.inventory.registers.legacy_circuits import LegacyCircuits
from egovnet.inventory.today import today
from egovnet.isolation.model.expectation import Expectation, from_inventory
from egovnet.isolation.model.from_legacy_circuits import with_legacy_circuits
from egovnet.playbooks.core.workspace import Workspace


def registered_lines(workspace: Workspace) -> tuple[LegacyCircuits, date]:
    """The register of the workspace's directory, and the day that it is read for.

    Raises:
        InventoryError: with every problem of the register.
    """
    network = workspace.network
    return legacy_circuits.REGISTER.read(workspace.directory, network), network.day or today()


def approved_ports(workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
    """Router -> its ports with a legacy circuit in force: no plan takes their lines away."""
    register, day = registered_lines(workspace)
    found: dict[str, tuple[str, ...]] = {}
    for circuit in register.circuits.values():
        for router, port in circuit.ports if circuit.in_force(day) else ():
            found[router] = (*found.get(router, ()), port)
    return found


def expectation_of(workspace: Workspace) -> Expectation:
    """What the inventory says, and the legacy circuits that are in force."""
    register, day = registered_lines(workspace)
    expectation = from_inventory(workspace.network, workspace.allocation)
    return with_legacy_circuits(expectation, register.circuits, day)
