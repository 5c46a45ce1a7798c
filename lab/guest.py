"""What a backend that runs guests is to boot."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address

from egovnet.lab.access import Access
from egovnet.lab.addresses import Address, Addresses
from egovnet.lab.appliance import Appliance
from egovnet.lab.machines import Machine
from egovnet.lab.topology import Topology

_BASE_MB = 640
_ROUTER_MB = 56
_EDGE_MB = 24


@dataclass(frozen=True)
class Guest:
    """What is to be booted."""

    topology: Topology
    appliance: Appliance
    access: Access
    addresses: Addresses
    marker: str
    """An argument for the command line of every process."""
    machines: tuple[Machine, ...]
    """What runs where; one machine, unless the backend spreads a lab."""

    def forwards(self, number: int) -> tuple[tuple[Address, IPv4Address], ...]:
        """Addresses of this host, each with the address whose port 22 it reaches in a machine."""
        machine = self.machines[number]
        found = [(self.addresses.controls[number], machine.control)]
        for node in machine.topology.routers():
            if node.management is not None and node.name in self.addresses.routers:
                found.append((self.addresses.routers[node.name], node.management))
        return tuple(found)


def console_name(number: int) -> str:
    """Where the machine of this number, from 0, writes its console."""
    return "console.log" if number == 0 else f"console-{number + 1}.log"


def memory_needed(topology: Topology) -> int:
    """Megabytes for the machine: the appliance, the routers' daemons and some room."""
    edges = sum(1 for node in topology.nodes if node.kind == "ce" and node.daemons)
    needed = _BASE_MB + _ROUTER_MB * len(topology.routers()) + _EDGE_MB * edges
    return max(1024, needed)
