"""`validate`: schema, cross references, registers and numbers of an inventory; writes nothing."""

from egovnet.inventory.register import read_registers
from egovnet.playbooks.core.workspace import Context
from egovnet.playbooks.results.outcome import Outcome


def validate(context: Context) -> Outcome:
    """Read and number the inventory.

    Raises:
        InventoryError: with every problem of the first stage that has any.
    """
    network = context.network
    _ = context.allocation
    read_registers(context.directory, network)
    return Outcome(
        "validate",
        {
            "valid": True,
            "inventory": str(context.directory),
            "network": network.backbone.name,
            "counts": {
                "routers": len(network.routers),
                "circuits": len(network.circuits),
                "agencies": len(network.agencies),
                "vpns": len(network.vpns),
                "sites": len(network.sites),
                "accesses": sum(len(s.site_network_accesses) for s in network.sites.values()),
            },
            "problems": [],
        },
    )
