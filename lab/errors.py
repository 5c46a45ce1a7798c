"""What can go wrong with the virtual network.

    LabError
    +-- TopologyError        the topology contradicts itself (every contradiction, one per line)
    +-- DeviceTextError      a device's text does not have the two parts a router boots from
    +-- ContainerlabFileError  a *.clab.yml that is not a topology of ours
    +-- ApplianceError       the guest's root file system cannot be fetched or built
    +-- ToolMissingError     a program of the host (QEMU, apt, containerlab) is not installed
    +-- LabBusyError         another process is bringing this lab up or down
    +-- LabDiffersError      a lab of another topology is running
    +-- LabNotRunningError   the verb needs a running lab
    +-- AddressInUseError    the lab's loopback addresses are taken, and no others are free
    +-- GuestError           the virtual machine died, or could not do what a lab needs
    +-- NodeError            a node does not answer, or cannot do it
    |   `-- UnknownNodeError the lab has no node of that name (2)

Every message says what happened, where, and what to do next.
"""

from pathlib import Path

from egovnet.inventory.errors import EgovnetError

#: What to do about a lab of another topology.
END_OR_REPLACE = "end it with egovnet lab down, or replace it: egovnet lab up --reconfigure"


class LabError(EgovnetError):
    """Root of the lab's errors; ``what``, ``where``, ``next_step`` are kept for reports."""

    exit_code = 5

    def __init__(self, what: str, *, where: str = "", next_step: str = "") -> None:
        self.what = what
        self.where = where
        self.next_step = next_step
        message = f"{where}: {what}" if where else what
        super().__init__(f"{message}; {next_step}" if next_step else message)


class TopologyError(LabError):
    """The topology contradicts itself; ``what`` lists every contradiction, one per line."""


class DeviceTextError(LabError):
    """A device's text does not have an interfaces part and an FRR part."""


class ContainerlabFileError(LabError):
    """A containerlab file cannot be read back as a topology."""


class ApplianceError(LabError):
    """The guest's root file system could not be fetched or built."""


class ToolMissingError(LabError):
    """A program the backend calls is not installed on this machine."""


class LabBusyError(LabError):
    """Another process is bringing this lab up or down."""


class LabDiffersError(LabError):
    """A lab made from another topology is running."""


class LabNotRunningError(LabError):
    """The verb needs a running lab and there is none, in this directory."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            "no lab is running", where=str(directory), next_step="start one with: egovnet lab up"
        )


class AddressInUseError(LabError):
    """The loopback addresses that a lab needs are taken, and it could not move."""


class GuestError(LabError):
    """The virtual machine died, timed out, or lacks what the lab needs (VRF, MPLS)."""


class NodeError(LabError):
    """A node does not answer, or cannot do what it was asked for."""


class UnknownNodeError(NodeError):
    """A node does not exist in this lab."""

    exit_code = 2


def connections_not_possible(count: int, why: str) -> GuestError:
    """That a backend has no connections between its nodes, and which backends do."""
    return GuestError(
        f"{count} connections cannot be tried: {why}",
        where="lab connections",
        next_step="use the backend uml or microvm",
    )
