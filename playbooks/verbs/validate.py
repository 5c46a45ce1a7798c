"""`validate`: schema, cross references, registers and numbers of an inventory; writes nothing."""

from egovnet.inventory.registers import read_registers
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.inventory_counts import Counts, ValidInventory
from egovnet.playbooks.results.outcome import Outcome


def validate(workspace: Workspace) -> Outcome[ValidInventory]:
    """Read and number the inventory.

    Raises:
        InventoryError: with every problem of the first stage that has any.
    """
    network = workspace.network
    _ = workspace.allocation
    read_registers(workspace.directory, network)
    counts = Counts(
        routers=len(network.routers),
        circuits=len(network.circuits),
        agencies=len(network.agencies),
        vpns=len(network.vpns),
        sites=len(network.sites),
        accesses=sum(len(s.site_network_accesses) for s in network.sites.values()),
    )
    valid = ValidInventory(str(workspace.directory), network.backbone.name, counts)
    return Outcome("validate", valid)
