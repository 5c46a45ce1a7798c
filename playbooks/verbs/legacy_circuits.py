"""`report circuits` and `circuit`: the register of legacy circuits as it is today."""

from datetime import date

from egovnet.inventory.model import Network
from egovnet.inventory.model.validity import ValidityState, days_left, state_on
from egovnet.inventory.registers import legacy_circuits
from egovnet.inventory.registers.legacy_circuits import LegacyCircuit, LegacyEnd
from egovnet.inventory.today import today
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.results.legacy_circuits import (
    LegacyCircuitReport,
    ListedCircuitEnd,
    ListedLegacyCircuit,
    ShownLegacyCircuit,
)
from egovnet.playbooks.results.outcome import Outcome
from egovnet.playbooks.verbs.register_entries import require_entry

#: What has to be done about first.
_ORDER = (ValidityState.EXPIRED, ValidityState.IN_FORCE, ValidityState.NOT_YET)


def report_legacy_circuits(
    workspace: Workspace, within: int | None = None
) -> Outcome[LegacyCircuitReport]:
    """Every legacy circuit, expired ones first, then by their last days; with `within`, those that
    ended or end within so many days.

    Raises:
        InventoryError: the inventory or the register is wrong.
    """
    network = workspace.network.numbered
    register = legacy_circuits.REGISTER.read(workspace.directory, network)
    day = network.day or today()
    listed = [_listed(network, name, one, day) for name, one in register.circuits.items()]
    chosen = (one for one in listed if within is None or _ends_within(one, within))
    ordered = sorted(chosen, key=lambda c: (_ORDER.index(c.state), c.valid_until, c.name))
    name = network.backbone.name
    report = LegacyCircuitReport(name, day, register.closed_on, tuple(ordered), within)
    return Outcome("legacy_circuit_report", report)


def show_legacy_circuit(workspace: Workspace, name: str) -> Outcome[ShownLegacyCircuit]:
    """One legacy circuit.

    Raises:
        UsageError: there is no such one.
        InventoryError: the inventory or the register is wrong.
    """
    network = workspace.network.numbered
    register = legacy_circuits.REGISTER.read(workspace.directory, network)
    require_entry("legacy circuit", name, register.circuits)
    day = network.day or today()
    listed = _listed(network, name, register.circuits[name], day)
    return Outcome("circuit_show", ShownLegacyCircuit(day, listed))


def _ends_within(circuit: ListedLegacyCircuit, days: int) -> bool:
    left = circuit.days_left
    return circuit.state is ValidityState.EXPIRED or (left is not None and left <= days)


def _listed(network: Network, name: str, circuit: LegacyCircuit, day: date) -> ListedLegacyCircuit:
    state = state_on(circuit, day)
    over = (day - circuit.valid_until).days if state is ValidityState.EXPIRED else None
    return ListedLegacyCircuit(
        name=name,
        description=circuit.description,
        state=state,
        days_left=days_left(circuit, day),
        days_over=over,
        owner=circuit.owner,
        a=_end(network, circuit.a),
        b=_end(network, circuit.b),
        capacity=circuit.capacity,
        laid_on=circuit.laid_on,
        approved_by=circuit.approved_by,
        approved_on=circuit.approved_on,
        reason=circuit.reason,
        valid_from=circuit.valid_from,
        valid_until=circuit.valid_until,
    )


def _end(network: Network, end: LegacyEnd) -> ListedCircuitEnd:
    region = ""
    if end.router is not None:
        region = network.routers[end.router].region
    elif end.site is not None:
        region = network.sites[end.site].region
    return ListedCircuitEnd(end.kind, end.router or end.site or end.place, end.port or "", region)
