"""Routers: their region, addresses of their own, and a reflector where PEs need one."""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import Network, Role


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of routers."""
    yield from _routers(network, report)
    yield from _reflectors(network, report)


def _routers(network: Network, report: Report) -> Iterator[Problem]:
    seen: dict[tuple[str, object], str] = {}
    for name, router in network.routers.items():
        region = network.regions.get(router.region)
        if region is None:
            yield report(
                "hosts",
                (name, "data", "region"),
                f"no region {router.region!r}",
                "add it to regions.yaml or correct the name",
            )
        elif region.tier != router.tier:
            yield report(
                "hosts",
                (name, "data", "tier"),
                f"tier {router.tier}, but region {router.region} is of tier {region.tier}",
                "write the region's tier",
            )
        if router.management.ip not in network.backbone.management.prefix:
            yield report(
                "hosts",
                (name, "data", "management"),
                f"{router.management.ip} is outside {network.backbone.management.prefix}",
                "use an address of management.prefix in network.yaml",
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
                    "hosts",
                    (name, field) if field == "hostname" else (name, "data", field),
                    f"duplicate address {shown}, {seen[field, value]} has it too",
                    "give each router its own",
                )
            else:
                seen[field, value] = name


def _reflectors(network: Network, report: Report) -> Iterator[Problem]:
    edges = network.with_role(Role.PE)
    if len(edges) > 1 and not network.with_role(Role.RR):
        yield report(
            "hosts",
            (edges[0], "data", "roles"),
            f"{len(edges)} PEs and no router with role rr",
            "give rr to one or two routers: PEs exchange VPN routes through them",
        )
