"""Ports that several accesses share: a VLAN of its own for each."""

from collections.abc import Iterator

from egovnet.inventory.errors import Location, Problem, Report
from egovnet.inventory.model import Network


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of these."""
    users: dict[tuple[str, str], list[tuple[Location, str, int | str | None]]] = {}
    for name, site in network.sites.items():
        for access_name, access in site.site_network_accesses.items():
            where: Location = (name, "site-network-accesses", access_name, "vlan")
            users.setdefault((access.pe, access.port), []).append(
                (where, f"{name}/{access_name}", access.vlan)
            )
    for (pe, port), entries in users.items():
        holders: dict[int, str] = {}
        for where, label, vlan in entries:
            if vlan == "untagged" and len(entries) > 1:
                other = next(other for _, other, _ in entries if other != label)
                yield report(
                    "sites",
                    where,
                    f"untagged on {pe} {port}, which {other} uses too",
                    "an untagged access has its port alone: tag each, or use another port",
                )
            elif isinstance(vlan, int):
                if vlan in holders:
                    yield report(
                        "sites",
                        where,
                        f"VLAN {vlan} on {pe} {port} is that of {holders[vlan]}",
                        "use a free VLAN, or leave vlan out",
                    )
                holders.setdefault(vlan, label)
