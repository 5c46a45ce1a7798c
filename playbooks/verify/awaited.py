"""Accesses that wait for their customer: of those the PE's side is looked at."""

from collections.abc import Iterable, Mapping

from nornir.core import Nornir

from egovnet.playbooks.core.progress import Silent
from egovnet.playbooks.core.run_on_devices import DeviceResults, run
from egovnet.playbooks.core.workspace import Workspace
from egovnet.playbooks.verify.control_plane import Check
from egovnet.playbooks.verify.customers import CustomerAccess, not_provisioned
from egovnet.tasks.against_intended import AgainstIntended, against_intended


def read_awaited(
    nornir: Nornir, workspace: Workspace, accesses: Iterable[CustomerAccess], up: frozenset[str]
) -> DeviceResults[AgainstIntended]:
    """What the routers in `up` run that have such accesses."""
    devices = workspace.devices
    arguments = {each.pe: {"device": devices[each.pe]} for each in accesses if each.pe in up}
    return run(nornir, "awaited", against_intended, arguments, Silent())


def pe_sides(
    workspace: Workspace,
    accesses: Iterable[CustomerAccess],
    read: Mapping[str, AgainstIntended],
) -> list[Check]:
    """A check for each access whose router was read."""
    devices = workspace.devices
    return [
        access.pe_side(not_provisioned(devices[access.pe], access, read[access.pe]))
        for access in accesses
        if access.pe in read
    ]
