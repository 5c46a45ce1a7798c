"""What `report extranet` prints: the VPNs of its parts, and a line for each access and VPN."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from egovnet.playbooks.report.console.tables import print_table
from egovnet.playbooks.results.extranet_report import ClassedAccess, ExtranetReport


def print_result(console: Console, found: ExtranetReport) -> None:
    """Print both tables, and what has no class."""
    if found.vpns:
        print_table(
            console,
            ["part", "VPN", "address plan", "overlaps"],
            ((v.part, v.vpn, v.address_plan, ", ".join(v.overlaps)) for v in found.vpns),
        )
    else:
        console.print(Text("no VPN says which part of the extranet it is: part in vpns.yaml"))
    if found.accesses:
        console.print()
        print_table(
            console,
            ["class", "access", "joins", "VRF", "VLAN", "prefixes"],
            (row for access in found.accesses for row in _rows(access)),
        )
    if found.without_class:
        console.print(Text(f"accesses without a class: {', '.join(found.without_class)}"))


def _rows(access: ClassedAccess) -> Iterator[tuple[str, ...]]:
    place = f"{access.site}/{access.access}"
    for number, each in enumerate(access.attachments):
        vlan = "untagged" if each.vlan is None else str(each.vlan)
        begin = (access.access_class, place) if not number else ("", "")
        yield (*begin, each.part, each.vrf, vlan, ", ".join(each.prefixes))
    if access.own_exit is not None:
        yield "", "", "own exit", "", "", access.own_exit
