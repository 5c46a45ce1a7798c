"""Routers: their region, addresses of their own, and a reflector where PEs need one."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network, Role, Router
from egovnet.inventory.model.partial import as_far_as_known


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of routers."""
    yield from _management(network, report)
    yield from as_far_as_known(_routers(network, report))
    yield from _reflectors(network, report)


def _outside(network: Network) -> Iterator[tuple[str, IPv4Address]]:
    """(router, management address) of each that is outside the management network."""
    for name, router in network.routers.items():
        if router.management.ip not in network.backbone.management.prefix:
            yield name, router.management.ip


def _management(network: Network, report: Report) -> Iterator[Problem]:
    """Addresses that are outside the management network; where most are, it is the one that is
    wrong."""
    outside = dict(as_far_as_known(_outside(network)))
    if not outside:
        return
    prefix = network.backbone.management.prefix
    if len(outside) > max(2, len(network.routers) // 2):
        name, address = next(iter(outside.items()))
        found = f"{prefix} has {address} of {name} not in it, and {len(outside) - 1:,} others"
        remedy = "write the prefix that the routers' management addresses are in"
        yield report("network", ("management", "prefix"), found, remedy)
        return
    for name, address in outside.items():
        remedy = "use an address of management.prefix in network.yaml"
        yield report("routers", (name, "management"), f"{address} is outside {prefix}", remedy)


def _routers(network: Network, report: Report) -> Iterator[Problem]:
    seen: dict[tuple[str, object], str] = {}
    for name, router in network.routers.items():
        region = network.regions.get(router.region)
        if region is not None and region.tier != router.tier:
            yield report(
                "hosts",
                (name, "data", "tier"),
                f"tier {router.tier}, but region {router.region} is of tier {region.tier}",
                "write the region's tier",
            )
        for field, value in (
            ("hostname", (router.hostname, router.port)),
            ("management", router.management.ip),
            ("loopback-ipv4", router.loopback_ipv4),
            ("loopback-ipv6", router.loopback_ipv6),
        ):
            if value is None:
                continue
            if (field, value) in seen:
                shown = f"{value[0]} port {value[1]}" if isinstance(value, tuple) else str(value)
                yield report(
                    "routers",
                    (name, field),
                    f"duplicate address {shown}, {seen[field, value]} has it too",
                    "give each router its own",
                )
            else:
                seen[field, value] = name
        yield from _one_machine(name, router, seen, report)


def _one_machine(
    name: str, router: Router, seen: dict[tuple[str, object], str], report: Report
) -> Iterator[Problem]:
    number = router.serial_number
    if number is None:
        return
    other = seen.setdefault(("serial-number", number.upper()), name)
    if other != name:
        yield report(
            "routers",
            (name, "serial-number"),
            f"serial number {number}, {other} has it too",
            "write what stands on the machine: two routers are two",
        )


def _reflectors(network: Network, report: Report) -> Iterator[Problem]:
    edges = network.with_role(Role.PE)
    reflectors = network.with_role(Role.RR)
    if not network.is_complete("hosts") or len(edges) < 2:
        return
    if not reflectors:
        yield report(
            "routers",
            (edges[0], "roles"),
            f"{len(edges)} PEs and no router with role rr",
            "give rr to one or two routers: PEs exchange VPN routes through them",
        )
    elif all(network.routers[name].leaving for name in reflectors):
        yield report(
            "routers",
            (reflectors[0], "state"),
            "is leaving, and no other router with role rr stays",
            "give rr to a router that stays first",
        )
