"""Firewalls, behind a PE of the platform, and gateways, behind any: the PE stays, and the port is
nobody's else.
"""

from collections.abc import Iterator

from egovnet.inventory.errors import Problem, Report
from egovnet.inventory.model import BEHIND_A_PE, Network, PlatformAttachment, Role
from egovnet.inventory.model.partial import as_far_as_known
from egovnet.inventory.model.platform_sites import PLATFORM, platform_site


def check(network: Network, report: Report) -> Iterator[Problem]:
    """Yield every problem of firewalls, and of names that belong to them."""
    firewalls = tuple(as_far_as_known(_attachments(network)))
    if not firewalls:
        return
    yield from as_far_as_known(_ports(network, firewalls, report))
    for name, attachment in firewalls:
        yield from as_far_as_known(_edge(network, name, attachment, report))
    yield from as_far_as_known(_circuits(network, report))
    yield from _names(network, report)


def _attachments(network: Network) -> Iterator[tuple[str, PlatformAttachment]]:
    for name, router in network.routers.items():
        if router.attachment is not None:
            yield name, router.attachment


def _edge(
    network: Network, name: str, attachment: PlatformAttachment, report: Report
) -> Iterator[Problem]:
    edge = network.routers.get(attachment.pe)
    if edge is None:
        return
    if Role.GATEWAY in network.routers[name].roles:
        if Role.PE not in edge.roles:
            yield report(
                "routers",
                (name, "attachment", "pe"),
                f"{attachment.pe} is not a PE (roles: {', '.join(sorted(edge.roles))})",
                "name one",
            )
    elif Role.PLATFORM not in edge.roles:
        yield report(
            "routers",
            (name, "attachment", "pe"),
            f"{attachment.pe} is not a PE of the platform (roles: {', '.join(sorted(edge.roles))})",
            "name one, or give it the roles pe and platform",
        )
    if edge.leaving and not network.routers[name].leaving:
        yield report(
            "routers",
            (name, "attachment", "pe"),
            f"{attachment.pe} is leaving",
            f"attach the {_role(network, name)} to another PE, or let it leave, too",
        )


def _ports(
    network: Network, firewalls: tuple[tuple[str, PlatformAttachment], ...], report: Report
) -> Iterator[Problem]:
    holders: dict[tuple[str, str], str] = {
        (end.router, end.port): f"circuit {name}"
        for name, circuit in network.circuits.items()
        for end in (circuit.a, circuit.b)
    }
    for site, entry in network.sites.items():
        for access in entry.site_network_accesses.values():
            holders.setdefault((access.pe, access.port), f"site {site}")
    for name, attachment in firewalls:
        place = attachment.pe, attachment.pe_port
        if place in holders:
            yield report(
                "routers",
                (name, "attachment", "pe-port"),
                f"{attachment.pe} {attachment.pe_port} is taken by {holders[place]}",
                "use a port that nothing else uses",
            )
        holders.setdefault(place, f"{_role(network, name)} {name}")


def _role(network: Network, name: str) -> str:
    return next(iter(sorted(BEHIND_A_PE & network.routers[name].roles)), Role.FIREWALL)


def _circuits(network: Network, report: Report) -> Iterator[Problem]:
    outside = {n: _role(network, n) for role in BEHIND_A_PE for n in network.with_role(role)}
    for name, circuit in network.circuits.items():
        for key, end in (("a", circuit.a), ("b", circuit.b)):
            if end.router in outside:
                yield report(
                    "circuits",
                    (name, key, "router"),
                    f"{end.router} is a {outside[end.router]}, which is not part of the backbone",
                    "end the circuit on another router",
                )


def _names(network: Network, report: Report) -> Iterator[Problem]:
    """The platform's sites have names, and so has its AS number."""
    if not network.with_role(Role.FIREWALL):
        return
    taken = {platform_site(vpn): f"site of VPN {vpn} on the platform" for vpn in network.vpns}
    taken[PLATFORM] = "AS number of the platform's firewalls in plan.lock.yaml"
    for name in network.sites.keys() & taken.keys():
        found = f"is the name of the {taken[name]}"
        yield report("sites", (name,), found, "give the site another name")
