"""`validate`: everything wrong with an inventory at once, and what is probably not intended.

It reads the files, registers, references, policy and numbers, and writes nothing.
"""

from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model import PartSite
from egovnet.inventory.registers import read_registers, register_warnings
from egovnet.inventory.warnings import warnings_of
from egovnet.playbooks.change.approval.policies import policy_problems
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.inventory_counts import Counts, ValidInventory
from egovnet.playbooks.results.outcome import Outcome


def validate(workspace: Workspace) -> Outcome[ValidInventory]:
    """Read and number the inventory.

    Raises:
        InventoryError: with every problem that can be judged. Numbers are allocated where nothing
            else is wrong.
    """
    inventory = workspace.on_disk
    problems: list[Problem] = list(inventory.problems)
    try:
        read_registers(workspace.directory, inventory.examined.network)
    except InventoryError as error:
        problems += error.problems
    problems += policy_problems(workspace)
    if problems:
        raise InventoryError(problems)
    network, allocation = inventory.network, inventory.allocation
    written = network.numbered.written_sites
    sites = {n: site for n, site in written.items() if not isinstance(site, PartSite)}
    counts = Counts(
        routers=len(network.routers),
        circuits=len(network.circuits),
        agencies=len(network.agencies),
        vpns=len(network.vpns),
        sites=len(sites),
        accesses=sum(len(site.site_network_accesses) for site in sites.values()),
        exchanges=len(network.exchanges),
        applications=len(network.applications),
    )
    of_sections = warnings_of(network, allocation, inventory.examined.report)
    of_registers = register_warnings(workspace.directory, network)
    warnings = tuple(sorted((*of_sections, *of_registers)))
    valid = ValidInventory(str(workspace.directory), network.backbone.name, counts, warnings)
    return Outcome("validate", valid, warnings=tuple(map(str, warnings)))
