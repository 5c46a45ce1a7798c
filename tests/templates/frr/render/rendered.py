"""Rendered text taken apart with small patterns of its own: nothing of templates/ is trusted."""

import re
from dataclasses import dataclass

from egovnet.inventory.allocation.allocate import allocate
from egovnet.inventory.model import Network
from egovnet.templates.intend.build_devices import intend
from egovnet.templates.registry import render

FILE_MARKS = ("# This file describes the network interfaces", "# ports.conf --", "frr version")


@dataclass(frozen=True)
class Text:
    """One router's text: its name, and the lines of the Linux and of the FRR part."""

    name: str
    linux: str
    frr: str

    def stanzas(self) -> dict[str, str]:
        """Interface -> body, of the Linux part."""
        found = re.findall(r"^iface (\S+).*\n((?:    .*\n)*)", self.linux, re.MULTILINE)
        return dict(found)

    def bound_to(self) -> dict[str, str]:
        """Interface -> VRF."""
        return {
            name: vrf.group(1)
            for name, body in self.stanzas().items()
            if (vrf := re.search(r"^    vrf (\S+)$", body, re.MULTILINE))
        }

    def tables(self) -> dict[str, int]:
        """VRF -> kernel table."""
        return {
            name: int(table.group(1))
            for name, body in self.stanzas().items()
            if (table := re.search(r"^    vrf-table (\d+)$", body, re.MULTILINE))
        }

    def bgp_instances(self) -> dict[str, str]:
        """VRF -> body of its BGP instance."""
        found = re.findall(
            r"^router bgp \d+ vrf (\S+)\n((?:[ !].*\n)*?)exit$", self.frr, re.MULTILINE
        )
        return dict(found)

    def targets(self, vrf: str, direction: str) -> set[str]:
        """Route targets that `vrf` imports or exports, of both families."""
        found = re.findall(
            rf"^  rt vpn (?:both|{direction}) (.+)$", self.bgp_instances()[vrf], re.MULTILINE
        )
        return {target for line in found for target in line.split()}

    def interface_blocks(self) -> dict[str, str]:
        """Interface -> body, of the FRR part."""
        found = re.findall(r"^interface (\S+).*\n((?: .*\n)*)exit$", self.frr, re.MULTILINE)
        return dict(found)


def split(text: str) -> Text:
    """A router's text in its parts."""
    name, rest = text.split("\n", 1)
    linux, frr = rest.split("# ports.conf --\n")
    return Text(name, linux, frr)


def texts(network: Network) -> dict[str, Text]:
    """Every router of `network`, rendered and taken apart."""
    devices = intend(network, allocate(network))
    return {name: split(render(device)) for name, device in devices.items()}
