"""`validate`: everything wrong with an inventory at once, and what is probably not intended.

It reads the files, registers, references, policy and numbers, and writes nothing.
"""

from pathlib import Path

from egovnet.inventory.border_agreement import BorderSide, compare_borders
from egovnet.inventory.errors import InventoryError, Problem
from egovnet.inventory.model import PartSite
from egovnet.inventory.registers import read_registers, register_warnings
from egovnet.inventory.warnings import warnings_of
from egovnet.playbooks.change.approval.policies import policy_problems
from egovnet.playbooks.core.identity.expiry import ends_soon
from egovnet.playbooks.core.lost_lock import require_numbers
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.inventory_counts import ComparedBorders, Counts, ValidInventory
from egovnet.playbooks.results.outcome import Outcome


def validate(workspace: Workspace, neighbor: Path | None = None) -> Outcome[ValidInventory]:
    """Read and number the inventory; with a neighbour's, compare the borders of both.

    Raises:
        InventoryError: with every problem that can be judged. Numbers are allocated where nothing
            else is wrong, and borders are compared where nothing is in either inventory. Or the
            lock file was lost, so that all would be numbered anew.
    """
    beside = None if neighbor is None else workspace.beside(neighbor)
    problems = _problems(workspace)
    if beside is not None:
        problems += _problems(beside)
    if problems:
        raise InventoryError(problems)
    require_numbers(workspace)
    inventory = workspace.on_disk
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
        borders=len(network.borders),
    )
    of_sections = warnings_of(network, allocation, inventory.examined.report)
    of_registers = register_warnings(workspace.directory, network)
    warnings = tuple(sorted((*of_sections, *of_registers, *ends_soon(network))))
    met = None if beside is None else _compared(workspace, beside)
    valid = ValidInventory(str(workspace.directory), network.backbone.name, counts, warnings, met)
    return Outcome("validate", valid, warnings=warnings)


def _problems(workspace: Workspace) -> list[Problem]:
    inventory = workspace.on_disk
    problems = list(inventory.problems)
    try:
        read_registers(workspace.directory, inventory.examined.network)
    except InventoryError as error:
        problems += error.problems
    return [*problems, *policy_problems(workspace)]


def _compared(workspace: Workspace, beside: Workspace) -> ComparedBorders:
    """Both sides of the borders.

    Raises:
        InventoryError: with every disagreement.
    """
    ours, theirs = (
        BorderSide(one.on_disk.network, one.on_disk.allocation, one.on_disk.examined.report)
        for one in (workspace, beside)
    )
    compared = compare_borders(ours, theirs)
    if compared.problems:
        raise InventoryError(compared.problems)
    name = theirs.network.backbone.name
    return ComparedBorders(str(beside.directory), name, compared.borders, compared.vpns)
